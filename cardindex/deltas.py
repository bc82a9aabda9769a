"""What changed since the stored rows were last written: card numbers that come and go under a term.

A change of one card touches a hundred posting lists. It is stored as one row of the log; the posting lists
are written for many changes at once (compaction), and until then whoever reads a list applies the changes.
Changes are cumulated and the last word about a card counts, so that applying them to a list that holds some
of them already gives the same list: a reader need not know how far each row was compacted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import orjson
from pyroaring import BitMap

NONE = BitMap()
# Versions that a segment of changes covers.
SEGMENT = 16
# (kind, value) → (numbers that come, numbers that go)
Changes = Mapping[tuple[str, str], tuple[Iterable[int], Iterable[int]]]
# A bucket of a sort order that was split: kind, start, the numbers that it holds afterwards.
Split = tuple[str, str, Iterable[int]]


class Delta(NamedTuple):
    """The numbers that come to a posting list and go from it."""

    come: BitMap = NONE
    go: BitMap = NONE

    def then(self, come: Iterable[int], go: Iterable[int]) -> "Delta":
        """This change followed by another; where both name a card the later one holds."""
        come, go = BitMap(come), BitMap(go)
        return Delta((self.come - go) | come, (self.go - come) | go)

    def upon(self, numbers: BitMap) -> BitMap:
        """The list after this change, as a new one."""
        return (numbers - self.go) | self.come


@dataclass(frozen=True)
class Entry:
    """One row of the log: buckets were split as in `splits`, then `changes` applied.

    All changes up to version `compacted` were in the stored rows by then. `changes` is None of a rebuild, and
    of a version so old that its changes were deleted.
    """

    version: int
    token: str
    changes: Changes | None = None
    splits: list[Split] = field(default_factory=list)
    compacted: int = 0


def encode(changes: Changes, splits: Iterable[Split], compacted: int) -> bytes:
    """A change as it is stored: JSON, by kind and value."""
    kinds: dict[str, dict[str, tuple]] = {}
    for (kind, value), (come, go) in changes.items():
        kinds.setdefault(kind, {})[value] = list(come), list(go)
    stored_splits = [(kind, start, list(numbers)) for kind, start, numbers in splits]
    return orjson.dumps({"changes": kinds, "splits": stored_splits, "compacted": compacted})


def decode(version: int, token: str, stored: bytes | None) -> Entry:
    """The change of one version; the inverse of `encode`."""
    if stored is None:
        return Entry(version, token)
    entry = orjson.loads(stored)
    changes = {
        (kind, value): change for kind, values in entry["changes"].items() for value, change in values.items()
    }
    return Entry(version, token, changes, entry["splits"], entry["compacted"])


def cumulated(changes: Iterable[Changes]) -> dict[tuple[str, str], Delta]:
    """Changes one after another as one."""
    # Python's sets while they are small and change often.
    sums: dict[tuple[str, str], tuple[set[int], set[int]]] = {}
    for one in changes:
        for key, (come, go) in one.items():
            all_come, all_go = sums.setdefault(key, (set(), set()))
            all_come -= set(go)
            all_come |= set(come)
            all_go -= set(come)
            all_go |= set(go)
    return {key: Delta(BitMap(come), BitMap(go)) for key, (come, go) in sums.items()}


class Segment(NamedTuple):
    """The cumulated changes of `size` versions, the last of them `last`."""

    last: int
    size: int
    deltas: dict[tuple[str, str], Delta]

    def after(self, version: int, changes: Changes) -> "Segment":
        """This segment with one more version; the deltas are changed in place."""
        for key, (come, go) in changes.items():
            self.deltas[key] = self.deltas.get(key, Delta()).then(come, go)
        return Segment(version, self.size + 1, self.deltas)


class Uncompacted:
    """The changes that stored rows may not hold yet, in segments of consecutive versions, so that those
    compacted since are dropped without reading the others. Immutable: `after` returns a new one."""

    def __init__(self, segments: Iterable[Segment] = ()):
        self._segments = tuple(segments)

    def after(self, entries: Iterable[Entry], kinds: Iterable[str]) -> "Uncompacted":
        """The changes with those of later versions, of these kinds, without what was compacted by then."""
        segments, is_shared = list(self._segments), True
        for entry in entries:
            segments = [segment for segment in segments if segment.last > entry.compacted]
            if not segments or segments[-1].size >= SEGMENT:
                segments.append(Segment(0, 0, {}))
            elif is_shared:
                segments[-1] = segments[-1]._replace(deltas=segments[-1].deltas.copy())
            is_shared = False
            changes = {key: change for key, change in entry.changes.items() if key[0] in kinds}
            segments[-1] = segments[-1].after(entry.version, changes)
        return Uncompacted(segments)

    def delta(self, key: tuple[str, str]) -> Delta:
        """What changed under one term."""
        delta = Delta()
        for segment in self._segments:
            if key in segment.deltas:
                delta = delta.then(*segment.deltas[key])
        return delta
