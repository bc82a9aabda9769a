"""The posting lists of one kind, value by value. A list that was returned never changes."""

from collections.abc import Iterator, Mapping, MutableMapping

from pyroaring import BitMap

from cardindex.blocks import unpack

# Kinds of so many values keep sets of fewer cards than LESS as bytes: larger ones gain little by it.
MANY, LESS = 500, 400


class Postings(MutableMapping[str, BitMap]):
    """`{value: cards}`. A list in one piece stays as the bytes it was read as until it is used, and a small
    one among MANY after that too: as bitmaps, thousands of small ones take three times the memory."""

    def __init__(self, known: Mapping[str, BitMap] | None = None):
        self._held: dict[str, bytes | BitMap] = {}
        self.update(known or {})

    def load(self, value: str, data: bytes) -> None:
        """Add a stored block of a list that was not used yet."""
        held = self._held.get(value)
        self._held[value] = data if held is None else _read(held).union(unpack(data))

    def __getitem__(self, value: str) -> BitMap:
        held = self._held[value]
        if isinstance(held, BitMap):
            return held
        cards = unpack(held)
        if not self._is_packed(cards):
            self._held[value] = cards
        return cards

    def __setitem__(self, value: str, cards: BitMap) -> None:
        self._held[value] = cards.serialize() if self._is_packed(cards) else cards

    def _is_packed(self, cards: BitMap) -> bool:
        return len(self._held) >= MANY and len(cards) < LESS

    def __delitem__(self, value: str) -> None:
        del self._held[value]

    def __contains__(self, value: object) -> bool:
        return value in self._held

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)

    def copy(self) -> "Postings":
        """Another mapping of the same lists."""
        other = Postings()
        other._held = self._held.copy()
        return other

    def unlike(self, former: "Postings") -> list[str]:
        """The values whose sets are not those that `former` holds: untouched ones are the same objects."""
        return [value for value, held in self._held.items() if former._held.get(value) is not held]


def _read(held: bytes | BitMap) -> BitMap:
    return held if isinstance(held, BitMap) else unpack(held)
