"""Orders of cards in buckets that split as they grow, so that no question reads more than a bucket or two.

A bucket is named by where it starts and reaches to the start of the next one. Cards have one key in an order:
a text whose place among the others is the card's. Of lines a full bucket gives its second half to a new one;
the map is quartered, so that a bucket is a square. Buckets never melt again: an empty one stays a boundary.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from pyroaring import BitMap

TITLE_KEY, COST, CELL = "title_key", "cost", "cell"
# Cards a bucket may hold; on the map many buckets lie at the edge of a box, so they are smaller.
MOST = {TITLE_KEY: 1_000, COST: 1_000, CELL: 256}
# Boundaries of every order: `?` begins the unknown, after all digits.
UNKNOWN = "?"
ROOTS = {TITLE_KEY: ("",), COST: ("", UNKNOWN), CELL: ("",)}
# What comes before every letter, blank and digit parts a value from the number of its card.
TIE = "\x01"
LONGEST = 120
DEPTH, DEGREE, EAST, NORTH = 26, 100_000, 180, 90


def line_key(value: str, number: int) -> str:
    """The key of a card in a line: by value, then by number."""
    return f"{value}{TIE}{number:010d}"


def point_key(longitude, latitude) -> str:
    """The squares that hold a point, each a quarter of the one before: 26 digits from 0 to 3."""
    return cell_key(round(longitude * DEGREE), round(latitude * DEGREE))


def cell_key(east: int, north: int) -> str:
    """The same of a point in whole hundred-thousandths of a degree."""
    x, y = east + EAST * DEGREE, north + NORTH * DEGREE
    return f"{int(f'{x:b}') + 2 * int(f'{y:b}'):0{DEPTH}d}"


@lru_cache(maxsize=50_000)
def square(start: str) -> tuple[int, int, int]:
    """West, south and side of a square: hundred-thousandths of a degree from the world's south-west."""
    x = y = 0
    for digit in map(int, start):
        x, y = 2 * x + digit % 2, 2 * y + digit // 2
    side = 1 << DEPTH - len(start)
    return x * side, y * side, side


def place(starts: list[str], key: str) -> str:
    """The bucket of a key among sorted starts."""
    return starts[bisect_right(starts, key) - 1]


def with_roots(kind: str, starts: Iterable[str]) -> list[str]:
    """All boundaries of an order, sorted."""
    return sorted({*starts, *ROOTS[kind]})


def split(kind: str, start: str, keys: Mapping[int, str], most: int) -> dict[str, BitMap]:
    """The buckets `{start: numbers}` that hold these cards of one, as few as need be. Empty ones too."""
    pairs = sorted((key, number) for number, key in keys.items())
    return dict(_quarters(start, pairs, most) if kind == CELL else _pieces(start, pairs, most))


def built(kind: str, pairs: Iterable[tuple[str, int]], most: int) -> Iterator[tuple[str, BitMap]]:
    """All buckets of an order from its `(key, number)`, with room to grow."""
    pairs, roots = sorted(pairs), ROOTS[kind]
    for root, above in zip(roots, (*roots[1:], "\U0010ffff"), strict=True):
        mine = pairs[bisect_left(pairs, (root, 0)) : bisect_left(pairs, (above, 0))]
        yield from _quarters(root, mine, most) if kind == CELL else _pieces(root, mine, max(1, most * 2 // 3))


def _pieces(start: str, pairs: list[tuple[str, int]], most: int) -> Iterator[tuple[str, BitMap]]:
    """Even pieces of at most so many cards, each from the shortest text that parts it from the one before."""
    count = -(-len(pairs) // most) or 1
    held: list[int] = []
    marks = {len(pairs) * piece // count for piece in range(1, count)}
    for position, (key, number) in enumerate(pairs):
        if position in marks and (parting := _parting(pairs[position - 1][0], key)):
            yield start, BitMap(held)
            start, held = parting, []
        held.append(number)
    yield start, BitMap(held)


def _parting(below: str, above: str) -> str:
    """The shortest beginning of `above` that comes after `below`; none where it is too long to store."""
    same = next((n for n, (a, b) in enumerate(zip(below, above, strict=False)) if a != b), len(below))
    return above[: same + 1] if same < LONGEST else ""


def _quarters(start: str, pairs: list[tuple[str, int]], most: int) -> Iterator[tuple[str, BitMap]]:
    if len(pairs) <= most or len(start) == DEPTH:
        yield start, BitMap(number for _key, number in pairs)
        return
    yield start, BitMap()
    for digit in "0123":
        inner = start + digit
        left, right = bisect_left(pairs, (inner, 0)), bisect_left(pairs, (inner + "~", 0))
        yield from _quarters(inner, pairs[left:right], most)
