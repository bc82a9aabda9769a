"""What a process keeps of the index: sets of cards under codes, the dictionary, words lately asked for.

A State never changes, so that a reader sees one version to the end; Index holds the newest one and renews
it by the rows that changed. The rows come from a Source, which is all that knows where they are stored.
"""

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple, Protocol

from pyroaring import BitMap

from cardindex.columns import MANY, MOST, Column
from cardindex.dictionary import Dictionary
from cardindex.slices import join, renew, unpack

TITLE, SUMMARY, TEXT, CODE = "in_title", "in_summary", "in_text", "code"
# Read when asked for; sets of any other kind are kept in memory.
WORD_KINDS = (TITLE, SUMMARY, TEXT, CODE)
ALL, EVERY = "all", ""
WORD_BYTES = 64 * 1024 * 1024
ATTEMPTS = 5
EMPTY = BitMap()


class Row(NamedTuple):
    """One stored piece of a set; `data` is empty where nothing is left."""

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
    """Where the rows are."""

    def mark(self) -> Mark: ...

    def knows(self, mark: Mark) -> bool:
        """Whether this mark is part of the stored history: not when its change was rolled back."""

    def sets(self) -> Iterable[Row]:
        """All rows of the kinds kept in memory."""

    def forms(self) -> Iterable[str]:
        """All words of TEXT that still hold a card."""

    def changes(self, since: int) -> "Changes":
        """What was written after version `since`."""

    def words(self, values: Iterable[str]) -> Iterable[Row]:
        """All rows of WORD_KINDS under these values."""


class Changes(NamedTuple):
    """Rows kept in memory; TEXT words with whether they still hold a card; `(kind, value)` of all words."""

    sets: Iterable[Row]
    forms: Mapping[str, bool]
    touched: Iterable[tuple[str, str]]


class Moved(Exception):
    """A row is newer than the state that asks for it: begin again with the next state."""


@dataclass(frozen=True)
class State:
    """The index at one version."""

    mark: Mark = field(default_factory=Mark)
    sets: Mapping[str, Mapping[str, BitMap]] = field(default_factory=dict)
    dictionary: Dictionary = field(default_factory=Dictionary)
    words: "Words" = field(default_factory=lambda: Words())
    _totals: dict[str, dict[str, int]] = field(default_factory=dict)
    _orders: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    _columns: dict[str, Column] = field(default_factory=dict)

    @property
    def all(self) -> BitMap:
        """Every card of the index."""
        return self.sets.get(ALL, {}).get(EVERY, EMPTY)

    def any_of(self, kind: str, values: Iterable[str]) -> BitMap:
        """Cards under any of the values."""
        known = self.sets.get(kind, {})
        return BitMap.union(EMPTY, *(known[value] for value in values if value in known))

    def counts(self, kind: str, under: BitMap) -> dict[str, int]:
        """`{value: cards}` of one kind within `under`, by value; values without a card left out."""
        known = self.sets.get(kind, {})
        if under is self.all:
            if kind not in self._totals:
                self._totals[kind] = {value: len(known[value]) for value in sorted(known)}
            return dict(self._totals[kind])
        if column := self._column(kind):
            return dict(sorted(column.top(under)[0]))
        found = {value: under.intersection_cardinality(cards) for value, cards in known.items()}
        return dict(sorted(pair for pair in found.items() if pair[1]))

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

    def _column(self, kind: str) -> Column | None:
        """The values card by card, put together when first asked for; None for kinds of few values."""
        known = self.sets.get(kind, {})
        if kind not in self._columns and MANY <= len(known) <= MOST:
            self._columns[kind] = Column(known)
        return self._columns.get(kind)

    def columns_after(
        self, sets: Mapping[str, Mapping[str, BitMap]], changed: Mapping[str, Iterable[str]]
    ) -> dict[str, Column]:
        """The columns put together so far, as they are once the values `changed` have these sets."""
        renewed = {
            kind: column.renewed(self.sets[kind], sets[kind], changed[kind]) if kind in changed else column
            for kind, column in self._columns.items()
        }
        return {kind: column for kind, column in renewed.items() if column}


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
            found[kind, value] = join(parts)
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
    is_ahead = state.mark.version <= mark.version and state.mark.version >= mark.rebuilt
    if state.mark.version and is_ahead and source.knows(state.mark):
        return _renewed(state, source, mark)
    sets: dict[str, dict[str, BitMap]] = {}
    # Row by row: the sets alone stay, and what they were read from is let go at once.
    for row in source.sets():
        sets.setdefault(row.kind, {}).setdefault(row.value, BitMap()).update(unpack(row.data))
    return State(mark, sets, Dictionary(source.forms()))


def _renewed(state: State, source: Source, mark: Mark) -> State:
    changes = source.changes(state.mark.version)
    sets, changed = dict(state.sets), _by_value(changes.sets)
    for kind, found in changed.items():
        sets[kind] = dict(sets.get(kind, {}))
        for value, parts in found.items():
            sets[kind][value] = renew(sets[kind].get(value, EMPTY), parts)
            if not sets[kind][value]:
                del sets[kind][value]
    added = {form for form, is_alive in changes.forms.items() if is_alive}
    words = state.words.without(changes.touched)
    dictionary = state.dictionary.renewed(added, changes.forms.keys() - added)
    return State(mark, sets, dictionary, words, _columns=state.columns_after(sets, changed))


def _by_value(rows: Iterable[Row]) -> dict[str, dict[str, dict[int, bytes]]]:
    grouped = defaultdict(lambda: defaultdict(dict))
    for row in rows:
        grouped[row.kind][row.value][row.slice] = row.data
    return grouped
