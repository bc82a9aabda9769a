"""Shapes for inline maps: where a municipality lies, and how many projects each region has."""

import json
from functools import cache
from pathlib import Path

from django.utils.translation import ngettext

from municipalities.models import Territory, TerritoryBoundary
from projects.portfolio import totals

OUTLINE = Path(__file__).with_name("regions.json")
# Least number of projects of each darker step of the map; the template's legend says the same.
STEPS = (1, 2, 4, 10)


def locator(town: Territory) -> dict | None:
    """Where the town lies in its province: `{view_box, province_path, town_path}`."""
    ids = [town.pk, town.province_id]
    shapes = {b.territory_id: b for b in TerritoryBoundary.objects.filter(territory__in=ids)}
    if len(shapes) < len(ids):
        return None
    frame = shapes[town.province_id]
    margin = (frame.max_x - frame.min_x) * 0.02
    left, top = frame.min_x - margin, frame.min_y - margin
    width, height = frame.max_x - frame.min_x + 2 * margin, frame.max_y - frame.min_y + 2 * margin
    return {
        "view_box": " ".join(f"{value:.1f}" for value in (left, top, width, height)),
        "province_path": frame.svg_path,
        "town_path": shapes[town.pk].svg_path,
    }


def locator_of(code: str | None) -> dict | None:
    """The same for a Belfiore code, as cards carry it."""
    town = code and Territory.objects.municipalities().filter(code=code).first()
    return locator(town) if town else None


@cache
def outline() -> dict:
    return json.loads(OUTLINE.read_text(encoding="utf-8"))


def region_map() -> dict:
    """The regions of Italy with their published projects: `{view_box, shapes: [{code, name, count, …}]}`."""
    found = totals("region")
    names = dict(Territory.objects.regions().current().order_by("name").values_list("code", "name"))
    paths = outline()["paths"]
    shapes = [
        shape(code, name, found.get(code, 0), paths[code]) for code, name in names.items() if code in paths
    ]
    return {"view_box": outline()["view_box"], "shapes": shapes}


def shape(code: str, name: str, count: int, path: str) -> dict:
    """One place of a map: its outline, its step of colour, its count in words."""
    words = ngettext("%(name)s: %(count)s progetto", "%(name)s: %(count)s progetti", count)
    return {
        "code": code,
        "name": name,
        "count": count,
        "step": sum(count >= least for least in STEPS),
        "path": path,
        "label": words % {"name": name, "count": count},
    }
