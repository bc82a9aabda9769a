"""Totals over cards: of the whole registry, of an area, of a municipality."""

from django.db.models import Count, Sum

from municipalities.models import Territory
from projects.areas import AREAS
from projects.models import Card, CardFacet


def front_figures() -> dict[str, int]:
    """Published projects, municipalities with one, municipalities in all, areas touched."""
    facets = CardFacet.objects
    return {
        "projects": Card.objects.current().count(),
        "cities": facets.filter(facet="municipality").values("value").distinct().count(),
        "municipalities": Territory.objects.municipalities().current().count(),
        "technologies": facets.filter(facet="technology").values("value").distinct().count(),
    }


def area_totals() -> list[dict]:
    """`[{area, count}]` of the eight areas, in their order."""
    found = totals("area")
    return [{"area": area, "count": found.get(area.key, 0)} for area in AREAS]


def totals(facet: str, *, municipality: str | None = None) -> dict[str, int]:
    """`{value: cards}` of a facet, over all cards or those of one municipality."""
    rows = CardFacet.objects.filter(facet=facet)
    if municipality:
        mine = CardFacet.objects.filter(facet="municipality", value=municipality)
        rows = rows.filter(card__in=mine.values("card"))
    return dict(rows.values_list("value").annotate(n=Count("card")).order_by("value"))


def city_totals(code: str) -> dict:
    """A municipality's portfolio: projects, known money in euro, counts by area, stage and year."""
    mine = CardFacet.objects.filter(facet="municipality", value=code)
    led = Card.objects.current().filter(pk__in=mine.values("card"), municipality_code=code)
    return {
        "projects": mine.count(),
        "led": led.count(),
        "cost_led": led.aggregate(total=Sum("total_cost"))["total"],
        "by_area": totals("area", municipality=code),
        "by_stage": totals("stage", municipality=code),
        "by_year": totals("year", municipality=code),
    }


def projects_by_municipality() -> dict[str, int]:
    """`{Belfiore code: cards}` of every municipality that has one."""
    return totals("municipality")
