"""Writes the index of the current cards; nothing else does.

A change of the index is part of the transaction that changes the editions: both commit or neither does.
`lock` comes before the first edition is written, so that changes are serialised and primary keys of editions
follow the order of publication: "newest first" is a descending sort by key.

A change writes one row of the log (cardindex.deltas). Once COMPACT_AT cards are uncompacted, each commit is
followed by one step of compaction in a transaction of its own: the oldest rows of the log are applied to the
posting lists. A failure between two steps loses nothing: readers apply the rest of the log to the posting
lists and see the same before and after.
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
from cards.index.rows import allow_long_statements, fetch, insert, write
from cards.index.terms import ORDER_FIELDS, TERM_FIELDS, order_keys, terms_of
from cards.models import Edition, IndexEntry, IndexLog, IndexVersion
from cards.reads.keys import key_list

# Uncompacted cards from which each commit is followed by a step of compaction; rows of the log in a step, and
# terms after which it takes no further row; versions whose changes the log keeps.
COMPACT_AT, STEP_ROWS, STEP_TERMS, LOGGED = 200, 50, 2_000, 2_000


def lock() -> IndexVersion:
    """Lock the row of the index version until the end of the transaction; gives it.

    Whoever writes editions or index takes this lock first, so no two writers wait for each other.
    """
    locked = IndexVersion.objects.select_for_update(no_key=True)
    try:
        return locked.get(pk=1)
    except IndexVersion.DoesNotExist:
        IndexVersion.objects.get_or_create(pk=1)
        return locked.get(pk=1)


def change(
    *, added: Mapping[int, Terms], dropped: Mapping[int, Terms], index_version: IndexVersion | None = None
) -> None:
    """Log the terms of cards added to and dropped from the index as its next version. Within a transaction.

    `added` and `dropped` are `{key of the edition: terms}`; added editions are stored already.
    `index_version` is the row that `lock` gave in this transaction, if it did.
    """
    if not added and not dropped:
        return
    terms = changes(added, dropped)
    if not terms:
        return
    index_version = index_version or lock()
    index_version.uncompacted += len(added) + len(dropped)
    _advance(
        index_version,
        added=len(added),
        dropped=len(dropped),
        changes=encode(terms, [], index_version.compacted),
    )
    if index_version.uncompacted >= COMPACT_AT:
        transaction.on_commit(_compact_when_due, robust=True)


def uncompacted() -> dict[tuple[str, str], Delta]:
    """Changes in the log that are not in the posting lists yet, `{(kind, value): Delta}`."""
    index_version = lock()
    return _bucketed(
        cumulated(entry.changes for entry in ROWS.log(index_version.compacted + 1, index_version.number))
    )


@transaction.atomic
def compact_step(at_least: int = 1) -> int:
    """Apply the oldest rows of the log to the posting lists; gives the number of cards still uncompacted.

    Does nothing below `at_least` uncompacted cards. A step takes STEP_ROWS rows, fewer where they have more
    than STEP_TERMS terms, but at least one.
    """
    index_version = lock()
    if index_version.uncompacted < at_least:
        return index_version.uncompacted
    log = IndexLog.objects.filter(version__gt=index_version.compacted).order_by("version")[:STEP_ROWS]
    rows, terms = [], set()
    for row in log:
        entry = decode(row.version, row.token, row.changes)
        terms.update(entry.changes)
        if rows and len(terms) > STEP_TERMS:
            break
        rows.append((row, entry))
    if not rows:
        return index_version.uncompacted
    former, index_version.compacted = index_version.compacted, rows[-1][0].version
    index_version.uncompacted -= sum(row.added + row.dropped for row, _entry in rows)
    splits = _compact(index_version, cumulated(entry.changes for _row, entry in rows))
    old = min(index_version.number - LOGGED, index_version.compacted)
    IndexLog.objects.filter(version__gt=former - LOGGED, version__lte=old).update(changes=None)
    if splits:
        # Readers cache buckets: a split reaches them through the log, as any change.
        _advance(index_version, added=0, dropped=0, changes=encode({}, splits, index_version.compacted))
    else:
        index_version.save(update_fields=["compacted", "uncompacted"])
    return index_version.uncompacted


def _compact_when_due() -> None:
    """The step after a commit, if still due."""
    compact_step(COMPACT_AT)


def compact() -> None:
    """Compact the whole log, each step in a transaction of its own: other writers proceed in between."""
    while compact_step():
        pass


def _compact(index_version: IndexVersion, terms: dict[tuple[str, str], Delta]) -> list[Split]:
    """Apply the changes to the posting lists; gives the buckets that were split."""
    deltas = _bucketed(terms)
    places = [
        (kind, value, block)
        for (kind, value), delta in deltas.items()
        for block in {WHOLE, *map(block_of, delta.come | delta.go)}
    ]
    stored, splits, split_rows = fetch(places), [], []
    if full := _full_buckets(deltas, stored):
        later = _bucketed(
            cumulated(entry.changes for entry in ROWS.log(index_version.compacted + 1, index_version.number))
        )
        for key, numbers in full.items():
            del deltas[key]
            # Cached buckets of readers include later changes, so what replaces them must too.
            numbers = later.get(key, Delta()).upon(numbers)
            for split, rows in _split(*key, numbers, stored.get(key, {})):
                splits.append(split)
                split_rows += rows
    write((*row, index_version.number) for row in (*split_rows, *revised(deltas, stored)))
    return splits


def _bucketed(deltas: Mapping[tuple[str, str], Delta]) -> dict[tuple[str, str], Delta]:
    """The same with sort keys replaced by their stored bucket; a card that keeps its bucket stays."""
    starts = boundaries()
    bucketed: dict[tuple[str, str], Delta] = {}
    for (kind, value), delta in deltas.items():
        if kind in MOST:
            value = place(starts[kind], value)
            come, go = bucketed.get((kind, value), Delta())
            come = come | delta.come
            delta = Delta(come, (go | delta.go) - come)
        bucketed[kind, value] = delta
    return bucketed


def _full_buckets(deltas: Mapping[tuple[str, str], Delta], stored: Mapping) -> dict[tuple, BitMap]:
    """The buckets with more cards than MOST of their kind, `{(kind, start): cards}`."""
    full = {}
    for kind, start in [key for key in deltas if key[0] in MOST]:
        rows = stored.get((kind, start), {})
        # A bucket of one sort key cannot be split and is stored in blocks, its WHOLE row empty: leave it.
        if rows.get(WHOLE) != b"":
            numbers = deltas[kind, start].upon(join(rows.values()))
            if len(numbers) > MOST[kind]:
                full[kind, start] = numbers
    return full


def _split(
    kind: str, start: str, numbers: BitMap, stored: Mapping[int, bytes]
) -> Iterator[tuple[Split, list[tuple[str, str, int, bytes]]]]:
    """The buckets that a full one is split into, each with its rows."""
    for part, held in split(kind, start, _keys(kind, numbers), MOST[kind]).items():
        rows = dict.fromkeys(stored, b"") if part == start else {}
        yield (kind, part, held), [(kind, part, block, data) for block, data in (rows | cut(held)).items()]


def _keys(kind: str, numbers: BitMap) -> dict[int, str]:
    cards = Edition.objects.filter(pk__in=key_list(numbers)).only(*ORDER_FIELDS)
    return {card.pk: order_keys(card)[kind] for card in cards}


def _advance(index_version: IndexVersion, *, added: int, dropped: int, changes: bytes | None) -> None:
    """Store the next version and its row of the log; `changes` None for a rebuild."""
    index_version.number, index_version.token = index_version.number + 1, uuid4().hex
    index_version.save(force_update=True)
    IndexLog.objects.create(
        version=index_version.number,
        token=index_version.token,
        created_at=timezone.now(),
        added=added,
        dropped=dropped,
        changes=changes,
    )


def current_terms() -> Iterator[tuple[int, Terms]]:
    """`(key, terms)` of the current editions, by key, read in batches."""
    cards = Edition.objects.current().order_by("pk").only("pk", *TERM_FIELDS)
    return ((card.pk, terms_of(card)) for card in cards.iterator(chunk_size=BATCH))


def built_rows() -> Iterator[tuple[str, str, int, bytes]]:
    """All rows `(kind, value, block, bytes)` of an index of the current editions."""
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
    """Write the whole index, from the current editions or from `rows`; gives the number of rows.

    Within a transaction.
    """
    index_version = lock()
    IndexEntry.objects.all().delete()
    # The log does not lead here from an older version: readers load the whole index.
    index_version.rebuilt = index_version.compacted = index_version.number + 1
    index_version.uncompacted = 0
    _advance(index_version, added=Edition.objects.current().count(), dropped=0, changes=None)
    return insert((*row, index_version.number) for row in (built_rows() if rows is None else rows))


@transaction.atomic
def rebuild_alone() -> int:
    """`rebuild` in a transaction of its own without a timeout."""
    allow_long_statements()
    return rebuild()
