"""The index in the memory of a process: posting lists of codes, the dictionary, words read lately.

A Snapshot never changes, so that a reader sees one version to the end; Index holds the newest one and renews
it by what changed since (cardindex.deltas). Rows and changes come from a Source, which is all that knows
where they are stored.
"""

import threading
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple, Protocol

from pyroaring import BitMap

from cardindex import sort_keys
from cardindex.blocks import join
from cardindex.deltas import Entry, Uncompacted
from cardindex.doc_values import MANY, MOST, DocValues
from cardindex.postings import Postings
from cardindex.terms import TermDictionary

TITLE, SUMMARY, TEXT, CODE = "in_title", "in_summary", "in_text", "code"
# Read when a query has the word; posting lists of any other kind are kept in memory.
WORD_KINDS = (TITLE, SUMMARY, TEXT, CODE)
ALL, EVERY = "all", ""
WORD_BYTES = 64 * 1024 * 1024
ATTEMPTS = 5
# The most bytes that a number takes in a stored list: alone in its block. Rows of a word that are
# longer than RARE are not read to learn whether it still has cards.
DEAREST, RARE = 18, 8192
EMPTY = BitMap()


class Row(NamedTuple):
    """One stored block of a posting list, written at `version`; `data` is empty where nothing is left."""

    kind: str
    value: str
    block: int
    data: bytes
    version: int


class VersionStamp(NamedTuple):
    """The version of a stored index: its number, the token of that very change, the last whole rebuild."""

    version: int = 0
    token: str = ""
    rebuilt: int = 0


class Source(Protocol):
    """Where rows and changes are."""

    @property
    def counted(self) -> Iterable[str]:
        """Kinds that results are divided by."""

    def stamp(self) -> VersionStamp: ...

    def knows(self, stamp: VersionStamp) -> bool:
        """Whether this version is part of the stored history: not when its change was rolled back."""

    def compacted(self) -> int:
        """The version up to which all changes are in the rows."""

    def log(self, since: int, upto: int) -> list[Entry]:
        """The changes from version `since` to `upto`, both among them, in order."""

    def postings(self) -> Iterable[Row]:
        """All rows of the kinds kept in memory; the empty ones of sort orders too, which are boundaries."""

    def forms(self) -> Iterable[str]:
        """All words of TEXT whose rows hold a card."""

    def words(self, values: Iterable[str]) -> Iterable[Row]:
        """All rows of WORD_KINDS under these values."""

    def rare(self, values: Iterable[str]) -> Mapping[str, list[bytes] | int]:
        """The rows of TEXT under these values, as far as there are any; their length instead, where that is
        more than RARE bytes."""


class StaleSnapshot(Exception):
    """The stored rows are newer than the snapshot that reads them: begin again with the next snapshot."""


@dataclass(frozen=True)
class Snapshot:
    """The index at one version."""

    stamp: VersionStamp = field(default_factory=VersionStamp)
    postings: Mapping[str, Postings] = field(default_factory=dict)
    terms: TermDictionary = field(default_factory=TermDictionary)
    words: "WordCache" = field(default_factory=lambda: WordCache())
    # Changes of words that their rows may not hold yet: applied when the rows are read.
    uncompacted: Uncompacted = field(default_factory=Uncompacted)
    # Where the buckets of each sort order begin, those that are empty among them.
    starts: Mapping[str, list[str]] = field(default_factory=dict)
    # A lower bound of the cards that have a word: so many must lose it before its rows are read again.
    least: Mapping[str, int] = field(default_factory=dict)
    _totals: dict[str, dict[str, int]] = field(default_factory=dict)
    _most_first: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    _doc_values: dict[str, DocValues] = field(default_factory=dict)

    @property
    def all(self) -> BitMap:
        """Every card of the index."""
        return self.postings.get(ALL, {}).get(EVERY, EMPTY)

    def any_of(self, kind: str, values: Iterable[str]) -> BitMap:
        """Cards under any of the values; not to be modified: of one value it is the cached list itself."""
        known = self.postings.get(kind, {})
        found = [known[value] for value in values if value in known]
        return found[0] if len(found) == 1 else BitMap.union(EMPTY, *found)

    def counts(self, kind: str, under: BitMap) -> dict[str, int]:
        """`{value: cards}` of one kind within `under`, by value; values without a card left out."""
        if under is self.all:
            if kind not in self._totals:
                self._totals[kind] = self._all_of(kind)
            return dict(self._totals[kind])
        if values := self._values_of(kind):
            return values.counts(under)
        known = self.postings.get(kind, {})
        found = {value: under.intersection_cardinality(cards) for value, cards in known.items()}
        return dict(sorted(pair for pair in found.items() if pair[1]))

    def _all_of(self, kind: str) -> dict[str, int]:
        if values := self._values_of(kind):
            return values.totals()
        return {value: len(cards) for value, cards in sorted(self.postings.get(kind, {}).items())}

    def top(self, kind: str, under: BitMap, limit: int) -> tuple[list[tuple[str, int]], int]:
        """`([(value, cards)], how many values)` of one kind within `under`, most first and ties by value."""
        if under is self.all:
            if kind not in self._most_first:
                self._most_first[kind] = most_first(self.counts(kind, under))
            return self._most_first[kind][:limit], len(self._most_first[kind])
        if values := self._values_of(kind):
            return values.top(under, limit)
        found = most_first(self.counts(kind, under))
        return found[:limit], len(found)

    def ready(self, kinds: Iterable[str]) -> "Snapshot":
        """This snapshot, with the doc values of these kinds built before a request needs them."""
        for kind in kinds:
            self._values_of(kind)
        return self

    def _values_of(self, kind: str) -> DocValues | None:
        """The values card by card, built at the first use; None for kinds of few values."""
        known = self.postings.get(kind, {})
        if kind not in self._doc_values and MANY <= len(known) <= MOST:
            self._doc_values[kind] = DocValues(known)
        return self._doc_values.get(kind)

    def doc_values_after(
        self, sets: Mapping[str, Postings], changed: Mapping[str, Iterable[str]]
    ) -> dict[str, DocValues]:
        """The doc values built so far, after the values `changed` got these posting lists."""
        renewed = {
            kind: values.after(*_differences(self.postings[kind], sets[kind], changed[kind]))
            if kind in changed
            else values
            for kind, values in self._doc_values.items()
        }
        return {kind: values for kind, values in renewed.items() if values}


