"""How a posting list is stored: one blob while small, a block for each 65,536 numbers once it passes 8 kB.

So that a change of one card writes little however large the registry. A list that was ever cut keeps an empty
WHOLE row beside its blocks: WHOLE and the block of a number are all that need be read to change it.
"""

from collections.abc import Iterable, Mapping

from pyroaring import BitMap

WHOLE, LIMIT, SPAN = -1, 8192, 16


def pack(numbers: BitMap) -> bytes:
    """The bytes of a posting list; none for an empty one."""
    if not numbers:
        return b""
    numbers.run_optimize()
    return numbers.serialize()


def unpack(data: bytes) -> BitMap:
    return BitMap.deserialize(bytes(data)) if data else BitMap()


def block_of(number: int) -> int:
    return number >> SPAN


def bounds(part: int) -> tuple[int, int]:
    """First number of a block, and first after it."""
    return part << SPAN, (part + 1) << SPAN


def cut(numbers: BitMap) -> dict[int, bytes]:
    """The rows `{block: bytes}` of a set as a rebuild writes them."""
    whole = pack(numbers)
    if len(whole) <= LIMIT:
        return {WHOLE: whole}
    parts = range(block_of(numbers.min()), block_of(numbers.max()) + 1)
    rows = {part: pack(_within(numbers, part)) for part in parts}
    return {WHOLE: b"", **{part: data for part, data in rows.items() if data}}


def _within(numbers: BitMap, part: int) -> BitMap:
    start, stop = bounds(part)
    return numbers & BitMap(range(start, stop))


def join(blobs: Iterable[bytes]) -> BitMap:
    """The set that some rows of one value hold together."""
    return BitMap.union(*(unpack(data) for data in blobs)) if (blobs := list(blobs)) else BitMap()


def revise(rows: Mapping[int, bytes], add: Iterable[int], drop: Iterable[int]) -> dict[int, bytes]:
    """The rows that change when numbers come and go.

    `rows` holds WHOLE and the blocks of these numbers, as far as they exist; a row left empty is `b""`.
    """
    add, drop = BitMap(add), BitMap(drop)
    if WHOLE not in rows or rows[WHOLE]:
        numbers = (unpack(rows.get(WHOLE, b"")) - drop) | add
        return cut(numbers)
    changed = {}
    for part in {block_of(number) for number in add | drop}:
        numbers = (unpack(rows.get(part, b"")) - _within(drop, part)) | _within(add, part)
        changed[part] = pack(numbers)
    return changed
