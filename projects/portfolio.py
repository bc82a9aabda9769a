"""Totals over cards: of the whole registry, of an area, of a municipality."""

from decimal import Decimal

from django.db.models import Count, Sum

from municipalities.models import Territory
from projects.areas import AREAS
from projects.models import Card
from projects.search import ProjectQuery, find

REGISTRY = ProjectQuery()
# `{version of the index: euro}` of the last version asked for: cards change only with it.
_costs: dict[str, Decimal] = {}


def total_cost(version: str) -> Decimal:
    """The known costs of all current cards, in euro, summed once for each version of the index."""
    cost = _costs.get(version) if version else None
    if cost is None:
        cost = Card.objects.current().aggregate(cost=Sum("total_cost"))["cost"] or Decimal(0)
        _costs.clear()
        _costs[version] = cost
    return cost


def front_figures() -> dict[str, int]:
    """Published projects, municipalities with one, municipalities in all, technologies named."""
    cards = find(REGISTRY)
    counts = cards.facets(("municipality", "technology"))
    return {
        "projects": cards.count(),
        "cities": len(counts["municipality"]),
        "municipalities": Territory.objects.municipalities().current().count(),
        "technologies": len(counts["technology"]),
    }


def totals(facet: str) -> dict[str, int]:
    """`{value: cards}` of a facet over the whole registry."""
    return find(REGISTRY).facets((facet,))[facet]


def area_totals() -> list[dict]:
    """`[{area, count}]` of the eight areas, in their order."""
    found = totals("area")
    return [{"area": area, "count": found.get(area.key, 0)} for area in AREAS]


def city_totals(code: str) -> dict:
    """A municipality's portfolio: projects, known money in euro, counts by area, stage and year."""
    mine = find(ProjectQuery(facets={"municipality": (code,)}))
    led = Card.objects.current().filter(municipality_code=code)
    sums = led.aggregate(led=Count("pk"), cost_led=Sum("total_cost"))
    counts = mine.facets(("area", "stage", "year"))
    return {
        "projects": mine.count(),
        **sums,
        "by_area": counts["area"],
        "by_stage": counts["stage"],
        "by_year": counts["year"],
    }


def projects_by_municipality() -> dict[str, int]:
    """`{Belfiore code: cards}` of every municipality that has one."""
    return totals("municipality")
