"""Borders made coarser for a small map, in the plane of TerritoryBoundary: neighbours keep their common line.

Points are moved to a grid. The same point of two borders moves to the same knot, so no gap opens.
"""

import re
from functools import lru_cache
from itertools import pairwise
from math import cos, radians

NUMBER = re.compile(r"-?\d*\.?\d+")
PLANE = 1000
WIDEN = PLANE * cos(radians(42))
CORNERS = 3
# Rings of the maps shown lately, whatever their size: pure work, so that keeping it is never wrong.
KEPT = 16_000

Point = tuple[int, int]


@lru_cache(maxsize=KEPT)
def rings(path: str, grid: int) -> tuple[tuple[Point, ...], ...]:
    """The closed rings of a path of M, l and z, on knots of the grid; what shrinks to a line is left out."""
    found = []
    for part in path.split("z"):
        numbers = list(map(float, NUMBER.findall(part)))
        if numbers and len(line := _line(numbers, grid)) >= CORNERS:
            found.append(tuple(line))
    return tuple(found)


def _line(numbers: list[float], grid: int) -> list[Point]:
    x = y = 0.0
    line: list[Point] = []
    for dx, dy in zip(numbers[::2], numbers[1::2], strict=False):
        x, y = x + dx, y + dy
        knot = round(x / grid), round(y / grid)
        if not line or knot != line[-1]:
            if len(line) > 1 and _is_straight(line[-2], line[-1], knot):
                line.pop()
            line.append(knot)
    while len(line) > 1 and line[-1] == line[0]:
        line.pop()
    return line


def _is_straight(a: Point, b: Point, c: Point) -> bool:
    """Whether b lies on the way from a to c: leaving it out changes nothing."""
    return (b[0] - a[0]) * (c[1] - b[1]) == (b[1] - a[1]) * (c[0] - b[0])


def drawn(outline: tuple[tuple[Point, ...], ...]) -> str:
    """The rings as an SVG path in units of the grid."""
    parts = []
    for ring in outline:
        steps = " ".join(f"{b[0] - a[0]} {b[1] - a[1]}" for a, b in pairwise(ring))
        parts.append(f"M{ring[0][0]} {ring[0][1]}l{steps}z")
    return "".join(parts).replace(" -", "-")


def box(outlines, margin: float = 0.02) -> tuple[float, float, float, float]:
    """`(left, top, width, height)` around all the points, with a margin."""
    points = [point for outline in outlines for ring in outline for point in ring]
    left, right = min(x for x, _y in points), max(x for x, _y in points)
    top, bottom = min(y for _x, y in points), max(y for _x, y in points)
    edge = max(right - left, bottom - top, 1) * margin
    return left - edge, top - edge, right - left + 2 * edge, bottom - top + 2 * edge


def coordinates(outline: tuple[tuple[Point, ...], ...], grid: int) -> list:
    """The rings as a GeoJSON MultiPolygon in WGS84, one polygon for each ring."""
    return [
        [[[round(x * grid / WIDEN, 3), round(-y * grid / PLANE, 3)] for x, y in _anticlockwise(ring)]]
        for ring in outline
    ]


def _anticlockwise(ring: tuple[Point, ...]) -> tuple[Point, ...]:
    """Closed, and in the direction RFC 7946 asks for: our y grows southwards."""
    closed = (*ring, ring[0])
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(closed))
    return closed if area < 0 else closed[::-1]
