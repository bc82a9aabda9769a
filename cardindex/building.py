"""The rows to write: of one change, or of the whole index at once."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby

from pyroaring import BitMap

from cardindex.slices import LIMIT, WHOLE, join, pack, revise, slice_of
from cardindex.state import ALL, CODE, EVERY, SUMMARY, TEXT, TITLE
from cardindex.words import indexable

# kind → values under which a card is found
Terms = Mapping[str, Iterable[str]]


def terms_of_text(title: str, summary: str, text: str) -> dict[str, set[str]]:
    """Words of a card by tier, from its folded words; each tier holds the one before."""
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
    found = defaultdict(lambda: (set(), set()))
    for side, cards in enumerate((added, dropped)):
        for number, terms in cards.items():
            for kind, values in terms.items():
                for value in values:
                    found[kind, value][side].add(number)
    return {key: (come, go - come) for key, (come, go) in found.items()}


def revised(
    wanted: Mapping[tuple[str, str], tuple], stored: Mapping[tuple[str, str], Mapping[int, bytes]]
) -> Iterator[tuple[str, str, int, bytes]]:
    """The rows `(kind, value, slice, bytes)` that `changes` makes of the stored ones."""
    for (kind, value), (come, go) in sorted(wanted.items()):
        for part, data in revise(stored.get((kind, value), {}), come, go).items():
            yield kind, value, part, data


class Builder:
    """Builds every row from cards given in ascending order; memory holds the blobs, one slice of lists."""

    def __init__(self):
        self._parts: dict[tuple[str, str], list[tuple[int, bytes]]] = defaultdict(list)
        self._lists: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        self._part = None

    def add(self, number: int, terms: Terms) -> None:
        if slice_of(number) != self._part:
            self._close()
            self._part = slice_of(number)
        for kind, values in terms.items():
            lists = self._lists[kind]
            for value in values:
                lists[value].append(number)

    def extend(self, terms: Mapping[str, Mapping[str, list[int]]]) -> None:
        """Add many cards at once: `{kind: {value: numbers}}`, ascending and above all that came before."""
        parts = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
        for kind, found in terms.items():
            for value, numbers in found.items():
                for part, run in groupby(numbers, slice_of):
                    parts[part][kind][value].extend(run)
        for part in sorted(parts):
            if part != self._part:
                self._close()
                self._part = part
            for kind, found in parts[part].items():
                lists = self._lists[kind]
                for value, numbers in found.items():
                    lists[value].extend(numbers)

    def _close(self) -> None:
        for kind, lists in self._lists.items():
            for value, numbers in lists.items():
                self._parts[kind, value].append((self._part, pack(BitMap(numbers))))
        self._lists.clear()

    def rows(self) -> Iterator[tuple[str, str, int, bytes]]:
        """The rows of all values: whole where they fit, else in slices beside an empty WHOLE."""
        self._close()
        for (kind, value), parts in self._parts.items():
            whole = parts[0][1] if len(parts) == 1 else pack(join(data for _part, data in parts))
            if len(whole) <= LIMIT:
                yield kind, value, WHOLE, whole
                continue
            yield kind, value, WHOLE, b""
            for part, data in parts:
                yield kind, value, part, data


def differences(
    built: Iterable[tuple[str, str, int, bytes]], stored: Callable[[], Iterable[tuple[str, str, int, bytes]]]
) -> Iterator[tuple[str, str, int, int]]:
    """`(kind, value, cards missing, cards too many)` where stored rows say otherwise than built ones.

    `stored` gives rows sorted by kind and value.
    """
    right = defaultdict(list)
    for kind, value, _part, data in built:
        right[kind, value].append(data)
    for key, rows in groupby(stored(), key=lambda row: (row[0], row[1])):
        found, wanted = join(row[3] for row in rows), join(right.pop(key, ()))
        if found != wanted:
            yield *key, len(wanted - found), len(found - wanted)
    for key, parts in right.items():
        yield *key, len(join(parts)), 0
