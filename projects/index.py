"""The index of the current cards in the database: its terms, its rows, its one writer.

A change of the index is part of the transaction that changes the cards, so both commit or neither does.
`lock` comes before the first card is written: changes follow one another, and the numbers of cards follow
the order of publication, which is why "newest first" is nothing but descending numbers.

A change writes one row, the note of what comes and goes (cardindex.deltas). Every hundred cards or so the
notes are folded into the sets, which takes as long as writing a hundred sets at once and is done by whoever
comes then.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from decimal import Decimal
from uuid import uuid4

import orjson
from django.db import router, transaction
from django.db.models import Q
from django.utils import timezone
from pyroaring import BitMap

from cardindex.building import Builder, Terms, changes, revised, terms_of_text
from cardindex.deltas import Delta, Entry, Piece, read, spell, together
from cardindex.orders import (
    CELL,
    COST,
    MOST,
    TITLE_KEY,
    UNKNOWN,
    line_key,
    place,
    point_key,
    split,
    with_roots,
)
from cardindex.slices import WHOLE, cut, join, slice_of
from cardindex.state import RARE, TEXT, WORD_KINDS, Index, Mark, Row
from projects.cards import FACETS
from projects.index_store import allow_long_statements, fetch, held_by, insert, one_of, write
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
# Cards whose changes may wait to be folded; versions whose changes stay on record for processes left behind.
FOLD_AT, ON_RECORD = 200, 2_000
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
    keys = line_keys(card.pk, card.title_key, card.total_cost)
    return keys if card.latitude is None else keys | {CELL: point_key(card.longitude, card.latitude)}


def line_keys(number: int, title_key: str, cost: Decimal | int | None) -> dict[str, str]:
    """The place of a card in the orders that are lines."""
    return {
        TITLE_KEY: line_key(title_key, number),
        COST: line_key(UNKNOWN if cost is None else cost_text(cost), number),
    }


def cost_size(cost: Decimal | int) -> str:
    """Digits before the point and the first three of them: 14 million gives `08140`."""
    whole = str(int(cost))
    return f"{len(whole):02d}{whole[:COST_DIGITS]}"


def euro_of(size: str) -> int:
    """The least cost of this size."""
    return int(size[2:]) * 10 ** max(0, int(size[:2]) - COST_DIGITS)


def cost_text(cost: Decimal | int) -> str:
    """Cents in fourteen digits, which sort as amounts do."""
    return f"{int(cost * 100):014d}"


def lock() -> IndexVersion:
    """Wait for one's turn to change cards and index. Within a transaction; released by its end."""
    rows = IndexVersion.objects.select_for_update(no_key=True).filter(pk=1)
    if not (found := list(rows)):
        IndexVersion.objects.get_or_create(pk=1)
        found = list(rows.all())
    return found[0]


def change(
    *, added: Mapping[int, Terms], dropped: Mapping[int, Terms], turn: IndexVersion | None = None
) -> None:
    """Write what the index becomes when cards come and go, as the next version. Within a transaction.

    The cards that come are stored already. `turn` is what `lock` gave, where nothing has changed since.
    """
    if not added and not dropped:
        return
    wanted = changes(added, dropped)
    if not wanted:
        return
    turn = turn or lock()
    pieces = _folded(turn) if turn.pending >= FOLD_AT else []
    turn.pending += len(added) + len(dropped)
    told = spell(wanted, pieces, turn.folded)
    _advance(turn, added=len(added), dropped=len(dropped), told=told)


def pending() -> dict[tuple[str, str], Delta]:
    """What is on record and not in the sets yet, `{(kind, value): what comes and goes}`."""
    return _pending(lock())


def _pending(turn: IndexVersion) -> dict[tuple[str, str], Delta]:
    entries = ROWS.log(turn.folded + 1, turn.number)
    return _bucketed(together(entry.changes for entry in entries))