Pairs = list[tuple[str, BitMap]]


def _differences(
    before: Mapping[str, BitMap], after: Mapping[str, BitMap], values: Iterable[str]
) -> tuple[Pairs, Pairs]:
    """`[(value, cards)]` that went, and that came."""
    gone, came = [], []
    for value in values:
        old, new = before.get(value, EMPTY), after.get(value, EMPTY)
        gone.append((value, old - new))
        came.append((value, new - old))
    return gone, came


def most_first(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Pairs by number, the largest first; ties keep their order."""
    return sorted(counts.items(), key=itemgetter(1), reverse=True)


class WordCache:
    """Posting lists of words lately read, the least recently used evicted first once they fill WORD_BYTES."""

    def __init__(self, known: Iterable[tuple[tuple[str, str], tuple[BitMap, int]]] = ()):
        self._known = OrderedDict(known)
        self._bytes = sum(size for _numbers, size in self._known.values())
        self._lock = threading.Lock()

    def without(self, changed: Iterable[tuple[str, str]]) -> "WordCache":
        with self._lock:
            known = self._known.copy()
        for key in changed:
            known.pop(key, None)
        return WordCache(known.items())

    def get(self, kind: str, value: str) -> BitMap | None:
        with self._lock:
            if (kind, value) not in self._known:
                return None
            self._known.move_to_end((kind, value))
            return self._known[kind, value][0]

    def add(self, kind: str, value: str, numbers: BitMap, size: int) -> None:
        with self._lock:
            if (kind, value) in self._known:
                return
            self._known[kind, value] = numbers, size
            self._bytes += size
            while self._bytes > WORD_BYTES:
                _key, (_numbers, evicted) = self._known.popitem(last=False)
                self._bytes -= evicted


def read_words(snapshot: Snapshot, source: Source, values: Iterable[str]) -> dict[tuple[str, str], BitMap]:
    """`{(kind, value): cards}` in every tier, from memory or in one query. Raises StaleSnapshot."""
    values = list(dict.fromkeys(values))
    lists = {(kind, value): snapshot.words.get(kind, value) for value in values for kind in WORD_KINDS}
    if missing := [value for value in values if any(lists[kind, value] is None for kind in WORD_KINDS)]:
        blobs = {(kind, value): [] for value in missing for kind in WORD_KINDS}
        for row in source.words(missing):
            if row.version > snapshot.stamp.version:
                raise StaleSnapshot
            blobs[row.kind, row.value].append(row.data)
        for key, parts in blobs.items():
            lists[key] = snapshot.uncompacted.delta(key).upon(join(parts))
            snapshot.words.add(*key, lists[key], 256 + sum(map(len, parts)))
    return lists


class Index:
    """The newest snapshot of one store."""

    def __init__(self):
        self._snapshot = Snapshot()
        self._lock = threading.Lock()

    def snapshot(self, source: Source) -> Snapshot:
        """The snapshot of the version stored now."""
        stamp = source.stamp()
        if stamp == self._snapshot.stamp:
            return self._snapshot
        with self._lock:
            if stamp != self._snapshot.stamp and not self._is_past(stamp, source):
                self._snapshot = _next(self._snapshot, source, stamp)
            return self._snapshot

    def _is_past(self, stamp: VersionStamp, source: Source) -> bool:
        """Whether another reader has loaded a later version since this stamp was read."""
        return stamp.version < self._snapshot.stamp.version and source.knows(self._snapshot.stamp)

    def query(self, source: Source, evaluate):
        """What `evaluate(snapshot)` returns, called again when its snapshot became stale meanwhile."""
        for _attempt in range(ATTEMPTS - 1):
            try:
                return evaluate(self.snapshot(source))
            except StaleSnapshot:
                continue
        return evaluate(self.snapshot(source))


def _next(snapshot: Snapshot, source: Source, stamp: VersionStamp) -> Snapshot:
    """The snapshot of version `stamp`. Raises StaleSnapshot when newer rows are committed meanwhile."""
    if stamp.rebuilt <= snapshot.stamp.version <= stamp.version and snapshot.stamp.version:
        # The change that led to this snapshot comes first, which proves it part of the history.
        own, *entries = source.log(snapshot.stamp.version, stamp.version) or [Entry(0, "")]
        is_known = (own.version, own.token) == snapshot.stamp[:2]
        if is_known and all(entry.changes is not None for entry in entries):
            return _renewed(snapshot, source, stamp, entries)
    postings: dict[str, Postings] = defaultdict(Postings)
    starts: dict[str, list[str]] = defaultdict(list)
    # Before the rows: what is compacted while they are read is applied once more, which changes nothing.
    compacted = source.compacted()
    if compacted > stamp.version:
        raise StaleSnapshot
    # Row by row, as bytes: only rows that are used become a BitMap.
    for row in source.postings():
        if row.version > stamp.version:
            raise StaleSnapshot
        if row.kind in sort_keys.MOST:
            starts[row.kind].append(row.value)
        if row.data:
            postings[row.kind].load(row.value, row.data)
    starts = {kind: sort_keys.with_roots(kind, values) for kind, values in starts.items()}
    stored = Snapshot(stamp, dict(postings), TermDictionary(source.forms()), starts=starts)
    return _renewed(stored, source, stamp, source.log(compacted + 1, stamp.version))


def _renewed(snapshot: Snapshot, source: Source, stamp: VersionStamp, entries: Iterable[Entry]) -> Snapshot:
    """The snapshot after these changes; what they leave alone is shared with the one before."""
    starts = dict(snapshot.starts)
    changed: dict[str, dict[str, BitMap]] = defaultdict(dict)
    changed_words: set[tuple[str, str]] = set()
    lost: Counter[str] = Counter()
    for entry in entries:
        for kind, start, numbers in entry.splits:
            changed[kind][start] = BitMap(numbers)
            starts[kind] = sort_keys.with_roots(kind, [*starts.get(kind, ()), start])
        for (kind, value), (come, go) in entry.changes.items():
            if kind == TEXT:
                lost[value] += len(go)
            if kind in WORD_KINDS:
                changed_words.add((kind, value))
                continue
            if kind in sort_keys.MOST:
                value = sort_keys.place(starts.setdefault(kind, sort_keys.with_roots(kind, ())), value)
            if value not in changed[kind]:
                changed[kind][value] = snapshot.postings.get(kind, {}).get(value, EMPTY).copy()
            changed[kind][value] -= BitMap(go)
            changed[kind][value] |= BitMap(come)
    postings = dict(snapshot.postings)
    for kind, lists in changed.items():
        postings[kind] = postings[kind].copy() if kind in postings else Postings()
        postings[kind].update(lists)
        for value in [value for value, numbers in lists.items() if not numbers]:
            del postings[kind][value]
    uncompacted, least = snapshot.uncompacted.after(entries, WORD_KINDS), dict(snapshot.least)
    renewed = Snapshot(
        stamp,
        postings,
        _terms_after(snapshot.terms, source, lost, uncompacted, least),
        snapshot.words.without(changed_words),
        uncompacted,
        starts,
        least,
        _doc_values=snapshot.doc_values_after(postings, changed),
    )
    return renewed.ready(source.counted)


def _terms_after(
    known: TermDictionary,
    source: Source,
    lost: Mapping[str, int],
    uncompacted: Uncompacted,
    least: dict[str, int],
) -> TermDictionary:
    """The dictionary once each of these words was lost by so many cards; `least` is brought up to date.

    Whether any card still has a word is read only where those may have been the last.
    """
    for word in lost.keys() & least.keys():
        least[word] -= lost[word]
    deltas = {word: uncompacted.delta((TEXT, word)) for word in lost if least.get(word, 0) <= 0}
    alive = {word for word in lost if word not in deltas or deltas[word].come}
    if unsure := lost.keys() - alive:
        long = []
        for word, parts in source.rare(unsure).items():
            if isinstance(parts, int):
                least[word] = parts // DEAREST - len(deltas[word].go)
                long.append(word)
            elif deltas[word].upon(join(parts)):
                alive.add(word)
        alive.update(word for word in long if least[word] > 0)
        if long := [word for word in long if least[word] <= 0]:
            # More cards lost it without compaction than its length tells apart from all of them.
            blobs = defaultdict(list)
            for row in source.words(long):
                if row.kind == TEXT:
                    blobs[row.value].append(row.data)
            alive.update(word for word, parts in blobs.items() if deltas[word].upon(join(parts)))
    return known.renewed(alive, lost.keys() - alive)
