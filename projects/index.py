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
from operator import or_
from uuid import uuid4

import orjson
from django.db import router, transaction
from django.db.models import Q
from django.utils import timezone
from pyroaring import BitMap

from cardindex.building import Builder, Terms, changes, revised, terms_of_text
from cardindex.orders import (
    CELL,
    COST,
    MOST,
    ROOTS,
    TITLE_KEY,
    UNKNOWN,
    line_key,
    place,
    point_key,
    split,
    with_roots,
)
from cardindex.slices import WHOLE, cut, join, slice_of
from cardindex.state import TEXT, WORD_KINDS, Changes, Index, Mark, Row
from projects.index_store import allow_long_statements, fetch, insert, one_of, starts_of, write
from projects.models import Card, IndexEntry, IndexLog, IndexVersion, Project
from projects.replicability.criteria import IN_EVALUATION

# Kinds beside the facets: what ranges are answered from; the orders are those of cardindex.orders.
FIRST_YEAR, LAST_YEAR, PRIMARY_AREA = "first_year", "last_year", "primary_area"
# About how much: unlike a bucket of the order of costs it says as much of few cards as of many.
COST_SIZE, COST_DIGITS = "cost_size", 3
# Live facts of replicability, and what holds of a card of which nothing was told.
BAND, ADOPTED, SCORE = "replicability_band", "adopted", "score"
UNTOLD = {BAND: IN_EVALUATION, ADOPTED: "no", SCORE: ""}
BATCH = 1_000
ORDER_FIELDS = ("title_key", "total_cost", "latitude", "longitude")
TERM_FIELDS = (
    *ORDER_FIELDS,
    "primary_area",
    "year_from",
    "year_to",
    "search_text",
    "facet_values",
    "live_values",
)


def terms_of(card) -> Terms:
    """Every `{kind: values}` under which a card is found: from its stored columns alone, so that what was
    indexed can always be told again."""
    terms = terms_of_text(*card.search_text.split("\n"))
    for facet, value in (*orjson.loads(card.facet_values), *orjson.loads(card.live_values)):
        terms.setdefault(facet, set()).add(value)
    for facet, value in UNTOLD.items():
        terms.setdefault(facet, {value})
    if card.year_from is not None:
        terms[FIRST_YEAR] = {f"{card.year_from:04d}"}
    if (last := card.year_to or card.year_from) is not None:
        terms[LAST_YEAR] = {f"{last:04d}"}
    if card.primary_area:
        terms[PRIMARY_AREA] = {card.primary_area}
    if card.total_cost is not None:
        terms[COST_SIZE] = {cost_size(card.total_cost)}
    return terms | {kind: {key} for kind, key in order_keys(card).items()}


def order_keys(card) -> dict[str, str]:
    """The place of a card in each order (cardindex.orders): its buckets move, its key does not."""
    keys = {
        TITLE_KEY: line_key(card.title_key, card.pk),
        COST: line_key(UNKNOWN if card.total_cost is None else cost_text(card.total_cost), card.pk),
    }
    if card.latitude is not None:
        keys[CELL] = point_key(card.longitude, card.latitude)
    return keys


def cost_size(cost: Decimal) -> str:
    """Digits before the point and the first three of them: 14 million gives `08140`."""
    whole = str(int(cost))
    return f"{len(whole):02d}{whole[:COST_DIGITS]}"


def euro_of(size: str) -> int:
    """The least cost of this size."""
    return int(size[2:]) * 10 ** max(0, int(size[:2]) - COST_DIGITS)


def cost_text(cost: Decimal) -> str:
    """Cents in fourteen digits, which sort as amounts do."""
    return f"{int(cost * 100):014d}"


def lock() -> IndexVersion:
    """Wait for one's turn to change cards and index. Within a transaction; released by its end."""
    turns = IndexVersion.objects.select_for_update().filter(pk=1)
    if (turn := turns.first()) is None:
        IndexVersion.objects.get_or_create(pk=1)
        turn = turns.get()
    return turn


