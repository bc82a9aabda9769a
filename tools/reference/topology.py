"""Polygons to a quantised TopoJSON whose shared borders stay shared after simplification.

Every border is cut into arcs at the points where three or more lines meet; each arc is simplified once and
used by both neighbours. Provinces and regions are the same arcs without those inside them.
Rings follow RFC 7946: exteriors anticlockwise, holes clockwise.
"""

from collections import defaultdict
from itertools import pairwise

import shapely

DIGITS = 5  # decimals of a degree read from the sources; the grid of the output is coarser
SOURCE_SCALE = 10**DIGITS
GRID = 10**4  # output: 0.0001 degrees, about 10 m
TOLERANCES = (35, 15, 6, 2, 0)  # simplification in source units (0.00001 degrees), from coarse to none

Point = tuple[int, int]


class Topology:
    def __init__(self, polygons: dict[str, shapely.Geometry]):
        self.rings = {key: list(filter(None, map(_rings, _parts(shape)))) for key, shape in polygons.items()}
        self.junctions = self._find_junctions()
        self.arcs: list[list[Point]] = []
        self._ids: dict[tuple, int] = {}
        self.objects = {
            key: [[self._cut(ring) for ring in part] for part in parts] for key, parts in self.rings.items()
        }
        self.level = [0] * len(self.arcs)

    def _all_rings(self):
        return (ring for parts in self.rings.values() for part in parts for ring in part)

    def _find_junctions(self) -> set[Point]:
        neighbours: dict[Point, set[Point]] = defaultdict(set)
        for ring in self._all_rings():
            for before, point in zip(ring, ring[1:] + ring[:1], strict=True):
                neighbours[before].add(point)
                neighbours[point].add(before)
        return {point for point, others in neighbours.items() if len(others) > 2}

    def _cut(self, ring: list[Point]) -> list[int]:
        starts = [i for i, point in enumerate(ring) if point in self.junctions]
        if not starts:
            first = ring.index(min(ring))
            closed = ring[first:] + ring[: first + 1]
            return [self._arc(closed)]
        turned = ring[starts[0] :] + ring[: starts[0] + 1]
        arcs, begin = [], 0
        for i in range(1, len(turned)):
            if turned[i] in self.junctions:
                arcs.append(self._arc(turned[begin : i + 1]))
                begin = i
        return arcs

    def _arc(self, points: list[Point]) -> int:
        """Number of the arc, ~number when it runs the other way."""
        forward, backward = tuple(points), tuple(reversed(points))
        if forward in self._ids:
            return self._ids[forward]
        if backward in self._ids:
            return ~self._ids[backward]
        self._ids[forward] = len(self.arcs)
        self.arcs.append(points)
        return self._ids[forward]

    def simplify(self) -> None:
        """Simplify every arc, then less and less those of polygons that become invalid."""
        for _round in range(1, 3 * len(TOLERANCES)):
            self.simple = [self._simplified(i) for i in range(len(self.arcs))]
            finer = {_number(arc) for key in self.objects for ring in self._unsound(key) for arc in ring}
            finer = {arc for arc in finer if self.level[arc] < len(TOLERANCES) - 1}
            if not finer:
                break
            for arc in finer:
                self.level[arc] += 1

    def _simplified(self, number: int) -> list[Point]:
        points, tolerance = self.arcs[number], TOLERANCES[self.level[number]]
        if tolerance and len(points) > 2:
            line = shapely.simplify(shapely.LineString(points), tolerance)
            points = [(int(x), int(y)) for x, y in line.coords]
        step = SOURCE_SCALE // GRID
        coarse = [(round(x / step), round(y / step)) for x, y in points]
        return [p for i, p in enumerate(coarse) if i == 0 or p != coarse[i - 1]]

    def _unsound(self, key: str) -> list[list[int]]:
        """Rings that collapsed or, when the whole is not valid, all its rings."""
        rings = [ring for part in self.objects[key] for ring in part]
        collapsed = [ring for ring in rings if not self._has_area(ring)]
        if collapsed:
            return collapsed
        return [] if self.is_valid(key) else rings

    def is_valid(self, key: str) -> bool:
        return shapely.is_valid(self.polygon(self.objects[key]))

    def line(self, ring: list[int]) -> list[Point]:
        """Closed list of points of a ring of arcs."""
        points: list[Point] = []
        for arc in ring:
            piece = self.simple[arc] if arc >= 0 else self.simple[~arc][::-1]
            points += piece[1:] if points else piece
        return points

    def polygon(self, parts: list[list[list[int]]]) -> shapely.Geometry:
        """In degrees."""
        scaled = [[[(x / GRID, y / GRID) for x, y in self.line(ring)] for ring in part] for part in parts]
        return shapely.MultiPolygon([(part[0], part[1:]) for part in scaled])

    def drop_collapsed(self) -> list[str]:
        """Remove islets and enclaves too small for the grid; gives the keys of polygons that lost one."""
        lost = []
        for key, parts in self.objects.items():
            remaining = [
                [ring for ring in part if self._has_area(ring)]
                for part in parts
                if self._is_exterior(part[0])
            ]
            if remaining and remaining != parts:
                lost.append(key)
                self.objects[key] = remaining
        return lost

    def _has_area(self, ring: list[int]) -> bool:
        return len(set(self.line(ring))) >= 3 and _doubled_area(self.line(ring)) != 0

    def _is_exterior(self, ring: list[int]) -> bool:
        return self._has_area(ring) and shapely.is_ccw(shapely.LinearRing(self.line(ring)))

    def merge(self, keys: list[str]) -> list[list[list[int]]]:
        """Polygons of a group: the arcs that two of its members do not share, chained again."""
        arcs = [arc for key in keys for part in self.objects[key] for ring in part for arc in ring]
        present = set(arcs)
        return self._nested(self._chained([arc for arc in arcs if ~arc not in present]))

    def _ends(self, arc: int) -> tuple[Point, Point]:
        points = self.simple[_number(arc)]
        return (points[0], points[-1]) if arc >= 0 else (points[-1], points[0])

    def _chained(self, arcs: list[int]) -> list[list[int]]:
        leaving = defaultdict(list)
        for arc in reversed(arcs):
            leaving[self._ends(arc)[0]].append(arc)
        used, rings = set(), []
        for arc in arcs:
            if arc in used:
                continue
            ring = self._walk(arc, leaving, used)
            if self._has_area(ring):
                rings.append(ring)
        return rings

    def _walk(self, arc: int, leaving: dict, used: set) -> list[int]:
        ring, start = [], self._ends(arc)[0]
        while arc is not None:
            used.add(arc)
            ring.append(arc)
            end = self._ends(arc)[1]
            if end == start:
                break
            arc = next((other for other in leaving[end] if other not in used), None)
        return ring

    def _nested(self, rings: list[list[int]]) -> list[list[list[int]]]:
        """Anticlockwise rings become polygons, each clockwise one a hole of the smallest that contains it."""
        outer = [ring for ring in rings if self._is_exterior(ring)]
        outer.sort(key=lambda ring: abs(_doubled_area(self.line(ring))))
        parts = [[ring] for ring in outer]
        shapes = [shapely.Polygon(self.line(ring)) for ring in outer]
        for hole in (ring for ring in rings if _doubled_area(self.line(ring)) < 0):
            inside = shapely.Polygon(self.line(hole)).representative_point()
            owner = next((i for i, shape in enumerate(shapes) if shape.contains(inside)), None)
            if owner is not None:
                parts[owner].append(hole)
        return parts[::-1]

    def encode(self, layers: dict[str, dict[str, list]]) -> dict:
        """TopoJSON 1.0; `layers` maps a layer to its objects by id."""
        return {
            "type": "Topology",
            "transform": {"scale": [1 / GRID, 1 / GRID], "translate": [0, 0]},
            "objects": {
                name: {
                    "type": "GeometryCollection",
                    "geometries": [
                        {"type": "MultiPolygon", "id": key, "arcs": parts}
                        for key, parts in sorted(layer.items())
                    ],
                }
                for name, layer in layers.items()
            },
            "arcs": [_deltas(points) for points in self.simple],
        }


def _deltas(points: list[Point]) -> list[list[int]]:
    first = [list(points[0])]
    return first + [[x - a, y - b] for (a, b), (x, y) in pairwise(points)]


def _number(arc: int) -> int:
    return arc if arc >= 0 else ~arc


def _parts(shape: shapely.Geometry) -> list[shapely.Polygon]:
    """Polygons of a shape, exteriors anticlockwise, the largest first."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return sorted((shapely.orient_polygons(part) for part in parts), key=lambda part: -part.area)


def _rings(polygon: shapely.Polygon) -> list[list[Point]]:
    rings = []
    for ring in (polygon.exterior, *polygon.interiors):
        points = [(round(x * SOURCE_SCALE), round(y * SOURCE_SCALE)) for x, y in ring.coords]
        points = [p for i, p in enumerate(points) if p != points[i - 1]]
        if len(points) >= 3:
            rings.append(points)
        elif not rings:
            return []
    return rings


def _doubled_area(points: list[Point]) -> int:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(points))
