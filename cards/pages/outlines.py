"""Outlines simplified for small maps, in the units of TerritoryBoundary.

Points are rounded to a grid: a common point of two outlines is rounded to the same one, so no gap opens.
"""

import re
from functools import lru_cache
from itertools import pairwise
from math import cos, radians

NUMBER = re.compile(r"-?\d*\.?\d+")
PLANE = 1000
WIDEN = PLANE * cos(radians(42))
CORNERS = 3
# Paths whose rings are cached.
CACHED_PATHS = 16_000

Point = tuple[int, int]


@lru_cache(maxsize=CACHED_PATHS)
def rings(path: str, grid: int) -> tuple[tuple[Point, ...], ...]:
    """The closed rings of an SVG path of M, l and z, in steps of the grid, without those that collapse."""
    closed = []
    for part in path.split("z"):
        numbers = list(map(float, NUMBER.findall(part)))
        if numbers and len(line := _line(numbers, grid)) >= CORNERS:
            closed.append(tuple(line))
    return tuple(closed)


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
    """Whether b lies on the line through a and c, and can be left out."""
    return (b[0] - a[0]) * (c[1] - b[1]) == (b[1] - a[1]) * (c[0] - b[0])


def svg_path(outline: tuple[tuple[Point, ...], ...]) -> str:
    """The rings as an SVG path in units of the grid."""
    parts = []
    for ring in outline:
        steps = " ".join(f"{b[0] - a[0]} {b[1] - a[1]}" for a, b in pairwise(ring))
        parts.append(f"M{ring[0][0]} {ring[0][1]}l{steps}z")
    return "".join(parts).replace(" -", "-")


def box(outlines, margin: float = 0.02) -> tuple[float, float, float, float]:
    """`(left, top, width, height)` around all points, with a margin as a share of the longer side."""
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
    """The ring closed and counterclockwise (RFC 7946); y grows southwards here."""
    closed = (*ring, ring[0])
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(closed))
    return closed if area < 0 else closed[::-1]
