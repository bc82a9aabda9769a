"""What the fit reads of every card at once, from the sets of the index: a code for each card, in columns.

`Columns` follows the next version of the index by the sets that changed. `table` hands the same out as arrays
of the current cards, worked out once a version; suitability/scoring.py scores them for a municipality.
"""

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import nan

import pyarrow as pa
import pyarrow.compute as pc
from pyroaring import BitMap

from cardindex.postings import Postings
from cardindex.snapshot import Snapshot
from cards.index.terms import COST_SIZE, PRIMARY_AREA, SCORE, euro_of
from cards.vocabulary.areas import AREA_BY_KEY
from cards.vocabulary.lists import FundingSource, Scale, Stage
from suitability import score as fit
from suitability.prerequisites import demand_of

BODIES, SCALES, STAGES = ("", *fit.BODIES), ("", *Scale.values), ("", *Stage.values)
AREAS, FUNDS = ("", *AREA_BY_KEY), tuple(FundingSource.values)
DEMANDS = (None, *fit.DEMANDS)
# kind of the index → (its codes, how a code joins what a card has already: None where it has but one)
KINDS: Mapping[str, tuple[Callable[[str], int], Callable[[int, int], int] | None]] = {
    "body": (lambda value: _place_in(BODIES, value), None),
    "scale": (lambda value: _place_in(SCALES, value), None),
    "stage": (lambda value: _place_in(STAGES, value), None),
    PRIMARY_AREA: (lambda value: _place_in(AREAS, value), None),
    "technology": (lambda value: demand_of(value) or 0, max),
    "funding_source": (lambda value: 1 << FUNDS.index(value) if value in FUNDS else 0, int.__or__),
}
# Kinds of one number a card → what a value says, nan for nothing.
NUMBERS: Mapping[str, Callable[[str], float]] = {
    COST_SIZE: lambda value: float(euro_of(value)),
    SCORE: lambda value: int(value) / 10 if value else nan,
}


def _place_in(codes: Sequence[str], value: str) -> int:
    return codes.index(value) if value in codes else 0


@dataclass
class Places:
    """The municipalities of cards: `groups` of them by number, 0 for none, and the group of each card."""

    towns: dict[str, int] = field(default_factory=dict)
    groups: dict[tuple[int, ...], int] = field(default_factory=lambda: {(): 0})
    group: array = field(default_factory=lambda: array("i"))

    def grown(self, length: int, first: int, came: Iterable[tuple[str, BitMap]]) -> "Places":
        """With the cards that came. Towns and groups once known keep their numbers."""
        towns, groups = dict(self.towns), dict(self.groups)
        group = self.group + array("i", bytes(4 * max(0, length - len(self.group))))
        several = defaultdict(list)
        for code, cards in came:
            town = towns.setdefault(code, len(towns) + 1)
            for number in cards:
                several[number].append(town)
        for number, mine in several.items():
            group[number - first] = groups.setdefault(tuple(mine), len(groups))
        return Places(towns, groups, group)


@dataclass(frozen=True)
class Table:
    """The current cards in columns of the same length, by key. `slot` is the row of key `first + i`."""

    first: int
    keys: pa.Array
    slot: pa.Array
    codes: Mapping[str, pa.Array]
    numbers: Mapping[str, pa.Array]
    group: pa.Array
    # 0, 1, 2…: what cannot be told apart stands in this order.
    row: pa.Array

    def rows_of(self, cards: BitMap) -> pa.Array:
        """The rows of cards, all of them current."""
        return pc.take(self.slot, pc.subtract(key_array(cards), self.first))

    def is_among(self, cards: BitMap) -> pa.Array:
        """Whether each card is one of these."""
        return pc.is_in(self.keys, value_set=key_array(cards))

    def column(self, values: Mapping[int, float]) -> pa.Array:
        """A column with a value for some cards, null for the others."""
        found = array("d", [nan]) * len(self.slot)
        for number, value in values.items():
            if 0 <= number - self.first < len(found):
                found[number - self.first] = value
        return known(pc.take(_array(found), pc.subtract(self.keys, self.first)))


