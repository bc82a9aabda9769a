"""The index of the current cards in the database: its terms, its rows, its one writer.

A change of the index is part of the transaction that changes the cards, so both commit or neither does.
`lock` comes before the first card is written: changes follow one another, and the numbers of cards follow
the order of publication, which is why "newest first" is nothing but descending numbers.

A change writes one row of the log (cardindex.deltas). Once COMPACT_AT cards are uncompacted, each commit is
followed by one step of compaction in a transaction of its own: the oldest rows of the log are applied to the
posting lists. A step is complete in itself: what fails between two steps loses nothing, and readers, who
apply the log to the posting lists, see the same before and after.
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

from cardindex.blocks import WHOLE, block_of, cut, join
from cardindex.builder import Builder, Terms, changes, revised, terms_of_text
from cardindex.deltas import Delta, Entry, Split, cumulated, decode, encode
from cardindex.snapshot import RARE, TEXT, WORD_KINDS, Index, Row, VersionStamp
from cardindex.sort_keys import (
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
from projects.cards import FACETS
from projects.index_store import allow_long_statements, fetch, held_by, insert, one_of, write
from projects.models import Card, IndexEntry, IndexLog, IndexVersion, Project
from projects.replicability.criteria import IN_EVALUATION

# Kinds beside the facets: what ranges are answered from; the orders are those of cardindex.sort_keys.
FIRST_YEAR, LAST_YEAR, PRIMARY_AREA = "first_year", "last_year", "primary_area"
# About how much: unlike a bucket of the order of costs it says as much of few cards as of many.
COST_SIZE, COST_DIGITS = "cost_size", 3
# Live facts of replicability, and what holds of a card without them.
BAND, ADOPTED, SCORE = "replicability_band", "adopted", "score"
DEFAULTS = {BAND: IN_EVALUATION, ADOPTED: "no", SCORE: ""}
BATCH = 1_000
# Uncompacted cards from which each commit is followed by a step of compaction; the rows of the log that a
# step compacts, and the terms after which it takes no further row; versions whose changes the log keeps.
COMPACT_AT, STEP_ROWS, STEP_TERMS, LOGGED = 200, 50, 2_000, 2_000
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
    """The terms `{kind: values}` of a card: from its stored columns alone, so that what was indexed can be
    derived again."""
    terms = terms_of_text(*card.search_text.split("\n"))
    for facet, value in (*orjson.loads(card.facet_values), *orjson.loads(card.live_values)):
        terms.setdefault(facet, set()).add(value)
    for facet, value in DEFAULTS.items():
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
    """The place of a card in each order (cardindex.sort_keys): its buckets move, its key does not."""
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
    """Lock the index, and with it all cards, against other writers until the end of the transaction."""
    locked = IndexVersion.objects.select_for_update(no_key=True)
    try:
        return locked.get(pk=1)
    except IndexVersion.DoesNotExist:
        IndexVersion.objects.get_or_create(pk=1)
        return locked.get(pk=1)


def change(
    *, added: Mapping[int, Terms], dropped: Mapping[int, Terms], turn: IndexVersion | None = None
) -> None:
    """Log what changes when cards come and go, as the next version. Within a transaction.

    The cards that come are stored already. `turn` is what `lock` gave, where nothing has changed since.
    """
    if not added and not dropped:
        return
    terms = changes(added, dropped)
    if not terms:
        return
    turn = turn or lock()
    turn.uncompacted += len(added) + len(dropped)
    _advance(turn, added=len(added), dropped=len(dropped), changes=encode(terms, [], turn.compacted))
    if turn.uncompacted >= COMPACT_AT:
        transaction.on_commit(_compact_when_due, robust=True)


def uncompacted() -> dict[tuple[str, str], Delta]:
    """What the log says beyond the posting lists, `{(kind, value): what comes and goes}`."""
    turn = lock()
    return _bucketed(cumulated(entry.changes for entry in ROWS.log(turn.compacted + 1, turn.number)))


@transaction.atomic
def compact_step(at_least: int = 1) -> int:
    """Compact the oldest rows of the log where so many cards are uncompacted; gives how many are left.

    A step takes STEP_ROWS rows, fewer where they have more than STEP_TERMS terms, but one in any case.
    """
    turn = lock()
    if turn.uncompacted < at_least:
        return turn.uncompacted
    log = IndexLog.objects.filter(version__gt=turn.compacted).order_by("version")[:STEP_ROWS]
    rows, terms = [], set()
    for row in log:
        entry = decode(row.version, row.token, row.changes)
        terms.update(entry.changes)
        if rows and len(terms) > STEP_TERMS:
            break
        rows.append((row, entry))
    if not rows:
        return turn.uncompacted
    former, turn.compacted = turn.compacted, rows[-1][0].version
    turn.uncompacted -= sum(row.added + row.dropped for row, _entry in rows)
    splits = _compact(turn, cumulated(entry.changes for _row, entry in rows))
    old = min(turn.number - LOGGED, turn.compacted)
    IndexLog.objects.filter(version__gt=former - LOGGED, version__lte=old).update(changes=None)
    if splits:
        # Readers keep buckets in memory: they learn of those that were split as of any change.
        _advance(turn, added=0, dropped=0, changes=encode({}, splits, turn.compacted))
    else:
        turn.save(update_fields=["compacted", "uncompacted"])
    return turn.uncompacted


def _compact_when_due() -> None:
    """The step after a commit."""
    compact_step(COMPACT_AT)


def compact() -> None:
    """Compact all that is uncompacted, step after step; other writers come between."""
    while compact_step():
        pass


def _compact(turn: IndexVersion, terms: dict[tuple[str, str], Delta]) -> list[Split]:
    """Apply the changes to the posting lists; gives the buckets that were split."""
    wanted = _bucketed(terms)
    places = [
        (kind, value, block)
        for (kind, value), delta in wanted.items()
        for block in {WHOLE, *map(block_of, delta.come | delta.go)}
    ]
    stored, splits, split_rows = fetch(places), [], []
    if full := _full_buckets(wanted, stored):
        later = _bucketed(cumulated(entry.changes for entry in ROWS.log(turn.compacted + 1, turn.number)))
        for key, numbers in full.items():
            del wanted[key]
            # What a reader has in memory holds later changes too, and so must what replaces it.
            numbers = later.get(key, Delta()).upon(numbers)
            for split, rows in _split(*key, numbers, stored.get(key, {})):
                splits.append(split)
                split_rows += rows
    write((*row, turn.number) for row in (*split_rows, *revised(wanted, stored)))
    return splits


def _bucketed(wanted: Mapping[tuple[str, str], Delta]) -> dict[tuple[str, str], Delta]:
    """The same with the stored bucket in the place of a sort key. A card that stays in its bucket stays."""
    starts = boundaries()
    bucketed: dict[tuple[str, str], Delta] = {}
    for (kind, value), delta in wanted.items():
        if kind in MOST:
            value = place(starts[kind], value)
            come, go = bucketed.get((kind, value), Delta())
            come = come | delta.come
            delta = Delta(come, (go | delta.go) - come)
        bucketed[kind, value] = delta
    return bucketed


def _full_buckets(wanted: Mapping[tuple[str, str], Delta], stored: Mapping) -> dict[tuple, BitMap]:
    """The buckets that pass the most cards of their kind, `{(kind, start): cards}`."""
    full = {}
    for kind, start in [key for key in wanted if key[0] in MOST]:
        rows = stored.get((kind, start), {})
        # A bucket that could not be split and was cut in blocks is not here as a whole: it stays one.
        if rows.get(WHOLE) != b"":
            numbers = wanted[kind, start].upon(join(rows.values()))
            if len(numbers) > MOST[kind]:
                full[kind, start] = numbers
    return full


def _split(
    kind: str, start: str, numbers: BitMap, stored: Mapping[int, bytes]
) -> Iterator[tuple[Split, list[tuple[str, str, int, bytes]]]]:
    """The buckets that one is split into, each with its rows."""
    for part, held in split(kind, start, _keys(kind, numbers), MOST[kind]).items():
        rows = dict.fromkeys(stored, b"") if part == start else {}
        yield (kind, part, held), [(kind, part, block, data) for block, data in (rows | cut(held)).items()]


def _keys(kind: str, numbers: BitMap) -> dict[int, str]:
    cards = Card.objects.filter(pk__in=one_of(numbers)).only(*ORDER_FIELDS)
    return {card.pk: order_keys(card)[kind] for card in cards}


def reindex(project: Project, *, facets: Mapping[str, Iterable[str]]) -> None:
    """Set the live values of a project, which follow no edition: `{facet: values}`, none to remove a facet.

    Other facets stay as they are. Kept with the newest card, also a withdrawn one; a project without any
    card has no place yet. Within the transaction that changes the facts.
    """
    turn = lock()
    card = Card.objects.filter(project=project).order_by("-edition").only("live_values").first()
    if card is None:
        return
    others = [pair for pair in orjson.loads(card.live_values) if pair[0] not in facets]
    given = {(facet, value) for facet, values in facets.items() for value in values}
    live_values = orjson.dumps(sorted([*map(tuple, others), *given])).decode()
    if live_values == card.live_values:
        return
    card = Card.objects.only("is_current", *TERM_FIELDS).get(pk=card.pk)
    before, card.live_values = terms_of(card), live_values
    Card.objects.filter(pk=card.pk).update(live_values=live_values)
    if card.is_current:
        after = terms_of(card)
        added, dropped = {card.pk: gained(before, after)}, {card.pk: gained(after, before)}
        change(added=added, dropped=dropped, turn=turn)


def gained(before: Terms, after: Terms) -> Terms:
    """What `after` says more than `before`."""
    terms = {kind: set(values) - set(before.get(kind, ())) for kind, values in after.items()}
    return {kind: values for kind, values in terms.items() if values}


def _advance(turn: IndexVersion, *, added: int, dropped: int, changes: bytes | None) -> None:
    """Write the next version and its row of the log."""
    turn.number, turn.token = turn.number + 1, uuid4().hex
    turn.save(force_update=True)
    IndexLog.objects.create(
        version=turn.number,
        token=turn.token,
        created_at=timezone.now(),
        added=added,
        dropped=dropped,
        changes=changes,
    )


def current_terms() -> Iterator[tuple[int, Terms]]:
    """`(key, terms)` of the current cards, by key."""
    cards = Card.objects.current().order_by("pk").only("pk", *TERM_FIELDS)
    return ((card.pk, terms_of(card)) for card in cards.iterator(chunk_size=BATCH))


def built() -> Iterator[tuple[str, str, int, bytes]]:
    """All rows `(kind, value, block, bytes)` of the current cards."""
    builder = Builder()
    for number, terms in current_terms():
        builder.add(number, terms)
    return builder.rows()


def boundaries() -> dict[str, list[str]]:
    """The stored buckets of each order: `{kind: sorted starts}`."""
    rows = IndexEntry.objects.filter(kind__in=MOST, block=WHOLE).values_list("kind", "value")
    boundaries = {kind: [] for kind in MOST}
    for kind, value in rows:
        boundaries[kind].append(value)
    return {kind: with_roots(kind, starts) for kind, starts in boundaries.items()}


def rebuild(rows: Iterable[tuple[str, str, int, bytes]] | None = None) -> int:
    """Write the whole index from the current cards; gives the number of its rows. Within a transaction."""
    turn = lock()
    IndexEntry.objects.all().delete()
    # No change leads here from an older version: readers load everything.
    turn.rebuilt = turn.compacted = turn.number + 1
    turn.uncompacted = 0
    _advance(turn, added=Card.objects.current().count(), dropped=0, changes=None)
    return insert((*row, turn.number) for row in (built() if rows is None else rows))


@transaction.atomic
def rebuild_alone() -> int:
    """`rebuild` in a transaction of its own, however long it takes."""
    allow_long_statements()
    return rebuild()


class Rows:
    """The rows as cardindex reads them (cardindex.snapshot.Source).

    `given` is the version stamp where it was read already; it answers once, then the database does.
    """

    counted = FACETS

    def __init__(self, given: VersionStamp | None = None):
        self._given = given

    def stamp(self) -> VersionStamp:
        given, self._given = self._given, None
        return given or VersionStamp(
            *(IndexVersion.objects.values_list("number", "token", "rebuilt").first() or ())
        )

    def knows(self, stamp: VersionStamp) -> bool:
        return IndexLog.objects.filter(version=stamp.version, token=stamp.token).exists()

    def compacted(self) -> int:
        return IndexVersion.objects.values_list("compacted", flat=True).first() or 0

    def log(self, since: int, upto: int) -> list[Entry]:
        rows = IndexLog.objects.filter(version__gte=since, version__lte=upto).order_by("version")
        return [decode(*row) for row in rows.values_list("version", "token", "changes")]

    def postings(self) -> Iterator[Row]:
        rows = IndexEntry.objects.exclude(kind__in=WORD_KINDS)
        return self._rows(rows.exclude(~Q(kind__in=MOST), data=b""), streamed=True)

    def forms(self) -> Iterable[str]:
        rows = IndexEntry.objects.filter(kind=TEXT).exclude(data=b"")
        return rows.values_list("value", flat=True).distinct()

    def rare(self, values: Iterable[str]) -> dict[str, list[bytes] | int]:
        lengths = held_by(TEXT, values, RARE)
        found = {value: size if size > RARE else [whole] for value, size, whole in lengths}
        # Once cut in blocks, and small since then.
        if cut_ones := [value for value, size, whole in lengths if size <= RARE and not whole]:
            for row in self._rows(IndexEntry.objects.filter(kind=TEXT, value__in=cut_ones)):
                found[row.value].append(row.data)
        return found

    def words(self, values: Iterable[str]) -> Iterator[Row]:
        return self._rows(IndexEntry.objects.filter(kind__in=WORD_KINDS, value__in=values))

    def _rows(self, rows, *, streamed: bool = False) -> Iterator[Row]:
        found = rows.values_list("kind", "value", "block", "data", "version")
        for kind, value, part, data, version in found.iterator(chunk_size=BATCH) if streamed else found:
            yield Row(kind, value, part, bytes(data), version)


ROWS = Rows()
# The version that a whole request reads, where it was read at its beginning.
STAMP: ContextVar[VersionStamp | None] = ContextVar("version_stamp", default=None)
# One for each database that is read: a replica may be a version behind its primary.
INDEXES: defaultdict[str, Index] = defaultdict(Index)


def newest() -> Index:
    """The index of the database that answers reads now."""
    return INDEXES[router.db_for_read(IndexVersion)]
