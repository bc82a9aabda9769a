"""What a process keeps of the index: sets of cards under codes, the dictionary, words lately asked for.

A State never changes, so that a reader sees one version to the end; Index holds the newest one and renews
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

from cardindex import orders
from cardindex.columns import MANY, MOST, Column
from cardindex.deltas import Delta, Entry, add
from cardindex.dictionary import Dictionary
from cardindex.sets import Sets
from cardindex.slices import join

TITLE, SUMMARY, TEXT, CODE = "in_title", "in_summary", "in_text", "code"
# Read when asked for; sets of any other kind are kept in memory.
WORD_KINDS = (TITLE, SUMMARY, TEXT, CODE)
ALL, EVERY = "all", ""
WORD_BYTES = 64 * 1024 * 1024
ATTEMPTS = 5
# Bytes a number takes at the most in a stored set: alone in a slice of its own. A word of more than RARE is
# on more cards than can be pending.
DEAREST, RARE = 18, 8192
EMPTY = BitMap()


class Row(NamedTuple):
    """One stored piece of a set as it was at `version`; `data` is empty where nothing is left."""

    kind: str
    value: str
    slice: int
    data: bytes
    version: int


class Mark(NamedTuple):
    """Which version the stored index is: its number, the seal of that very change, the last whole rebuild."""

    version: int = 0
    seal: str = ""
    rebuilt: int = 0


class Source(Protocol):
    """Where rows and changes are."""

    # Kinds that results are divided by.
    counted: Iterable[str]

    def mark(self) -> Mark: ...

    def knows(self, mark: Mark) -> bool:
        """Whether this mark is part of the stored history: not when its change was rolled back."""

    def folded(self) -> int:
        """The version up to which all changes are in the rows."""

    def log(self, since: int, upto: int) -> list[Entry]:
        """The changes from version `since` to `upto`, both among them, in order."""

    def sets(self) -> Iterable[Row]:
        """All rows of the kinds kept in memory; the empty ones of orders too, which are boundaries."""

    def forms(self) -> Iterable[str]:
        """All words of TEXT whose rows hold a card."""

    def words(self, values: Iterable[str]) -> Iterable[Row]:
        """All rows of WORD_KINDS under these values."""

    def rare(self, values: Iterable[str]) -> Mapping[str, list[bytes] | int]:
        """The rows of TEXT under these values, as far as there are any; their length instead, where that is
        more than RARE bytes."""


class Moved(Exception):
    """What is stored is newer than the state that asks for it: begin again with the next state."""


@dataclass(frozen=True)
class State:
    """The index at one version."""

    mark: Mark = field(default_factory=Mark)
    sets: Mapping[str, Sets] = field(default_factory=dict)
    dictionary: Dictionary = field(default_factory=Dictionary)
    words: "Words" = field(default_factory=lambda: Words())
    # What is not in the rows of words yet: put upon them when they are read.
    pending: Mapping[tuple[str, str], Delta] = field(default_factory=dict)
    # Where the buckets of each order begin, those that are empty among them.
    starts: Mapping[str, list[str]] = field(default_factory=dict)
    folded: int = 0
    # On how many cards a word is written, at the least: so many have to go before anybody need look again.
    least: Mapping[str, int] = field(default_factory=dict)
    _totals: dict[str, dict[str, int]] = field(default_factory=dict)
    _orders: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    _columns: dict[str, Column] = field(default_factory=dict)

    @property
    def all(self) -> BitMap:
        """Every card of the index."""
        return self.sets.get(ALL, {}).get(EVERY, EMPTY)

    def any_of(self, kind: str, values: Iterable[str]) -> BitMap:
        """Cards under any of the values: not to be changed, since of one value it is the set kept here."""
        known = self.sets.get(kind, {})
        found = [known[value] for value in values if value in known]
        return found[0] if len(found) == 1 else BitMap.union(EMPTY, *found)

    def counts(self, kind: str, under: BitMap) -> dict[str, int]:
        """`{value: cards}` of one kind within `under`, by value; values without a card left out."""
        if under is self.all:
            if kind not in self._totals:
                self._totals[kind] = self._all_of(kind)
            return dict(self._totals[kind])
        if column := self._column(kind):
            return column.counts(under)
        known = self.sets.get(kind, {})
        found = {value: under.intersection_cardinality(cards) for value, cards in known.items()}
        return dict(sorted(pair for pair in found.items() if pair[1]))

    def _all_of(self, kind: str) -> dict[str, int]:
        if column := self._column(kind):
            return column.totals()
        return {value: len(cards) for value, cards in sorted(self.sets.get(kind, {}).items())}

    def top(self, kind: str, under: BitMap, limit: int) -> tuple[list[tuple[str, int]], int]:
        """`([(value, cards)], how many values)` of one kind within `under`, most first and ties by value."""
        if under is self.all:
            if kind not in self._orders:
                self._orders[kind] = most_first(self.counts(kind, under))
            return self._orders[kind][:limit], len(self._orders[kind])
        if column := self._column(kind):
            return column.top(under, limit)
        found = most_first(self.counts(kind, under))
        return found[:limit], len(found)

    def ready(self, kinds: Iterable[str]) -> "State":
        """This state, with what counts of these kinds need put together before anybody waits for one."""
        for kind in kinds:
            self._column(kind)
        return self

    def _column(self, kind: str) -> Column | None:
        """The values card by card, put together when first asked for; None for kinds of few values."""
        known = self.sets.get(kind, {})
        if kind not in self._columns and MANY <= len(known) <= MOST:
            self._columns[kind] = Column(known)
        return self._columns.get(kind)

    def columns_after(
        self, sets: Mapping[str, Sets], changed: Mapping[str, Iterable[str]]
    ) -> dict[str, Column]:
        """The columns put together so far, as they are once the values `changed` have these sets."""
        renewed = {
            kind: column.moved(*_differences(self.sets[kind], sets[kind], changed[kind]))
            if kind in changed
            else column
            for kind, column in self._columns.items()
        }
        return {kind: column for kind, column in renewed.items() if column}


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
    """Pairs by number, the largest first; ties stay in the order given."""
    return sorted(counts.items(), key=itemgetter(1), reverse=True)


class Words:
    """Sets of words lately asked for, the least used forgotten first once they fill the allowance."""

    def __init__(self, known: Iterable[tuple[tuple[str, str], tuple[BitMap, int]]] = ()):
        self._known = OrderedDict(known)
        self._bytes = sum(size for _numbers, size in self._known.values())
        self._lock = threading.Lock()

    def without(self, touched: Iterable[tuple[str, str]]) -> "Words":
        with self._lock:
            known = self._known.copy()
        for key in touched:
            known.pop(key, None)
        return Words(known.items())

    def get(self, kind: str, value: str) -> BitMap | None:
        with self._lock:
            if (kind, value) not in self._known:
                return None
            self._known.move_to_end((kind, value))
            return self._known[kind, value][0]

    def keep(self, kind: str, value: str, numbers: BitMap, size: int) -> None:
        with self._lock:
            if (kind, value) in self._known:
                return
            self._known[kind, value] = numbers, size
            self._bytes += size
            while self._bytes > WORD_BYTES:
                _key, (_numbers, gone) = self._known.popitem(last=False)
                self._bytes -= gone


def read_words(state: State, source: Source, values: Iterable[str]) -> dict[tuple[str, str], BitMap]:
    """`{(kind, value): cards}` in every tier, from memory or in one reading. Raises Moved."""
    values = list(dict.fromkeys(values))
    found = {(kind, value): state.words.get(kind, value) for value in values for kind in WORD_KINDS}
    if missing := [value for value in values if any(found[kind, value] is None for kind in WORD_KINDS)]:
        blobs = {(kind, value): [] for value in missing for kind in WORD_KINDS}
        for row in source.words(missing):
            if row.version > state.mark.version:
                raise Moved
            blobs[row.kind, row.value].append(row.data)
        for (kind, value), parts in blobs.items():
            found[kind, value] = state.pending.get((kind, value), Delta()).upon(join(parts))
            state.words.keep(kind, value, found[kind, value], 256 + sum(map(len, parts)))
    return found


class Index:
    """The newest state of one store."""

    def __init__(self):
        self._state = State()
        self._lock = threading.Lock()

    def state(self, source: Source) -> State:
        """The state of the version stored now."""
        mark = source.mark()
        if mark == self._state.mark:
            return self._state
        with self._lock:
            if mark != self._state.mark and not self._is_past(mark, source):
                self._state = _next(self._state, source, mark)
            return self._state

    def _is_past(self, mark: Mark, source: Source) -> bool:
        """Whether another reader has gone beyond this mark since it was read."""
        return mark.version < self._state.mark.version and source.knows(self._state.mark)

    def ask(self, source: Source, question):
        """What `question(state)` answers, asked again when the index moved in the meantime."""
        for _attempt in range(ATTEMPTS - 1):
            try:
                return question(self.state(source))
            except Moved:
                continue
        return question(self.state(source))


def _next(state: State, source: Source, mark: Mark) -> State:
    """Raises Moved when the rows go on while they are read."""
    if mark.rebuilt <= state.mark.version <= mark.version and state.mark.version:
        # The change that made this state comes first, by which it is known to be part of the history.
        own, *entries = source.log(state.mark.version, mark.version) or [Entry(0, "")]
        is_known = (own.version, own.seal) == state.mark[:2]
        if is_known and all(entry.changes is not None for entry in entries):
            return _renewed(state, source, mark, entries)
    sets: dict[str, Sets] = defaultdict(Sets)
    starts: dict[str, list[str]] = defaultdict(list)
    # Before the rows: what is folded while they are read is put upon them once more, which changes nothing.
    folded = source.folded()
    if folded > mark.version:
        raise Moved
    # Row by row, each kept as the bytes it is: only what is asked for becomes a set.
    for row in source.sets():
        if row.version > mark.version:
            raise Moved
        if row.kind in orders.MOST:
            starts[row.kind].append(row.value)
        if row.data:
            sets[row.kind].load(row.value, row.data)
    starts = {kind: orders.with_roots(kind, found) for kind, found in starts.items()}
    stored = State(mark, dict(sets), Dictionary(source.forms()), starts=starts, folded=folded)
    return _renewed(stored, source, mark, source.log(folded + 1, mark.version))


def _renewed(state: State, source: Source, mark: Mark, entries: Iterable[Entry]) -> State:
    pending, starts, folded = dict(state.pending), dict(state.starts), state.folded
    changed: dict[str, dict[str, BitMap]] = defaultdict(dict)
    touched: set[tuple[str, str]] = set()
    lost: Counter[str] = Counter()
    for entry in entries:
        if entry.folded > folded:
            pending, folded = {}, entry.folded
        for kind, start, numbers in entry.pieces:
            changed[kind][start] = BitMap(numbers)
            starts[kind] = orders.with_roots(kind, [*starts.get(kind, ()), start])
        words = {key: change for key, change in entry.changes.items() if key[0] in WORD_KINDS}
        add(pending, words)
        touched.update(words)
        for (kind, value), (come, go) in entry.changes.items():
            if kind == TEXT:
                lost[value] += len(go)
            if kind in WORD_KINDS:
                continue
            if kind in orders.MOST:
                value = orders.place(starts.setdefault(kind, orders.with_roots(kind, ())), value)
            if value not in changed[kind]:
                changed[kind][value] = state.sets.get(kind, {}).get(value, EMPTY).copy()
            changed[kind][value] -= BitMap(go)
            changed[kind][value] |= BitMap(come)
    sets = dict(state.sets)
    for kind, found in changed.items():
        sets[kind] = sets[kind].copy() if kind in sets else Sets()
        sets[kind].update(found)
        for value in [value for value, numbers in found.items() if not numbers]:
            del sets[kind][value]
    least = dict(state.least)
    renewed = State(
        mark,
        sets,
        _dictionary_after(state.dictionary, source, lost, pending, least),
        state.words.without(touched),
        pending,
        starts,
        folded,
        least,
        _columns=state.columns_after(sets, changed),
    )
    return renewed.ready(source.counted)


def _dictionary_after(
    known: Dictionary,
    source: Source,
    lost: Mapping[str, int],
    pending: Mapping[tuple[str, str], Delta],
    least: dict[str, int],
) -> Dictionary:
    """The dictionary once each of these words was lost to so many cards; `least` is brought up to date.

    Whether a word is still written anywhere is asked only where those may have been the last.
    """
    for word in lost.keys() & least.keys():
        least[word] -= lost[word]
    alive = {w for w in lost if least.get(w, 0) > 0 or pending.get((TEXT, w), Delta()).come}
    if asked := lost.keys() - alive:
        for word, parts in source.rare(asked).items():
            delta = pending.get((TEXT, word), Delta())
            if isinstance(parts, int):
                alive.add(word)
                least[word] = parts // DEAREST - len(delta.go)
            elif delta.upon(join(parts)):
                alive.add(word)
    return known.renewed(alive, lost.keys() - alive)
