"""Which values of a kind each card has: how a result divides is read off its cards, not asked of every value.

For kinds of thousands of values, of which a card has one or a few: a result of sixty thousand cards is told
apart in a millisecond, where meeting it with eight thousand sets takes ten or more.
"""

from array import array
from collections.abc import Iterable, Mapping

import pyarrow as pa
import pyarrow.compute as pc
from pyroaring import BitMap

# Ordinals are of two bytes, nought for none; kinds of fewer values than MANY are counted set by set.
MANY, MOST, SPAN = 500, 2**16 - 2, 2**16
# So many values of a card lie in arrays that hold a place for every card; those of few cards apart.
DENSE = 2


class Column:
    """The values of one kind, card by card. It never changes: `renewed` gives another."""

    def __init__(self, known: Mapping[str, BitMap]):
        self._values = ["", *sorted(known)]
        length = 1 + max((cards.max() for cards in known.values()), default=0)
        self._slots = [array("H", bytes(2 * length)) for _ in range(DENSE)]
        self._holders = [BitMap() for _ in range(DENSE)]
        self._more: dict[int, tuple[int, ...]] = {}
        first, self._holders[0] = self._slots[0], BitMap.union(BitMap(), *known.values())
        for ordinal, value in enumerate(self._values[1:], 1):
            for card in known[value]:
                if first[card]:
                    self._add(card, ordinal)
                else:
                    first[card] = ordinal
        self._close()

    def _add(self, card: int, ordinal: int) -> None:
        for slot, holders in zip(self._slots, self._holders, strict=True):
            if not slot[card]:
                slot[card] = ordinal
                holders.add(card)
                return
        self._more[card] = (*self._more.get(card, ()), ordinal)

    def _close(self) -> None:
        """What is asked often, worked out once: arrays as Arrow sees them, cards of many values as a set."""
        self._arrays = [_arrow(slot, pa.uint16()) for slot in self._slots]
        self._several = BitMap(self._more)

    def top(self, under: BitMap, limit: int | None = None) -> tuple[list[tuple[str, int]], int]:
        """`([(value, cards)], how many values)` within `under`, most first and ties by value."""
        found = [
            pc.take(values, _arrow((under & holders).to_array(), pa.uint32()), boundscheck=False)
            for values, holders in zip(self._arrays, self._holders, strict=True)
        ]
        if rare := [ordinal for card in under & self._several for ordinal in self._more[card]]:
            found.append(pa.array(rare, pa.uint16()))
        tally = pc.value_counts(pa.chunked_array(found))
        values, counts = tally.field(0).cast(pa.int64()), tally.field(1)
        # One number that sorts as wanted: the more cards the lower, then the order of the values.
        ranks = pc.subtract(values, pc.multiply(counts, SPAN))
        first = ranks.take(pc.array_sort_indices(ranks)[:limit]).to_pylist()
        return [(self._values[rank % SPAN], -(rank // SPAN)) for rank in first], len(ranks)

    def renewed(
        self, before: Mapping[str, BitMap], after: Mapping[str, BitMap], values: Iterable[str]
    ) -> "Column | None":
        """The column once the sets of these values changed; None where it has to be built anew."""
        ordinals = {value: ordinal for ordinal, value in enumerate(self._values)}
        other = object.__new__(Column)
        other._values, other._more = self._values, dict(self._more)
        other._slots = [slot[:] for slot in self._slots]
        other._holders = [holders.copy() for holders in self._holders]
        changes = [(v, before.get(v, BitMap()), after.get(v, BitMap())) for v in values]
        if any(value not in ordinals for value, _old, _new in changes):
            return None
        length = 1 + max((new.max() for _value, _old, new in changes if new), default=0)
        for slot in other._slots:
            slot.frombytes(bytes(2 * max(0, length - len(slot))))
        for value, old, new in changes:
            for card in old - new:
                other._drop(card, ordinals[value])
        for value, old, new in changes:
            for card in new - old:
                other._add(card, ordinals[value])
        other._close()
        return other

    def _drop(self, card: int, ordinal: int) -> None:
        kept = [slot[card] for slot in self._slots if slot[card]] + list(self._more.pop(card, ()))
        kept.remove(ordinal)
        for slot, holders in zip(self._slots, self._holders, strict=True):
            slot[card] = 0
            holders.discard(card)
        for other in kept:
            self._add(card, other)


def _arrow(numbers: array, kind: pa.DataType) -> pa.Array:
    return pa.Array.from_buffers(kind, len(numbers), [None, pa.py_buffer(numbers)])