def _folded(turn: IndexVersion) -> list[Piece]:
    """Write what is pending into the sets; gives the buckets that were split."""
    wanted = _pending(turn)
    places = [
        (kind, value, part)
        for (kind, value), delta in wanted.items()
        for part in {WHOLE, *map(slice_of, delta.come | delta.go)}
    ]
    stored_rows, pieces, split_rows = fetch(places), [], []
    for piece, rows in _split(wanted, stored_rows):
        pieces.append(piece)
        split_rows += rows
    write((*row, turn.number) for row in (*split_rows, *revised(wanted, stored_rows)))
    past = IndexLog.objects.filter(version__lte=turn.number - ON_RECORD, version__gt=turn.folded - ON_RECORD)
    past.update(changes=None)
    turn.folded, turn.pending = turn.number, 0
    return pieces


def _bucketed(wanted: Mapping[tuple[str, str], Delta]) -> dict[tuple[str, str], Delta]:
    """The same with the bucket of today in the place of a key. A card that stays in its bucket stays."""
    starts = boundaries()
    found: dict[tuple[str, str], Delta] = {}
    for (kind, value), delta in wanted.items():
        if kind in MOST:
            value = place(starts[kind], value)
            come, go = found.get((kind, value), Delta())
            come = come | delta.come
            delta = Delta(come, (go | delta.go) - come)
        found[kind, value] = delta
    return found


def _split(
    wanted: dict[tuple[str, str], Delta], stored_rows: Mapping
) -> Iterator[tuple[Piece, list[tuple[str, str, int, bytes]]]]:
    """The buckets that pass their measure, which leave `wanted`: each piece with its rows."""
    for kind, value in [key for key in wanted if key[0] in MOST]:
        former = stored_rows.get((kind, value), {})
        # A bucket that could not be split and was cut in slices is not here as a whole: it stays one.
        if former.get(WHOLE) == b"":
            continue
        numbers = wanted[kind, value].upon(join(former.values()))
        if len(numbers) <= MOST[kind]:
            continue
        del wanted[kind, value]
        for start, part in split(kind, value, _keys(kind, numbers), MOST[kind]).items():
            rows = dict.fromkeys(former, b"") if start == value else {}
            yield (kind, start, part), [(kind, start, n, data) for n, data in (rows | cut(part)).items()]


def _keys(kind: str, numbers: BitMap) -> dict[int, str]:
    cards = Card.objects.filter(pk__in=one_of(numbers)).only(*ORDER_FIELDS)
    return {card.pk: order_keys(card)[kind] for card in cards}


def reindex(project: Project, *, facets: Mapping[str, Iterable[str]]) -> None:
    """Say where a project stands now under facets that follow no edition: `{facet: values}`, none to leave.

    Other facets stay as they are. Kept with the newest card, also a withdrawn one; a project without any
    card has no place yet. Within the transaction that changes the facts.
    """
    turn = lock()
    card = Card.objects.filter(project=project).order_by("-edition").only("live_values").first()
    if card is None:
        return
    kept = [pair for pair in orjson.loads(card.live_values) if pair[0] not in facets]
    told = {(facet, value) for facet, values in facets.items() for value in values}
    live_values = orjson.dumps(sorted([*map(tuple, kept), *told])).decode()
    if live_values == card.live_values:
        return
    card = Card.objects.only("is_current", *TERM_FIELDS).get(pk=card.pk)
    before, card.live_values = terms_of(card), live_values
    Card.objects.filter(pk=card.pk).update(live_values=live_values)
    if card.is_current:
        after = terms_of(card)
        added, dropped = {card.pk: moved(before, after)}, {card.pk: moved(after, before)}
        change(added=added, dropped=dropped, turn=turn)


def moved(before: Terms, after: Terms) -> Terms:
    """What `after` says more than `before`."""
    found = {kind: set(values) - set(before.get(kind, ())) for kind, values in after.items()}
    return {kind: values for kind, values in found.items() if values}


