"""Shapes for inline maps: where a municipality lies, and how many projects each region has."""

import json
from collections.abc import Collection
from functools import cache, lru_cache
from pathlib import Path

from django.db import connections, router
from django.db.models import Min
from django.utils.translation import get_language, ngettext

from cards.search.query import ProjectQuery, find
from municipalities.models import Territory, TerritoryBoundary
from municipalities.search import PLACE_CACHE

MUNICIPALITY = Territory.Level.MUNICIPALITY
OUTLINE = Path(__file__).with_name("regions.json")
# Least number of cards of each darker step of the map; the legend in the template repeats them.
STEPS = (1, 2, 4, 10)
LABELS = 2_000
# Units of boundaries in one of the outline (frontend/outline.py), and the most points on it.
SCALE, POINTS = 10, 400


def locator_of(code: str | None) -> dict | None:
    """The SVG shapes of a municipality, by Belfiore code, and of its province.

    `{view_box, province_path, municipality_path}`; None where either shape is not known. Each is cached until
    the territory changes (all of Italy: 4 MB); one query, or two for the first of a province.
    """
    known = PLACE_CACHE.namespace("locators")
    if code and code not in known:
        known[code] = _locator(code, known)
    return known[code] if code else None


def _locator(code: str, known: dict) -> dict | None:
    rows = _rows(
        "JOIN {places} t ON t.id = b.territory_id WHERE t.level = %s AND t.code = %s", MUNICIPALITY, code
    )
    if not rows:
        return None
    path, *_box, province = rows[0]
    frame = ("frame", province)
    if frame not in known:
        frames = _rows("JOIN {places} t ON t.id = b.territory_id WHERE t.id = %s", province)
        known[frame] = _frame(*frames[0][:5]) if frames else None
    return known[frame] and {**known[frame], "municipality_path": path}


def _rows(where: str, *values) -> list[tuple]:
    """Boundaries in plain SQL: crawlers request the cards of every municipality."""
    shapes, places = TerritoryBoundary._meta.db_table, Territory._meta.db_table
    statement = f"SELECT b.svg_path, b.min_x, b.min_y, b.max_x, b.max_y, t.province_id FROM {shapes} b "
    with connections[router.db_for_read(TerritoryBoundary)].cursor() as cursor:
        cursor.execute(statement + where.format(places=places), values)
        return cursor.fetchall()


def _frame(path: str, min_x: float, min_y: float, max_x: float, max_y: float) -> dict:
    """The part of `locator_of` that the municipalities of a province share."""
    margin = (max_x - min_x) * 0.02
    left, top, width, height = min_x - margin, min_y - margin, max_x - min_x, max_y - min_y
    box = (left, top, width + 2 * margin, height + 2 * margin)
    return {"view_box": " ".join(f"{value:.1f}" for value in box), "province_path": path}


@cache
def outline() -> dict:
    return json.loads(OUTLINE.read_text(encoding="utf-8"))


def italy_map() -> dict:
    """Italy with a point for each municipality that has cards, at most POINTS, those with most.

    `{view_box, paths, points: [(x, y, radius)], credit}`. Points are centres of boundaries, cached until the
    territory changes: two queries then, none later.
    """
    counts = dict(find(ProjectQuery()).top("municipality", POINTS)[0])
    centres = _centres(counts.keys())
    points = [
        (*centres[code], min(15, 3 + 2 * count**0.5)) for code, count in counts.items() if code in centres
    ]
    return {
        "view_box": outline()["view_box"],
        "paths": outline()["paths"].values(),
        "points": [(round(x), round(y), round(radius, 1)) for x, y, radius in points],
    }


def _centres(codes: Collection[str]) -> dict[str, tuple[float, float]]:
    """`{Belfiore code: centre}` in units of the outline, from the top left corner of the regions."""
    known = PLACE_CACHE.namespace("centres")
    if missing := codes - known.keys():
        boundaries = TerritoryBoundary.objects.order_by()
        corner = boundaries.filter(territory__level=Territory.Level.REGION).aggregate(
            left=Min("min_x"), top=Min("min_y")
        )
        found = boundaries.filter(territory__level=MUNICIPALITY, territory__code__in=missing)
        boxes = found.values_list("territory__code", "min_x", "max_x", "min_y", "max_y")
        known |= dict.fromkeys(missing)
        for code, west, east, north, south in boxes if corner["left"] is not None else ():
            known[code] = (
                ((west + east) / 2 - corner["left"]) / SCALE,
                ((north + south) / 2 - corner["top"]) / SCALE,
            )
    return {code: known[code] for code in codes if known[code]}


def region_shapes() -> list[tuple[str, str, str]]:
    """`(code, name, path)` of the regions by name. Cached until the territory changes; one query."""
    known = PLACE_CACHE.namespace("regions")
    if "shapes" not in known:
        names = Territory.objects.regions().current().order_by("name").values_list("code", "name")
        paths = outline()["paths"]
        known["shapes"] = [(code, name, paths[code]) for code, name in names if code in paths]
    return known["shapes"]


def shape(code: str, name: str, count: int, path: str) -> dict:
    """One place of a map: its outline, its step of colour, its count as a label."""
    return {
        "code": code,
        "name": name,
        "count": count,
        "step": sum(count >= least for least in STEPS),
        "path": path,
        "label": _label(get_language(), name, count),
    }


@lru_cache(maxsize=LABELS)
def _label(_language: str | None, name: str, count: int) -> str:
    text = ngettext("%(name)s: %(count)s progetto", "%(name)s: %(count)s progetti", count)
    return text % {"name": name, "count": count}
