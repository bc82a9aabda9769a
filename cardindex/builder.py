"""The rows to write: of one change, or of the whole index."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from pyroaring import BitMap

from cardindex import sort_keys
from cardindex.analysis import indexable
from cardindex.blocks import LIMIT, WHOLE, block_of, cut, join, pack, revise
from cardindex.snapshot import ALL, CODE, EVERY, SUMMARY, TEXT, TITLE

# Numbers sent from one process to another: 32 bits each.
KEYS = "I"
# kind → values: the terms of a card
Terms = Mapping[str, Iterable[str]]


def terms_of_text(title: str, summary: str, text: str) -> dict[str, set[str]]:
    """The terms of a card by tier, from its tokens; each tier includes the one before."""
    in_title, first = indexable(title.split())
    in_summary, second = indexable(summary.split())
    in_text, third = indexable(text.split())
    return {
        TITLE: in_title,
        SUMMARY: in_title | in_summary,
        TEXT: in_title | in_summary | in_text,
        CODE: first | second | third,
        ALL: {EVERY},
    }


def changes(added: Mapping[int, Terms], dropped: Mapping[int, Terms]) -> dict[tuple[str, str], tuple]:
    """`{(kind, value): (numbers that come, numbers that go)}`. What goes and comes again stays.

    Nothing is taken for stored already: writing what is there changes nothing and mends what is not.
    """
    changed = defaultdict(lambda: (set(), set()))
    for side, cards in enumerate((added, dropped)):
        for number, terms in cards.items():
            for kind, values in terms.items():
                for value in values:
                    changed[kind, value][side].add(number)
    return {key: (come, go - come) for key, (come, go) in changed.items()}


def revised(
    wanted: Mapping[tuple[str, str], tuple], stored: Mapping[tuple[str, str], Mapping[int, bytes]]
) -> Iterator[tuple[str, str, int, bytes]]:
    """The rows `(kind, value, block, bytes)` that `changes` makes of the stored ones."""
    for (kind, value), (come, go) in sorted(wanted.items()):
        for part, data in revise(stored.get((kind, value), {}), come, go).items():
            if data != stored.get((kind, value), {}).get(part):
                yield kind, value, part, data


class Builder:
    """Builds every row from cards in ascending order; memory holds the blobs and one block of numbers."""

    def __init__(self):
        self._parts: dict[tuple[str, str], list[tuple[int, bytes]]] = defaultdict(list)
        self._numbers: dict[str, dict[str, array]] = defaultdict(lambda: defaultdict(lambda: array(KEYS)))
        self._keys: dict[str, list[tuple[str, int]]] = defaultdict(list)
        self._part = None

    def add(self, number: int, terms: Terms) -> None:
        self._open(block_of(number))
        for kind, values in terms.items():
            if kind in sort_keys.MOST:
                self._keys[kind] += ((value, number) for value in values)
                continue
            lists = self._numbers[kind]
            for value in values:
                lists[value].append(number)

    def extend(
        self,
        part: int,
        terms: Mapping[str, Mapping[str, bytes]],
        keys: Mapping[str, Iterable[tuple[str, int]]],
    ) -> None:
        """Add many cards of one block, above all that came before: `{kind: {value: packed numbers}}`, which
        are the bytes of an `array(KEYS)`, and `{kind: [(place in the order, number)]}`."""
        self._open(part)
        for kind, pairs in keys.items():
            self._keys[kind] += pairs
        for kind, values in terms.items():
            lists = self._numbers[kind]
            for value, packed in values.items():
                lists[value].frombytes(packed)

    def _open(self, part: int) -> None:
        if part != self._part:
            self._close()
            self._part = part

    def _close(self) -> None:
        for kind, lists in self._numbers.items():
            for value, numbers in lists.items():
                self._parts[kind, value].append((self._part, pack(BitMap(numbers))))
        self._numbers.clear()

    def rows(self) -> Iterator[tuple[str, str, int, bytes]]:
        """The rows of all values: whole where they fit, else in blocks beside an empty WHOLE."""
        self._close()
        for (kind, value), parts in self._parts.items():
            whole = parts[0][1] if len(parts) == 1 else pack(join(data for _part, data in parts))
            if len(whole) <= LIMIT:
                yield kind, value, WHOLE, whole
                continue
            yield kind, value, WHOLE, b""
            for part, data in parts:
                yield kind, value, part, data
        for kind, pairs in self._keys.items():
            for start, numbers in sort_keys.built(kind, pairs, sort_keys.MOST[kind]):
                for part, data in cut(numbers).items():
                    yield kind, start, part, data
