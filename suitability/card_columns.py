"""What the fit reads of all cards: a code for each card, in Arrow columns built from the posting lists.

`Columns.updated` follows the next snapshot of the index by the posting lists that changed. `Columns.table`
holds the current cards alone, computed once a snapshot; suitability/scoring.py scores them.
"""

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
# Kind of term → (the code of a value, 0 for none; how it joins the code that a card has already).
KINDS: Mapping[str, tuple[Callable[[str], int], Callable[[pa.Array, pa.Array], pa.Array]]] = {
    "body": (lambda value: _index_in(BODIES, value), lambda column, new: pc.coalesce(new, column)),
    "scale": (lambda value: _index_in(SCALES, value), lambda column, new: pc.coalesce(new, column)),
    "stage": (lambda value: _index_in(STAGES, value), lambda column, new: pc.coalesce(new, column)),
    PRIMARY_AREA: (lambda value: _index_in(AREAS, value), lambda column, new: pc.coalesce(new, column)),
    "technology": (lambda value: demand_of(value) or 0, pc.max_element_wise),
    "funding_source": (
        lambda value: 1 << FUNDS.index(value) if value in FUNDS else 0,
        lambda column, new: pc.bit_wise_or(column, pc.fill_null(new, 0)),
    ),
}
# Kinds of one number a card → the number of a value, nan for none.
NUMBERS: Mapping[str, Callable[[str], float]] = {
    COST_SIZE: lambda value: float(euro_of(value)),
    SCORE: lambda value: int(value) / 10 if value else nan,
}


def _index_in(codes: Sequence[str], value: str) -> int:
    return codes.index(value) if value in codes else 0


@dataclass
class Places:
    """The municipalities that cards name: each by number, each set of them a group, 0 for the empty one.

    `group` is the group of the card with key `first + i`, as in Columns.
    """

    municipalities: dict[str, int] = field(default_factory=dict)
    groups: dict[tuple[int, ...], int] = field(default_factory=lambda: {(): 0})
    group: pa.Array = field(default_factory=lambda: pa.array([], pa.int32()))

    def extended(self, length: int, first: int, added: Iterable[tuple[str, BitMap]]) -> "Places":
        """With the cards added to municipalities. Those known, and known groups, keep their numbers."""
        numbers, groups, keys, named = dict(self.municipalities), dict(self.groups), array("I"), array("i")
        for code, cards in added:
            number = numbers.setdefault(code, len(numbers) + 1)
            groups.setdefault((number,), len(groups))
            keys.extend(cards.to_array())
            named.extend(array("i", [number]) * len(cards))
        pairs = pa.table({"key": _array(keys), "number": _array(named)})
        # Nearly all cards name one municipality: only the others are looked at one by one.
        counts = pairs.group_by("key").aggregate([([], "count_all")])
        several = counts.filter(pc.greater(counts["count_all"], 1))["key"].combine_chunks()
        is_several = pc.is_in(pairs["key"], value_set=several)
        together = defaultdict(list)
        rest = pairs.filter(is_several)
        for key, number in zip(rest["key"].to_pylist(), rest["number"].to_pylist(), strict=True):
            together[key].append(number)
        alone = pairs.filter(pc.invert(is_several)).combine_chunks()
        group_alone = pa.array([groups.get((number,), 0) for number in range(len(numbers) + 1)], pa.int32())
        new_keys = pa.concat_arrays([_chunk(alone["key"]), pa.array(together.keys(), pa.uint32())])
        new_groups = [groups.setdefault(tuple(mine), len(groups)) for mine in together.values()]
        new_groups = pa.concat_arrays(
            [pc.take(group_alone, _chunk(alone["number"])), pa.array(new_groups, pa.int32())]
        )
        group = pc.coalesce(_scatter(new_groups, new_keys, first, length), _padded(self.group, length, 0))
        return Places(numbers, groups, group)


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
    codes: dict[str, pa.Array] = field(
        default_factory=lambda: {kind: pa.array([], pa.uint8()) for kind in KINDS}
    )
    numbers: dict[str, pa.Array] = field(
        default_factory=lambda: {kind: pa.array([], pa.float64()) for kind in NUMBERS}
    )
    places: Places = field(default_factory=Places)

    def updated(self, snapshot: Snapshot) -> "Columns":
        """The columns of another snapshot of the index; only the lists that changed are read."""
        if snapshot.stamp == self.snapshot.stamp:
            return self
        if not snapshot.all:
            return Columns(snapshot)
        is_next = (
            len(self.places.group)
            and snapshot.stamp.rebuilt == self.snapshot.stamp.rebuilt
            and snapshot.all.min() >= self.first
        )
        base = self if is_next else Columns(first=snapshot.all.min())
        length = max(len(base.places.group), snapshot.all.max() + 1 - base.first)
        codes = {kind: _codes(base, snapshot, kind, length) for kind in KINDS}
        numbers = {kind: _numbers(base, snapshot, kind, length) for kind in NUMBERS}
        places = base.places.extended(length, base.first, _added(base.snapshot, snapshot, "municipality"))
        return Columns(snapshot, base.first, codes, numbers, places)

    @cached_property
    def table(self) -> Table:
        """The columns of the current cards alone."""
        keys = key_array(self.snapshot.all)
        at = pc.subtract(keys, self.first)
        last = len(self.places.group) - 1
        slot = pc.inverse_permutation(at, max_index=last) if len(at) else pa.nulls(0, pa.int64())
        codes = {kind: pc.take(column, at).cast(pa.int32()) for kind, column in self.codes.items()}
        numbers = {kind: known(pc.take(column, at)) for kind, column in self.numbers.items()}
        row = pa.arange(0, len(keys))
        return Table(self.first, keys, slot, codes, numbers, pc.take(self.places.group, at), row)


