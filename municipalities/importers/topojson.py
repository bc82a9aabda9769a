"""TopoJSON to what the portal stores: GeoJSON text, an SVG path and its box. No database here."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

# one plane for Italy, in thousandths of a degree: paths of any two places can be drawn together
SQUEEZE = math.cos(math.radians(42))
TENTHS = 10

Point = tuple[int, int]


@dataclass(frozen=True)
class Outline:
    """Border of one territory; the box is in the plane of the path."""

    layer: str
    code: str
    geojson: str
    svg_path: str
    box: tuple[float, float, float, float]


def outlines(topology: dict) -> Iterator[Outline]:
    """All the shapes of a quantised topology whose grid is a power of ten and starts at zero."""
    grid = round(1 / topology["transform"]["scale"][0])
    if topology["transform"]["translate"] != [0, 0] or grid not in (1_000, 10_000, 100_000):
        raise ValueError("The grid of the topology is not a decimal one from 0,0")
    arcs = [_absolute(arc) for arc in topology["arcs"]]
    for layer, collection in topology["objects"].items():
        for shape in collection["geometries"]:
            parts = [[_ring(arcs, numbers) for numbers in part] for part in shape["arcs"]]
            yield _outline(layer, shape["id"], parts, grid)


def _absolute(arc: list[list[int]]) -> list[Point]:
    x = y = 0
    points = []
    for dx, dy in arc:
        x, y = x + dx, y + dy
        points.append((x, y))
    return points


def _ring(arcs: list[list[Point]], numbers: list[int]) -> list[Point]:
    """Closed ring; ~number is an arc walked backwards, and neighbours share their end point."""
    points: list[Point] = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        points += arc[1:] if points else arc
    return points


def _outline(layer: str, code: str, parts: list[list[list[Point]]], grid: int) -> Outline:
    flat = [[_flat(ring, grid) for ring in part] for part in parts]
    edge = [point for part in flat for point in part[0]]
    xs, ys = [x for x, _ in edge], [y for _, y in edge]
    box = (min(xs) / TENTHS, min(ys) / TENTHS, max(xs) / TENTHS, max(ys) / TENTHS)
    path = "".join(_path(ring) for part in flat for ring in part)
    return Outline(layer, code, _geojson(parts, grid), path, box)


def _flat(ring: list[Point], grid: int) -> list[Point]:
    """Tenths of the plane's unit: x = longitude · cos 42° · 1000, y = -latitude · 1000."""
    scale = 1000 * TENTHS / grid
    return [(round(x * SQUEEZE * scale), round(-y * scale)) for x, y in ring]


def _path(ring: list[Point]) -> str:
    """One subpath: an absolute start, relative steps without the ones that do not move."""
    x, y = ring[0]
    text = [f"M{_tenths(x)}{_joined(y)}l"]
    for next_x, next_y in ring[1:-1]:
        if (next_x, next_y) != (x, y):
            text.append(f"{_joined(next_x - x)}{_joined(next_y - y)}")
            x, y = next_x, next_y
    return "".join(text).replace("l ", "l") + "z"


@cache
def _tenths(value: int) -> str:
    return f"{value / TENTHS:.1f}".removesuffix(".0")


@cache
def _joined(value: int) -> str:
    """A number after another: the minus sign separates by itself."""
    return _tenths(value) if value < 0 else f" {_tenths(value)}"


def _geojson(parts: list[list[list[Point]]], grid: int) -> str:
    polygons = [
        "[" + ",".join(f"[{','.join(_position(point, grid) for point in ring)}]" for ring in part) + "]"
        for part in parts
    ]
    if len(polygons) == 1:
        return f'{{"type":"Polygon","coordinates":{polygons[0]}}}'
    return f'{{"type":"MultiPolygon","coordinates":[{",".join(polygons)}]}}'


def _position(point: Point, grid: int) -> str:
    return f"[{point[0] / grid},{point[1] / grid}]"
