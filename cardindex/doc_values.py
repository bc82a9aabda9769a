"""The values of a kind card by card: facets of a result are counted from its cards, not value by value.

For kinds of many values, of which a card has one or a few: how ninety thousand cards divide among eight
thousand municipalities is counted in half a millisecond; intersecting as many posting lists takes ten.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping
from copy import copy

import pyarrow as pa
import pyarrow.compute as pc
from pyroaring import BitMap

# Kinds of fewer values than MANY are counted set by set; ordinals are of two bytes, nought for none.
MANY, MOST, BITS = 100, 2**16 - 2, 16
# Changed cards after which a column is rebuilt.
LATE = 1_000
TYPES = {"H": pa.uint16(), "I": pa.uint32(), "i": pa.int32(), "q": pa.int64()}


def _arrow(numbers: array) -> pa.Array:
    return pa.Array.from_buffers(TYPES[numbers.typecode], len(numbers), [None, pa.py_buffer(numbers)])


# Built once: Arrow tries to import NumPy, which is not installed, for every plain number.
BLOCK, NONE = pa.scalar(BITS, pa.uint32()), pa.scalar(0, pa.int64())
DOWN, LOWEST_FIRST = pa.scalar(-(2**BITS), pa.int64()), [("", "ascending")]
# From FEW numbers on Arrow finds the most frequent by counting, below that by sorting, which is slower.
FEW = 2**13 + 1
NOUGHTS = _arrow(array("H", bytes(2 * FEW)))


class DocValues:
    """The values of one kind, card by card. Immutable: `after` returns a new one.

    `_slot` holds the ordinal of a card with one value; of a card with several its place among such cards of
    its block of 65,536, whose `_rows` begin at `_bases`. Cards that changed since lie apart in `_late`, so
    that versions share all the rest.
    """

    def __init__(self, known: Mapping[str, BitMap]):
        self._values = ["", *sorted(known)]
        self._ordinals = {value: ordinal for ordinal, value in enumerate(self._values)}
        self._late, self._changed = {}, BitMap()
        self._totals = array("q", [0])
        holders, several = BitMap(), BitMap()
        for value in known:
            several |= (cards := known[value]) & holders
            holders |= cards
        alone, shared = _Pairs(), _Pairs()
        for ordinal, value in enumerate(self._values[1:], 1):
            cards = known[value]
            self._totals.append(len(cards))
            alone.add(ordinal, cards - several)
            shared.add(ordinal, cards & several)
        self._single, self._several, self._rows = holders - several, several, shared.rows()
        length = 1 + holders.max() if holders else 0
        before = (several.rank((block << BITS) - 1) if block else 0 for block in range(1 + (length >> BITS)))
        self._bases = _arrow(array("I", before))
        self._slot = self._spread(alone, length)

    def _spread(self, alone: "_Pairs", length: int) -> pa.Array:
        cards = _arrow(self._several.to_array())
        places = pc.subtract(_arrow(array("I", range(len(cards)))), self._first_rows(cards))
        numbers = pa.concat_arrays([_arrow(alone.ordinals), places.cast(pa.uint16())])
        where = pa.concat_arrays([_arrow(alone.cards), cards]).cast(pa.int64())
        if not length:
            return numbers
        slot = pc.scatter(numbers, where, max_index=length - 1).fill_null(0)
        return _without_nulls(slot)

    def totals(self) -> dict[str, int]:
        """`{value: cards}` of all cards, by value; values without a card left out."""
        return {value: cards for value, cards in zip(self._values, self._totals, strict=True) if cards}

    def counts(self, under: BitMap) -> dict[str, int]:
        """The same of the cards `under`."""
        return dict(self._pairs(*_present(self._by_ordinal(under))))

    def top(self, under: BitMap, limit: int) -> tuple[list[tuple[str, int]], int]:
        """`([(value, cards)], how many values)` of the cards `under`, most first and ties by value."""
        if self._are_most(under):
            ordinals, counts = _present(self._by_ordinal(under))
            # One number to sort by: more cards first, then the order of the values.
            ranks = pc.add(pc.multiply(counts, DOWN), ordinals.cast(pa.int64()))
            first = pc.select_k_unstable(ranks, limit, LOWEST_FIRST)
            return list(self._pairs(pc.take(ordinals, first), pc.take(counts, first))), len(counts)
        found = self._ordinals_of(under)
        pairs = list(self._pairs(*_most_frequent(found, limit)))
        return pairs, len(pairs) if len(pairs) < limit else self._different(found)

    def _by_ordinal(self, under: BitMap) -> pa.Array:
        """Cards of each ordinal in its place, null for none."""
        if not self._are_most(under):
            return self._placed(under)
        # Those left out are fewer, and are taken from the whole.
        removed = self._placed((self._single | self._several | self._changed) - under)
        return pc.subtract(_arrow(self._totals), removed.fill_null(NONE))

    def _are_most(self, under: BitMap) -> bool:
        return 2 * len(under) > len(self._single) + len(self._several) + len(self._late)

    def _placed(self, under: BitMap) -> pa.Array:
        ordinals, counts = _most_frequent(self._ordinals_of(under), len(self._values))
        return pc.scatter(counts, ordinals.cast(pa.int32()), max_index=len(self._values) - 1)

    def _pairs(self, ordinals: pa.Array, counts: pa.Array) -> Iterator[tuple[str, int]]:
        return zip(map(self._values.__getitem__, ordinals.to_pylist()), counts.to_pylist(), strict=True)

    def _different(self, ordinals: pa.ChunkedArray) -> int:
        """How many different ones there are: each leaves its mark in one place."""
        marks = pc.inverse_permutation(ordinals.cast(pa.int32()), max_index=len(self._values) - 1)
        return len(marks) - marks.null_count

    def _ordinals_of(self, under: BitMap) -> pa.ChunkedArray:
        """The ordinals that these cards have, in no order."""
        found = [pc.take(self._slot, _arrow((under & self._single).to_array()), boundscheck=False)]
        if several := under & self._several:
            found.append(pc.take(self._rows, self._places(several), boundscheck=False).flatten())
        if late := under & self._changed:
            found.append(_arrow(array("H", (ordinal for card in late for ordinal in self._late[card]))))
        return pa.chunked_array(found)

    def _places(self, several: BitMap) -> pa.Array:
        """The rows of cards with several values."""
        cards = _arrow(several.to_array())
        inside = pc.take(self._slot, cards, boundscheck=False)
        return pc.add(self._first_rows(cards), inside.cast(pa.uint32()))

    def _first_rows(self, cards: pa.Array) -> pa.Array:
        return pc.take(self._bases, pc.shift_right(cards, BLOCK), boundscheck=False)

    def after(
        self, removed: Iterable[tuple[str, BitMap]], added: Iterable[tuple[str, BitMap]]
    ) -> "DocValues | None":
        """The values after cards left some and came under others; None where they have to be built again.

        A card that has left already, or is there already, stays as it is.
        """
        now: dict[int, set[int]] = {}
        for pairs, change in ((removed, set.discard), (added, set.add)):
            for value, cards in pairs:
                if value not in self._ordinals or len(now) + len(cards) > LATE:
                    return None
                for card in cards:
                    change(now.setdefault(card, set(self._of(card))), self._ordinals[value])
        late = {card: found for card, found in (self._late | now).items() if found}
        return self._with(late, now) if len(late) <= LATE else None

    def _with(self, late: dict[int, set[int]], now: Mapping[int, set[int]]) -> "DocValues":
        other = copy(self)
        other._late, other._changed, other._totals = late, BitMap(late), self._totals[:]
        other._single, other._several = self._single - BitMap(now), self._several - BitMap(now)
        for card, ordinals in now.items():
            for ordinal in self._of(card):
                other._totals[ordinal] -= 1
            for ordinal in ordinals:
                other._totals[ordinal] += 1
        return other

    def _of(self, card: int) -> Iterable[int]:
        """The ordinals of one card."""
        if card in self._late:
            return self._late[card]
        return self._ordinals_of(BitMap([card])).to_pylist()


def _without_nulls(numbers: pa.Array) -> pa.Array:
    """A copy without marks of what is null, which is read three times as fast, and outside of Arrow's pool,
    which would hold on to twice the memory."""
    data = pa.py_buffer(bytes(numbers.buffers()[1]))
    return pa.Array.from_buffers(numbers.type, len(numbers), [None, data])


def _present(by_ordinal: pa.Array) -> tuple[pa.Array, pa.Array]:
    """`(ordinals, cards of each)` of those that have any, by ordinal."""
    ordinals = pc.indices_nonzero(by_ordinal)
    return ordinals, pc.take(by_ordinal, ordinals)


def _most_frequent(numbers: pa.ChunkedArray, limit: int) -> tuple[pa.Array, pa.Array]:
    """`(numbers, how often each)`, the most frequent first and the lower first among equals."""
    if is_few := len(numbers) < FEW:
        # Noughts, which are more than all the rest, come first.
        numbers, limit = pa.chunked_array([*numbers.chunks, NOUGHTS]), limit + 1
    found = pc.mode(numbers, limit)[is_few:]
    return found.field(0), found.field(1)


class _Pairs:
    """Cards beside ordinals, gathered value by value."""

    def __init__(self):
        self.cards, self.ordinals = array("I"), array("H")

    def add(self, ordinal: int, cards: BitMap) -> None:
        self.cards.extend(cards.to_array())
        self.ordinals.extend(array("H", [ordinal]) * len(cards))

    def rows(self) -> pa.ListArray:
        """The ordinals of each card, by card."""
        order = pc.array_sort_indices(_arrow(self.cards))
        ends = pc.run_end_encode(pc.take(_arrow(self.cards), order)).run_ends
        offsets = pa.concat_arrays([_arrow(array("i", [0])), ends])
        return pa.ListArray.from_arrays(
            _without_nulls(offsets), _without_nulls(pc.take(_arrow(self.ordinals), order))
        )
