"""Maintainers only: draws the coarse Italy of home page and maps from the boundaries in the database.

    .venv/bin/python frontend/outline.py

writes cards/pages/regions.json.
"""

import json
import os
import re
import sys
from itertools import pairwise
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent
TOLERANCE, SMALLEST = 22, 9_000
SCALE = 10


def rings(path: str):
    """The closed rings of an SVG path made of M, l and z."""
    for part in re.split(r"[zZ]", path):
        numbers = [float(n) for n in re.findall(r"-?\d*\.?\d+", part)]
        pairs = list(zip(numbers[::2], numbers[1::2], strict=False))
        if len(pairs) < 4:
            continue
        x, y = pairs[0]
        points = [(x, y)]
        for dx, dy in pairs[1:]:
            x, y = x + dx, y + dy
            points.append((x, y))
        yield points


def size(ring) -> float:
    """Area of a ring, by the shoelace formula."""
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:] + ring[:1], strict=True))) / 2


def simplified(points, tolerance: float):
    """Douglas and Peucker's line, without recursion."""
    keep = {0, len(points) - 1}
    stack = [(0, len(points) - 1)]
    while stack:
        first, last = stack.pop()
        (ax, ay), (bx, by) = points[first], points[last]
        length = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5
        far, most = 0, 0.0
        for i in range(first + 1, last):
            px, py = points[i]
            distance = (
                abs((bx - ax) * (ay - py) - (ax - px) * (by - ay)) / length
                if length
                else ((px - ax) ** 2 + (py - ay) ** 2) ** 0.5
            )
            if distance > most:
                far, most = i, distance
        if most > tolerance:
            keep.add(far)
            stack += [(first, far), (far, last)]
    return [points[i] for i in sorted(keep)]


def coarse(path: str, left: float, top: float) -> str:
    """The path in tenths of our plane, from its top left corner; islets too small to see are left out."""
    found = []
    outlines = sorted(rings(path), key=size, reverse=True)
    for number, ring in enumerate(outlines):
        if number and size(ring) < SMALLEST:
            break
        line = [(round((x - left) / SCALE), round((y - top) / SCALE)) for x, y in simplified(ring, TOLERANCE)]
        steps = [f"{b[0] - a[0]} {b[1] - a[1]}" for a, b in pairwise(line) if a != b]
        found.append(f"M{line[0][0]} {line[0][1]}l{' '.join(steps)}z".replace(" -", "-"))
    return "".join(found)


def main():
    from municipalities.models import TerritoryBoundary

    boundaries = TerritoryBoundary.objects.select_related("territory")
    regions = list(boundaries.filter(territory__level="region").order_by("territory__code"))
    left, top = min(b.min_x for b in regions), min(b.min_y for b in regions)
    width = round((max(b.max_x for b in regions) - left) / SCALE)
    height = round((max(b.max_y for b in regions) - top) / SCALE)
    box = f"-2 -2 {width + 4} {height + 4}"
    shapes = {b.territory.code: coarse(b.svg_path, left, top) for b in regions}
    outline = json.dumps({"view_box": box, "paths": shapes}, indent=1)
    (ROOT / "cards" / "pages" / "regions.json").write_text(outline + "\n", encoding="utf-8")
    print(width, height, len(outline))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "observatory.settings")
    django.setup()
    main()
