"""What changed since the stored sets were last written: numbers that come and go under a value.

A change of one card touches a hundred sets. It is noted as one small record; the sets themselves are
written anew for many changes at once (folded), and until then whoever reads a set puts the notes upon it.
Putting the same notes twice upon a set changes nothing, so that a set which holds some of them already is as
good as one that holds none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import orjson
from pyroaring import BitMap

NONE = BitMap()
# (kind, value) → (numbers that come, numbers that go)
Changes = Mapping[tuple[str, str], tuple[Iterable[int], Iterable[int]]]
# A bucket of an order that was split: kind, start, the numbers left in it or given to it.
Piece = tuple[str, str, Iterable[int]]


class Delta(NamedTuple):
    """The numbers that come to a set and go from it."""

    come: BitMap = NONE
    go: BitMap = NONE

    def then(self, come: Iterable[int], go: Iterable[int]) -> "Delta":
        """This one and another after it: the later word counts."""
        come, go = BitMap(come), BitMap(go)
        return Delta((self.come - go) | come, (self.go - come) | go)

    def upon(self, numbers: BitMap) -> BitMap:
        """The set once these came and went; the one given stays as it was."""
        return (numbers - self.go) | self.come


@dataclass(frozen=True)
class Entry:
    """One change of the index: `pieces` were split before it, `changes` came with it.

    All changes up to version `folded` were in the stored sets by then. `changes` is None of one that is not
    on record any more, or that was a whole rebuild.
    """

    version: int
    seal: str
    changes: Changes | None = None
    pieces: list[Piece] = field(default_factory=list)
    folded: int = 0


def spell(changes: Changes, pieces: Iterable[Piece], folded: int) -> bytes:
    """A change as it is stored: JSON, by kind and value."""
    kinds: dict[str, dict[str, tuple]] = {}
    for (kind, value), (come, go) in changes.items():
        kinds.setdefault(kind, {})[value] = list(come), list(go)
    told = [(kind, start, list(numbers)) for kind, start, numbers in pieces]
    return orjson.dumps({"sets": kinds, "pieces": told, "folded": folded})


def read(version: int, seal: str, stored: bytes | None) -> Entry:
    """The change of one version; the inverse of `spell`."""
    if stored is None:
        return Entry(version, seal)
    told = orjson.loads(stored)
    changes = {
        (kind, value): (come, go) for kind, sets in told["sets"].items() for value, (come, go) in sets.items()
    }
    return Entry(version, seal, changes, told["pieces"], told["folded"])


def together(changes: Iterable[Changes]) -> dict[tuple[str, str], Delta]:
    """Changes one after another as one."""
    found: dict[tuple[str, str], tuple[set[int], set[int]]] = {}
    for one in changes:
        for key, (come, go) in one.items():
            # Python's sets while they are small and change often.
            all_come, all_go = found.setdefault(key, (set(), set()))
            all_come -= set(go)
            all_come |= set(come)
            all_go -= set(come)
            all_go |= set(go)
    return {key: Delta(BitMap(come), BitMap(go)) for key, (come, go) in found.items()}


def add(found: dict[tuple[str, str], Delta], changes: Changes) -> None:
    """Put one more change behind those `found`."""
    for key, (come, go) in changes.items():
        found[key] = found.get(key, Delta()).then(come, go)