def _advance(turn: IndexVersion, *, added: int, dropped: int, told: bytes | None) -> None:
    turn.number, turn.seal = turn.number + 1, uuid4().hex
    turn.save(force_update=True)
    IndexLog.objects.create(
        version=turn.number,
        seal=turn.seal,
        made_at=timezone.now(),
        added=added,
        dropped=dropped,
        changes=told,
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


def boundaries() -> dict[str, list[str]]:
    """The stored buckets of each order: `{kind: sorted starts}`."""
    rows = IndexEntry.objects.filter(kind__in=MOST, slice=WHOLE).values_list("kind", "value")
    found = {kind: [] for kind in MOST}
    for kind, value in rows:
        found[kind].append(value)
    return {kind: with_roots(kind, starts) for kind, starts in found.items()}


def rebuild(rows: Iterable[tuple[str, str, int, bytes]] | None = None) -> int:
    """Write the whole index anew from the current cards; gives its rows. Within a transaction."""
    turn = lock()
    IndexEntry.objects.all().delete()
    # No change is known that would lead here from before: whoever reads begins anew.
    turn.rebuilt = turn.folded = turn.number + 1
    turn.pending = 0
    _advance(turn, added=Card.objects.current().count(), dropped=0, told=None)
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

    counted = FACETS

    def __init__(self, given: Mark | None = None):
        self._given = given

    def mark(self) -> Mark:
        given, self._given = self._given, None
        return given or Mark(*(IndexVersion.objects.values_list("number", "seal", "rebuilt").first() or ()))

    def knows(self, mark: Mark) -> bool:
        return IndexLog.objects.filter(version=mark.version, seal=mark.seal).exists()

    def folded(self) -> int:
        return IndexVersion.objects.values_list("folded", flat=True).first() or 0

    def log(self, since: int, upto: int) -> list[Entry]:
        rows = IndexLog.objects.filter(version__gte=since, version__lte=upto).order_by("version")
        return [read(*row) for row in rows.values_list("version", "seal", "changes")]

    def sets(self) -> Iterator[Row]:
        rows = IndexEntry.objects.exclude(kind__in=WORD_KINDS)
        return self._rows(rows.exclude(~Q(kind__in=MOST), data=b""), in_passing=True)

    def forms(self) -> Iterable[str]:
        rows = IndexEntry.objects.filter(kind=TEXT).exclude(data=b"")
        return rows.values_list("value", flat=True).distinct()

    def rare(self, values: Iterable[str]) -> dict[str, list[bytes] | int]:
        told = held_by(TEXT, values, RARE)
        found = {value: size if size > RARE else [whole] for value, size, whole in told}
        # Once cut in slices, and since then grown small.
        if cut_ones := [value for value, size, whole in told if size <= RARE and not whole]:
            for row in self._rows(IndexEntry.objects.filter(kind=TEXT, value__in=cut_ones)):
                found[row.value].append(row.data)
        return found

    def words(self, values: Iterable[str]) -> Iterator[Row]:
        return self._rows(IndexEntry.objects.filter(kind__in=WORD_KINDS, value__in=values))

    def _rows(self, rows, *, in_passing: bool = False) -> Iterator[Row]:
        found = rows.values_list("kind", "value", "slice", "data", "version")
        for kind, value, part, data, version in found.iterator(chunk_size=BATCH) if in_passing else found:
            yield Row(kind, value, part, bytes(data), version)


ROWS = Rows()
# The mark that a whole request goes by, where it was read at its beginning.
MARK: ContextVar[Mark | None] = ContextVar("mark", default=None)
# One for each database that is read: a replica may be a version behind its primary.
INDEXES: defaultdict[str, Index] = defaultdict(Index)


def newest() -> Index:
    """The index of the database that answers reads now."""
    return INDEXES[router.db_for_read(IndexVersion)]