def change(*, added: Mapping[int, Terms], dropped: Mapping[int, Terms]) -> None:
    """Write what the index becomes when cards come and go, as the next version. Within a transaction.

    The cards that come are stored already.
    """
    if not added and not dropped:
        return
    turn = lock()
    keys = {
        (kind, key)
        for terms in (*added.values(), *dropped.values())
        for kind in MOST
        for key in terms.get(kind, ())
    }
    starts = starts_of(keys)
    wanted = changes(_bucketed(added, starts), _bucketed(dropped, starts))
    if not wanted:
        return
    stored_rows = fetch(wanted, {slice_of(number) for number in {*added, *dropped}})
    rows = [*_split(wanted, stored_rows), *revised(wanted, stored_rows)]
    _advance(turn, added=len(added), dropped=len(dropped))
    write((*row, turn.number) for row in rows)


def _bucketed(cards: Mapping[int, Terms], starts: Mapping[tuple[str, str], str]) -> dict[int, Terms]:
    """The terms with the bucket of today in the place of a key."""

    def bucket(kind: str, key: str) -> str:
        # A boundary that is always there may have no row yet.
        return max(starts[kind, key], place(ROOTS[kind], key))

    return {
        number: {
            kind: {bucket(kind, value) for value in values} if kind in MOST else values
            for kind, values in terms.items()
        }
        for number, terms in cards.items()
    }


def _split(wanted: dict, stored_rows: Mapping) -> Iterator[tuple[str, str, int, bytes]]:
    """The rows of buckets that pass their measure; they leave `wanted`."""
    for kind, value in [key for key in wanted if key[0] in MOST]:
        come, go = wanted[kind, value]
        former = stored_rows.get((kind, value), {})
        # A bucket that could not be split and was cut in slices is not here as a whole: it stays one.
        if former.get(WHOLE) == b"":
            continue
        numbers = (join(former.values()) | BitMap(come)) - BitMap(go)
        if len(numbers) <= MOST[kind]:
            continue
        del wanted[kind, value]
        for start, part in split(kind, value, _keys(kind, numbers), MOST[kind]).items():
            rows = dict.fromkeys(former, b"") if start == value else {}
            yield from ((kind, start, piece, data) for piece, data in (rows | cut(part)).items())


def _keys(kind: str, numbers: BitMap) -> dict[int, str]:
    cards = Card.objects.filter(pk__in=one_of(numbers)).only(*ORDER_FIELDS)
    return {card.pk: order_keys(card)[kind] for card in cards}


def reindex(project: Project, *, facets: Mapping[str, Iterable[str]]) -> None:
    """Say where a project stands now under facets that follow no edition: `{facet: values}`, none to leave.

    Other facets stay as they are. Kept with the newest card, also a withdrawn one; a project without any
    card has no place yet. Within the transaction that changes the facts.
    """
    lock()
    card = Card.objects.filter(project=project).order_by("-edition").only("is_current", *TERM_FIELDS).first()
    if card is None:
        return
    before = terms_of(card)
    kept = [pair for pair in orjson.loads(card.live_values) if pair[0] not in facets]
    told = {(facet, value) for facet, values in facets.items() for value in values}
    card.live_values = orjson.dumps(sorted([*map(tuple, kept), *told])).decode()
    Card.objects.filter(pk=card.pk).update(live_values=card.live_values)
    if card.is_current:
        change(
            added={card.pk: moved(before, terms_of(card))}, dropped={card.pk: moved(terms_of(card), before)}
        )


def moved(before: Terms, after: Terms) -> Terms:
    """What `after` says more than `before`."""
    found = {kind: set(values) - set(before.get(kind, ())) for kind, values in after.items()}
    return {kind: values for kind, values in found.items() if values}


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


def built(starts: Mapping[str, list[str]] | None = None) -> Iterator[tuple[str, str, int, bytes]]:
    """All rows `(kind, value, slice, bytes)` as the current cards want them, in buckets new or given."""
    builder = Builder()
    for number, terms in current_terms():
        builder.add(number, terms)
    return builder.rows(starts)


def boundaries() -> dict[str, list[str]]:
    """The stored buckets of each order: `{kind: sorted starts}`."""
    rows = IndexEntry.objects.filter(kind__in=MOST, slice=WHOLE).values_list("kind", "value")
    found = {kind: [] for kind in MOST}
    for kind, value in rows:
        found[kind].append(value)
    return {kind: with_roots(kind, starts) for kind, starts in found.items()}


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
    return insert((*row, turn.number) for row in (built() if rows is None else rows))


@transaction.atomic
def rebuild_alone() -> int:
    """`rebuild` in a transaction of its own, however long it takes."""
    allow_long_statements()
    return rebuild()


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