def _added(before: Snapshot, after: Snapshot, kind: str) -> Iterator[tuple[str, BitMap]]:
    """`(value, cards added to it)` of the posting lists of a kind that changed."""
    former, current = before.postings.get(kind, Postings()), after.postings.get(kind, Postings())
    for value in current.unlike(former):
        yield value, current[value] - former[value] if value in former else current[value]


def _codes(base: Columns, snapshot: Snapshot, kind: str, length: int) -> pa.Array:
    """The column of codes of a kind, with what the snapshot adds to that of `base`."""
    code_of, join = KINDS[kind]
    cards_by_code = defaultdict(BitMap)
    for value, cards in _added(base.snapshot, snapshot, kind):
        if code := code_of(value):
            cards_by_code[code] |= cards
    column = _padded(base.codes[kind], length, 0)
    for code, cards in cards_by_code.items():
        new = _scatter(
            pa.repeat(pa.scalar(code, pa.uint8()), len(cards)), key_array(cards), base.first, length
        )
        column = join(column, new)
    return column


def _numbers(base: Columns, snapshot: Snapshot, kind: str, length: int) -> pa.Array:
    """The column of numbers of a kind, with what the snapshot adds to that of `base`."""
    keys, values = array("I"), array("d")
    for value, cards in _added(base.snapshot, snapshot, kind):
        keys.extend(cards.to_array())
        values.extend(array("d", [NUMBERS[kind](value)]) * len(cards))
    new = _scatter(_array(values), _array(keys), base.first, length)
    return pc.coalesce(new, _padded(base.numbers[kind], length, nan))


def _scatter(values: pa.Array, keys: pa.Array, first: int, length: int) -> pa.Array:
    """A column with each value at the place of its key, null elsewhere."""
    return pc.scatter(values, pc.subtract(keys.cast(pa.int64()), first), max_index=length - 1)


def _padded(column: pa.Array, length: int, value: float) -> pa.Array:
    return pa.concat_arrays([column, pa.repeat(pa.scalar(value, column.type), length - len(column))])


def _chunk(column: pa.ChunkedArray) -> pa.Array:
    """The column as one array."""
    found = column.combine_chunks()
    return found if isinstance(found, pa.Array) else pa.concat_arrays(found.chunks)


def key_array(cards: BitMap) -> pa.Array:
    """The keys of a set of cards, ascending."""
    return _array(cards.to_array()).cast(pa.int64())


def known(column: pa.Array) -> pa.Array:
    """The column with null in the place of nan."""
    return pc.if_else(pc.is_nan(column), None, column)


def _array(column: array) -> pa.Array:
    """The numbers of a Python array as an Arrow array, without copying them."""
    type_ = {"d": pa.float64(), "i": pa.int32(), "I": pa.uint32()}[column.typecode]
    return pa.Array.from_buffers(type_, len(column), [None, pa.py_buffer(column)])
