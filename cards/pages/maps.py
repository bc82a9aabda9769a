"""Shapes for inline maps: where a municipality lies, and how many projects each region has."""

import json
from functools import cache, lru_cache
from pathlib import Path

from django.db import connections, router
from django.utils.translation import get_language, ngettext

from cards.search.totals import totals
from municipalities.models import Territory, TerritoryBoundary
from municipalities.search import PLACE_CACHE

TOWN = Territory.Level.MUNICIPALITY
OUTLINE = Path(__file__).with_name("regions.json")
# Least number of projects of each darker step of the map; the template's legend says the same.
STEPS = (1, 2, 4, 10)
LABELS = 2_000


def locator_of(code: str | None) -> dict | None:
    """Where a municipality lies in its province, by Belfiore code: `{view_box, province_path, town_path}`.

    All towns of Italy take some 4 MB: each is read once while no place changes. None where the shape of
    either is not known.
    """
    known = PLACE_CACHE.namespace("locators")
    if code and code not in known:
        known[code] = _locator(code, known)
    return known[code] if code else None


def _locator(code: str, known: dict) -> dict | None:
    towns = _rows("JOIN {places} t ON t.id = b.territory_id WHERE t.level = %s AND t.code = %s", TOWN, code)
    if not towns:
        return None
    path, *_box, province = towns[0]
    frame = ("frame", province)
    if frame not in known:
        frames = _rows("JOIN {places} t ON t.id = b.territory_id WHERE t.id = %s", province)
        known[frame] = _frame(*frames[0][:5]) if frames else None
    return known[frame] and {**known[frame], "town_path": path}


def _rows(where: str, *values) -> list[tuple]:
    """Shapes in plain SQL: every card of another town asks for one."""
    shapes, places = TerritoryBoundary._meta.db_table, Territory._meta.db_table
    told = f"SELECT b.svg_path, b.min_x, b.min_y, b.max_x, b.max_y, t.province_id FROM {shapes} b "
    with connections[router.db_for_read(TerritoryBoundary)].cursor() as cursor:
        cursor.execute(told + where.format(places=places), values)
        return cursor.fetchall()


def _frame(path: str, min_x: float, min_y: float, max_x: float, max_y: float) -> dict:
    """What the maps of all towns of a province have in common."""
    margin = (max_x - min_x) * 0.02
    left, top, width, height = min_x - margin, min_y - margin, max_x - min_x, max_y - min_y
    box = (left, top, width + 2 * margin, height + 2 * margin)
    return {"view_box": " ".join(f"{value:.1f}" for value in box), "province_path": path}


@cache
def outline() -> dict:
    return json.loads(OUTLINE.read_text(encoding="utf-8"))


def region_map() -> dict:
    """The regions of Italy with their published projects: `{view_box, shapes: [{code, name, count, …}]}`."""
    found = totals("region")
    shapes = [shape(code, name, found.get(code, 0), path) for code, name, path in region_shapes()]
    return {"view_box": outline()["view_box"], "shapes": shapes}


def region_shapes() -> list[tuple[str, str, str]]:
    """`(code, name, path)` of the regions by name. One query when a place changed."""
    known = PLACE_CACHE.namespace("regions")
    if "shapes" not in known:
        names = Territory.objects.regions().current().order_by("name").values_list("code", "name")
        paths = outline()["paths"]
        known["shapes"] = [(code, name, paths[code]) for code, name in names if code in paths]
    return known["shapes"]


def shape(code: str, name: str, count: int, path: str) -> dict:
    """One place of a map: its outline, its step of colour, its count in words."""
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
    words = ngettext("%(name)s: %(count)s progetto", "%(name)s: %(count)s progetti", count)
    return words % {"name": name, "count": count}
