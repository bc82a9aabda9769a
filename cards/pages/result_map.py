"""The map of matching cards: regions, the provinces of a region, the municipalities of a province."""

from dataclasses import dataclass, replace
from urllib.parse import quote_plus

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cards.models import Edition
from cards.pages.filter_panel import address
from cards.pages.maps import outline, region_shapes, shape
from cards.pages.outlines import box, coordinates, rings, svg_path
from cards.search.query import ProjectQuery
from cards.search.results import Results
from municipalities.models import TerritoryBoundary
from municipalities.search import PLACE_CACHE

MOST_POINTS = 500
# The placeholder of a code in an address, URL-encoded.
PLACEHOLDER = "%00"
EMPTY_DRAWING = "0 0 100 100", []
# Steps of the grid that outlines are rounded to, by level, in units of TerritoryBoundary.
GRIDS = {"region": 20, "province": 5, "municipality": 4}


@dataclass(frozen=True)
class Frame:
    """What a map shows: the shapes of `level` that lie in `parent` (a region's or province's code)."""

    level: str = "region"
    parent: str = ""

    @property
    def key(self) -> str:
        """The frame in addresses: `regioni`, `regione-01`, `provincia-TO`."""
        return {"region": "regioni", "province": f"regione-{self.parent}"}.get(
            self.level, f"provincia-{self.parent}"
        )

    def boundaries(self):
        shapes = TerritoryBoundary.objects.filter(territory__level=self.level, territory__valid_to=None)
        if self.level == "province":
            shapes = shapes.filter(territory__region__code=self.parent)
        elif self.level == "municipality":
            shapes = shapes.filter(territory__province__code=self.parent)
        return shapes.order_by("territory__search_name", "territory__code")


def frame_of(query: ProjectQuery) -> Frame:
    """The smallest frame of the filters: one chosen province, one chosen region, else all Italy."""
    for facet, level in (("province", "municipality"), ("region", "province")):
        chosen = query.facets.get(facet, ())
        if len(chosen) == 1:
            return Frame(level, chosen[0])
    return Frame()


def frame_named(key: str) -> Frame | None:
    """The frame of a key, None for an invalid one. A parent that does not exist has no boundaries."""
    kind, _dash, parent = key.partition("-")
    if key == "regioni":
        return Frame()
    levels = {"regione": "province", "provincia": "municipality"}
    return Frame(levels[kind], parent) if kind in levels and parent else None


def result_map(query: ProjectQuery, cards: Results, **more: str) -> dict:
    """The map of these results: `{level, view_box, shapes, blank, key, outer}`. One query.

    Shapes with a card are `{code, name, count, step, path, label, url}`; `blank` is one path of all others.
    """
    frame = frame_of(query)
    counts = cards.facets((frame.level,))[frame.level]
    view_box, rows = _drawing(frame)
    # The same filters within a shape: one address, in which only the code differs.
    within = address(replace(query, facets={**query.facets, frame.level: ("\0",)}), **more)
    shapes = [
        {**shape(code, name, counts[code], path), "url": within.replace(PLACEHOLDER, quote_plus(code))}
        for code, name, path in rows
        if counts.get(code)
    ]
    return {
        "level": frame.level,
        "key": frame.key,
        "view_box": view_box,
        "shapes": sorted(shapes, key=lambda shape: -shape["count"]),
        "blank": "".join(path for code, _name, path in rows if not counts.get(code)),
        "blank_count": len(rows) - len(shapes),
        "outer": _outer(query, frame, more),
        "title": _title(frame),
    }


def _drawing(frame: Frame) -> tuple[str, list[tuple[str, str, str]]]:
    """`(view box, [(code, name, path)])`; all Italy has the static outline of the home page.

    One query for a frame that is not cached since the territory changed; all of them take a few MB.
    """
    if frame.level == "region":
        return outline()["view_box"], region_shapes()
    known = PLACE_CACHE.namespace("drawings")
    if frame not in known and (drawing := _drawn(frame))[1]:
        known[frame] = drawing
    return known.get(frame) or EMPTY_DRAWING


def _drawn(frame: Frame) -> tuple[str, list[tuple[str, str, str]]]:
    rows = list(frame.boundaries().values_list("territory__code", "territory__name", "svg_path"))
    outlines = [rings(path, GRIDS[frame.level]) for _code, _name, path in rows]
    view = box(outlines) if any(outlines) else (0, 0, 100, 100)
    shapes = [(code, name, svg_path(lines)) for (code, name, _), lines in zip(rows, outlines, strict=True)]
    return " ".join(f"{value:.0f}" for value in view), shapes


def _title(frame: Frame) -> str:
    return {
        "region": _("Progetti per regione"),
        "province": _("Progetti per provincia"),
        "municipality": _("Progetti per Comune"),
    }[frame.level]


def _outer(query: ProjectQuery, frame: Frame, more: dict) -> str:
    """The address of the enclosing frame; empty for all Italy."""
    if frame.level == "region":
        return ""
    facet = {"province": "region", "municipality": "province"}[frame.level]
    return address(query.without(facet), **more) or "?"


def geojson(frame: Frame) -> dict | None:
    """The boundaries of a frame as GeoJSON, with `code` and `name`; None where there is none. One query."""
    grid = GRIDS[frame.level]
    rows = frame.boundaries().values_list("territory__code", "territory__name", "svg_path")
    features = [
        {
            "type": "Feature",
            "id": code,
            "properties": {"code": code, "name": name},
            "geometry": {"type": "MultiPolygon", "coordinates": coordinates(rings(path, grid), grid)},
        }
        for code, name, path in rows
    ]
    if not features:
        return None
    return {"type": "FeatureCollection", "attribution": "Confini: ISTAT, CC BY 4.0", "features": features}


def points(cards: Results) -> dict:
    """The points of the newest MOST_POINTS matching cards as GeoJSON; cards of one point are one feature.

    Properties: `label` and `url`, of the card or of the list of its municipality. Two queries.
    """
    fields = ("longitude", "latitude", "title", "slug", "municipality_code")
    rows = Edition.objects.filter(pk__in=list(cards.ids(0, MOST_POINTS))).exclude(latitude=None)
    places: dict[tuple, list] = {}
    for west, north, *rest in rows.order_by("-pk").values_list(*fields):
        places.setdefault((float(west), float(north)), []).append(rest)
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": place},
                "properties": _of_point(cards_there),
            }
            for place, cards_there in places.items()
        ],
    }


def _of_point(cards: list) -> dict[str, str]:
    title, slug, municipality = cards[0]
    if len(cards) == 1:
        return {"label": title, "url": reverse("public:card-detail", args=[slug])}
    label = ngettext("%(n)s progetto in questo punto", "%(n)s progetti in questo punto", len(cards))
    return {
        "label": label % {"n": len(cards)},
        "url": reverse("public:card-list") + f"?comune={municipality}",
    }
