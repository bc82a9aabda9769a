"""The index of the current cards in the database: its terms, its rows, its one writer.

A change of the index is part of the transaction that changes the cards, so both commit or neither does.
`lock` comes before the first card is written: changes follow one another, and the numbers of cards follow
the order of publication, which is why "newest first" is nothing but descending numbers.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from decimal import Decimal
from functools import reduce
from itertools import islice
from math import floor
from operator import or_
from uuid import uuid4

import orjson
from django.db import connection, router
from django.db.models import Q
from django.utils import timezone

from cardindex.building import Builder, Terms, changes, revised, terms_of_text
from cardindex.slices import WHOLE, slice_of
from cardindex.state import TEXT, WORD_KINDS, Changes, Index, Mark, Row
from projects.models import Card, IndexEntry, IndexLog, IndexVersion

# Kinds beside the facets: what ranges and orders are answered from.
FIRST_YEAR, LAST_YEAR, COST, CELL, TITLE_KEY = "first_year", "last_year", "cost", "cell", "title_key"
PRIMARY_AREA = "primary_area"
UNKNOWN = ""
CELLS_PER_DEGREE = 10
TITLE_PREFIX, COST_DIGITS = 6, 3
BATCH = 1_000
TERM_FIELDS = (
    "title_key",
    "primary_area",
    "total_cost",
    "year_from",
    "year_to",
    "latitude",
    "longitude",
    "search_text",
    "facet_values",
)
UPSERT = (
    "INSERT INTO projects_indexentry (kind, value, slice, data, version) VALUES (%s, %s, %s, %s, %s) "
    "ON CONFLICT (kind, value, slice) DO UPDATE SET data = excluded.data, version = excluded.version"
)


def terms_of(card) -> Terms:
    """Every `{kind: values}` under which a card is found: from its stored columns alone, so that what was
    indexed can always be told again."""
    terms = terms_of_text(*card.search_text.split("\n"))
    for facet, value in orjson.loads(card.facet_values):
        terms.setdefault(facet, set()).add(value)
    if card.year_from is not None:
        terms[FIRST_YEAR] = {f"{card.year_from:04d}"}
    if (last := card.year_to or card.year_from) is not None:
        terms[LAST_YEAR] = {f"{last:04d}"}
    if card.latitude is not None:
        terms[CELL] = {cell_of(card.longitude, card.latitude)}
    if card.primary_area:
        terms[PRIMARY_AREA] = {card.primary_area}
    terms[COST] = {cost_bucket(card.total_cost)}
    terms[TITLE_KEY] = {card.title_key[:TITLE_PREFIX]}
    return terms


def cost_bucket(cost: Decimal | None) -> str:
    """Digits before the point and the first three of them: 14 million gives `08140`; sorts as costs do."""
    if cost is None:
        return UNKNOWN
    whole = str(int(cost))
    return f"{len(whole):02d}{whole[:COST_DIGITS]}"


def cost_bounds(bucket: str) -> tuple[int, int]:
    """The least cost in a bucket, and the least above it."""
    unit = 10 ** max(0, int(bucket[:2]) - COST_DIGITS)
    return int(bucket[2:]) * unit, (int(bucket[2:]) + 1) * unit


def cell_of(longitude: Decimal, latitude: Decimal) -> str:
    """The square of a tenth of a degree that holds a point, counted from its south-west corner."""
    return f"{floor(longitude * CELLS_PER_DEGREE)} {floor(latitude * CELLS_PER_DEGREE)}"


def lock() -> IndexVersion:
    """Wait for one's turn to change cards and index. Within a transaction; released by its end."""
    IndexVersion.objects.get_or_create(pk=1)
    return IndexVersion.objects.select_for_update().get(pk=1)


def change(*, added: Mapping[int, Terms], dropped: Mapping[int, Terms]) -> None:
    """Write what the index becomes when cards come and go, as the next version. Within a transaction."""
    wanted = changes(added, dropped)
    if not wanted:
        return
    turn = lock()
    rows = revised(wanted, _stored(wanted, {slice_of(number) for number in {*added, *dropped}}))
    _advance(turn, added=len(added), dropped=len(dropped))
    with connection.cursor() as cursor:
        cursor.executemany(UPSERT, [(*row, turn.number) for row in rows])


def _stored(wanted: Iterable[tuple[str, str]], parts: set[int]) -> dict[tuple[str, str], dict[int, bytes]]:
    """`{(kind, value): {slice: bytes}}` of these slices: a query for each kind of word, one for the rest."""
    values = defaultdict(set)
    for kind, value in wanted:
        values[kind].add(value)
    conditions = defaultdict(Q)
    for kind, chosen in values.items():
        conditions[kind if kind in WORD_KINDS else ""] |= Q(kind=kind, value__in=chosen)
    found = defaultdict(dict)
    for condition in conditions.values():
        rows = IndexEntry.objects.filter(condition, slice__in={WHOLE, *parts})
        for kind, value, part, data in rows.values_list("kind", "value", "slice", "data"):
            found[kind, value][part] = bytes(data)
    return found


