"""The index of the current cards in the database: its terms, its rows, its one writer.

A change of the index is part of the transaction that changes the cards, so both commit or neither does.
`lock` comes before the first card is written: changes follow one another, and the numbers of cards follow
the order of publication, which is why "newest first" is nothing but descending numbers.

A change writes one row of the log (cardindex.deltas). Once COMPACT_AT cards are uncompacted, each commit is
followed by one step of compaction in a transaction of its own: the oldest rows of the log are applied to the
posting lists. A step is complete in itself: what fails between two steps loses nothing, and readers, who
apply the log to the posting lists, see the same before and after.
"""

from collections.abc import Iterable, Iterator, Mapping
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from pyroaring import BitMap

from cardindex.blocks import WHOLE, block_of, cut, join
from cardindex.builder import Builder, Terms, changes, revised
from cardindex.deltas import Delta, Split, cumulated, decode, encode
from cardindex.sort_keys import MOST, place, split, with_roots
from cards.index.reader import BATCH, ROWS
from cards.index.rows import allow_long_statements, fetch, insert, one_of, write
from cards.index.terms import ORDER_FIELDS, TERM_FIELDS, order_keys, terms_of
from cards.models import Edition, IndexEntry, IndexLog, IndexVersion

# Uncompacted cards from which each commit is followed by a step of compaction; the rows of the log that a
# step compacts, and the terms after which it takes no further row; versions whose changes the log keeps.
COMPACT_AT, STEP_ROWS, STEP_TERMS, LOGGED = 200, 50, 2_000, 2_000


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
    cards = Edition.objects.filter(pk__in=one_of(numbers)).only(*ORDER_FIELDS)
    return {card.pk: order_keys(card)[kind] for card in cards}


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
    cards = Edition.objects.current().order_by("pk").only("pk", *TERM_FIELDS)
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
    _advance(turn, added=Edition.objects.current().count(), dropped=0, changes=None)
    return insert((*row, turn.number) for row in (built() if rows is None else rows))


@transaction.atomic
def rebuild_alone() -> int:
    """`rebuild` in a transaction of its own, however long it takes."""
    allow_long_statements()
    return rebuild()
