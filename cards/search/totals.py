"""Totals over current cards: of the whole registry, of an area, of a municipality."""

from decimal import Decimal

from django.db.models import Count, Sum

from cards.models import Edition
from cards.search.query import ProjectQuery, find
from cards.search.results import Results
from cards.vocabulary.areas import AREAS
from municipalities.models import Territory
from municipalities.search import PLACE_CACHE

REGISTRY = ProjectQuery()
# `{version of the index: euro}` of the last version read: cards change only with it.
_costs: dict[str, Decimal] = {}


def total_cost(version: str) -> Decimal:
    """The known costs of all current cards, in euro, summed once for each version of the index."""
    cost = _costs.get(version) if version else None
    if cost is None:
        cost = Edition.objects.current().aggregate(cost=Sum("total_cost"))["cost"] or Decimal(0)
        _costs.clear()
        _costs[version] = cost
    return cost


def registry_totals() -> dict[str, int]:
    """Number of cards, of municipalities with one, of all municipalities, of technologies."""
    cards = find(REGISTRY)
    return {
        "projects": cards.count(),
        "cities": _values(cards, "municipality"),
        "municipalities": len(PLACE_CACHE.profiles()),
        "technologies": _values(cards, "technology"),
    }


def _values(cards: Results, facet: str) -> int:
    """The number of values of a facet among these cards."""
    return cards.top(facet, 1)[1]


def top_municipalities(limit: int = 3) -> list[dict]:
    """`[{municipality, projects}]` of those with most. One query when one is not cached."""
    counts = dict(find(REGISTRY).top("municipality", limit)[0])
    known = PLACE_CACHE.namespace("busiest")
    if missing := counts.keys() - known.keys():
        places = Territory.objects.municipalities().select_related("province").filter(code__in=missing)
        known |= dict.fromkeys(missing) | {place.code: place for place in places}
    return [{"municipality": known[code], "projects": n} for code, n in counts.items() if known[code]]


def totals(facet: str) -> dict[str, int]:
    """`{value: cards}` of a facet over the whole registry."""
    return find(REGISTRY).facets((facet,))[facet]


def area_totals() -> list[dict]:
    """`[{area, count}]` of the eight areas, in their order."""
    counts = totals("area")
    return [{"area": area, "count": counts.get(area.key, 0)} for area in AREAS]


def registry_counts() -> dict[str, dict[str, int]]:
    """Cards by area and by municipality of the whole registry: `{facet: {value: cards}}`."""
    return find(REGISTRY).facets(("area", "municipality"))


def area_bars(counts: dict[str, int], registry: dict[str, dict[str, int]]) -> list[dict]:
    """The eight areas of a city: `{area, count, share, mean, mean_share}`, shares in percent.

    The mean is the projects of an area divided by the municipalities with a project.
    """
    municipalities = len(registry["municipality"]) or 1
    means = {key: n / municipalities for key, n in registry["area"].items()}
    most = max([*counts.values(), *means.values()], default=0) or 1
    return [
        {
            "area": area,
            "count": counts.get(area.key, 0),
            "share": round(100 * counts.get(area.key, 0) / most),
            "mean": means.get(area.key, 0),
            "mean_share": round(100 * means.get(area.key, 0) / most, 1),
        }
        for area in AREAS
    ]


def count_bars(rows: list[tuple]) -> list[dict]:
    """`[(label, count)]` with `share`, percent of the largest."""
    most = max((count for _label, count in rows), default=0) or 1
    return [{"label": label, "count": n, "share": round(100 * n / most)} for label, n in rows]


def municipality_totals(code: str) -> dict:
    """Cards of a municipality, those it leads with their known cost in euro, counts by area, stage, year.

    Two queries.
    """
    mine = find(ProjectQuery(facets={"municipality": (code,)}))
    led = Edition.objects.current().filter(municipality_code=code)
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
    """`{Belfiore code: cards}` of every municipality with a card."""
    return totals("municipality")