def _advance(turn: IndexVersion, *, added: int, dropped: int) -> None:
    turn.number, turn.seal = turn.number + 1, uuid4().hex
    turn.save()
    IndexLog.objects.create(
        version=turn.number, seal=turn.seal, made_at=timezone.now(), added=added, dropped=dropped
    )


def current_terms() -> Iterator[tuple[int, Terms]]:
    """`(key, terms)` of the current cards, by key."""
    cards = Card.objects.current().order_by("pk").only("pk", *TERM_FIELDS)
    return ((card.pk, terms_of(card)) for card in cards.iterator(chunk_size=BATCH))


def built() -> Iterator[tuple[str, str, int, bytes]]:
    """All rows `(kind, value, slice, bytes)` as the current cards want them."""
    builder = Builder()
    for number, terms in current_terms():
        builder.add(number, terms)
    return builder.rows()


def stored() -> Iterator[tuple[str, str, int, bytes]]:
    """All stored rows `(kind, value, slice, bytes)`, those of one value together."""
    rows = IndexEntry.objects.order_by("kind", "value", "slice")
    return rows.values_list("kind", "value", "slice", "data").iterator(chunk_size=BATCH)


def rebuild(rows: Iterable[tuple[str, str, int, bytes]] | None = None) -> int:
    """Write the whole index anew from the current cards; gives its rows. Within a transaction."""
    turn = lock()
    IndexEntry.objects.all().delete()
    _advance(turn, added=Card.objects.current().count(), dropped=0)
    turn.rebuilt = turn.number
    turn.save()
    written, rows = 0, iter(built() if rows is None else rows)
    while batch := list(islice(rows, BATCH)):
        _insert([(*row, turn.number) for row in batch])
        written += len(batch)
    return written


def _insert(rows: list[tuple]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.executemany(UPSERT, rows)
            return
        with cursor.copy("COPY projects_indexentry (kind, value, slice, data, version) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


class Rows:
    """The rows as cardindex asks for them (cardindex.state.Source).

    `given` is the mark when it has been read already; asked again, it is read anew.
    """

    def __init__(self, given: Mark | None = None):
        self._given = given

    def mark(self) -> Mark:
        given, self._given = self._given, None
        return given or Mark(*(IndexVersion.objects.values_list("number", "seal", "rebuilt").first() or ()))

    def knows(self, mark: Mark) -> bool:
        return IndexLog.objects.filter(version=mark.version, seal=mark.seal).exists()

    def sets(self) -> Iterator[Row]:
        return self._rows(_holding(IndexEntry.objects.exclude(kind__in=WORD_KINDS)))

    def forms(self) -> Iterable[str]:
        return _holding(IndexEntry.objects.filter(kind=TEXT)).values_list("value", flat=True).distinct()

    def changes(self, since: int) -> Changes:
        """Asked by version alone: with a kind beside it SQLite would rather read all rows of the kind."""
        written = IndexEntry.objects.filter(version__gt=since).values_list("kind", "value", "slice")
        words, sets, parts = set(), defaultdict(set), set()
        for kind, value, part in written:
            if kind in WORD_KINDS:
                words.add((kind, value))
            else:
                sets[kind].add(value)
                parts.add(part)
        chosen = reduce(or_, (Q(kind=kind, value__in=values) for kind, values in sets.items()), Q(kind=""))
        rows = IndexEntry.objects.filter(chosen, slice__in=parts)
        kept = [row for row in self._rows(rows) if row.version > since]
        texts = {value for kind, value in words if kind == TEXT}
        holding = _holding(IndexEntry.objects.filter(kind=TEXT, value__in=texts))
        alive = set(holding.values_list("value", flat=True))
        return Changes(kept, {value: value in alive for value in texts}, words)

    def words(self, values: Iterable[str]) -> Iterator[Row]:
        return self._rows(IndexEntry.objects.filter(kind__in=WORD_KINDS, value__in=values))

    def _rows(self, rows) -> Iterator[Row]:
        for kind, value, part, data, version in rows.values_list("kind", "value", "slice", "data", "version"):
            yield Row(kind, value, part, bytes(data), version)


def _holding(rows):
    """Rows that are not empty."""
    return rows.exclude(data=b"")


ROWS = Rows()
# The mark that a whole request goes by, where it was read at its beginning.
MARK: ContextVar[Mark | None] = ContextVar("mark", default=None)
# One for each database that is read: a replica may be a version behind its primary.
INDEXES: defaultdict[str, Index] = defaultdict(Index)


def newest() -> Index:
    """The index of the database that answers reads now."""
    return INDEXES[router.db_for_read(IndexVersion)]