@dataclass
class Columns:
    """Codes by card: the card with key `first + i` stands at place i. Places of no card hold zero."""

    snapshot: Snapshot = field(default_factory=Snapshot)
    first: int = 0
    codes: dict[str, bytearray] = field(default_factory=lambda: {kind: bytearray() for kind in KINDS})
    numbers: dict[str, array] = field(default_factory=lambda: {kind: array("d") for kind in NUMBERS})
    places: Places = field(default_factory=Places)

    def renewed(self, snapshot: Snapshot) -> "Columns":
        """The columns of another version; what did not change is copied."""
        if snapshot.stamp == self.snapshot.stamp:
            return self
        if not snapshot.all:
            return Columns(snapshot)
        length_now = len(self.places.group)
        is_next = (
            length_now
            and snapshot.stamp.rebuilt == self.snapshot.stamp.rebuilt
            and snapshot.all.min() >= self.first
        )
        base = self if is_next else Columns(first=snapshot.all.min())
        length = max(len(base.places.group), snapshot.all.max() + 1 - base.first)
        codes = {kind: base.codes[kind].ljust(length, b"\0") for kind in KINDS}
        for kind, (code_of, join) in KINDS.items():
            _mark(codes[kind], base, snapshot, kind, code_of, join)
        numbers = {kind: _numbered(base, snapshot, kind, length) for kind in NUMBERS}
        places = base.places.grown(length, base.first, _changed(base.snapshot, snapshot, "municipality"))
        return Columns(snapshot, base.first, codes, numbers, places)

    @cached_property
    def table(self) -> Table:
        keys = key_array(self.snapshot.all)
        at = pc.subtract(keys, self.first)
        last = len(self.places.group) - 1
        slot = pc.inverse_permutation(at, max_index=last) if len(at) else pa.nulls(0, pa.int64())
        codes = {kind: pc.take(_bytes(column), at).cast(pa.int32()) for kind, column in self.codes.items()}
        numbers = {kind: known(pc.take(_array(column), at)) for kind, column in self.numbers.items()}
        row = pa.array(range(len(keys)), pa.int64())
        return Table(self.first, keys, slot, codes, numbers, pc.take(_array(self.places.group), at), row)


def _changed(before: Snapshot, after: Snapshot, kind: str) -> Iterable[tuple[str, BitMap]]:
    """`(value, cards that came)`, of the sets that changed."""
    former, known = before.postings.get(kind, Postings()), after.postings.get(kind, Postings())
    for value in known.unlike(former):
        yield value, known[value] - former[value] if value in former else known[value]


def _mark(
    column: bytearray, base: Columns, snapshot: Snapshot, kind: str, code_of: Callable, join: Callable | None
) -> None:
    first = base.first
    for value, cards in _changed(base.snapshot, snapshot, kind):
        if not (code := code_of(value)):
            continue
        if join is None:
            for number in cards:
                column[number - first] = code
        else:
            for number in cards:
                column[number - first] = join(column[number - first], code)


def _numbered(base: Columns, snapshot: Snapshot, kind: str, length: int) -> array:
    column, first = base.numbers[kind], base.first
    column = column + array("d", [nan]) * (length - len(column))
    for value, cards in _changed(base.snapshot, snapshot, kind):
        number_of_value = NUMBERS[kind](value)
        for number in cards:
            column[number - first] = number_of_value
    return column


def key_array(cards: BitMap) -> pa.Array:
    """The numbers of a set, ascending."""
    return _array(cards.to_array()).cast(pa.int64())


def known(column: pa.Array) -> pa.Array:
    """The column with null in the place of nan."""
    return pc.if_else(pc.is_nan(column), None, column)


def _bytes(column: bytearray) -> pa.Array:
    return pa.Array.from_buffers(pa.uint8(), len(column), [None, pa.py_buffer(column)])


def _array(column: array) -> pa.Array:
    kind = {"d": pa.float64(), "i": pa.int32(), "I": pa.uint32()}[column.typecode]
    return pa.Array.from_buffers(kind, len(column), [None, pa.py_buffer(column)])
