"""Pages of the areas: the list of all, and figures and newest cards of one."""

from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cards.presentation.context import list_item
from cards.search.query import ProjectQuery, find
from cards.search.totals import area_totals, count_bars
from cards.vocabulary.areas import AREA_BY_SLUG, AREAS
from cards.vocabulary.lists import Stage

PER_PAGE = 10


@require_safe
def area_list(request):
    return render(request, "cards/area_list.html", {"areas": area_totals()})


@require_safe
def area_detail(request, slug):
    """One area: counts of its cards and the newest of them."""
    area = AREA_BY_SLUG.get(slug)
    if area is None:
        raise Http404(_("Le aree sono otto: questa non c’è."))
    query = ProjectQuery(facets={"area": (area.key,)})
    cards = find(query)
    # A facet is counted without its own filter: `area` has all eight.
    counts = cards.facets(("area", "stage", "municipality", "region", "technology", "cost_band"))
    context = {
        "area": area,
        "count": cards.count(),
        "items": [list_item(card) for card in cards.hits()[:PER_PAGE]],
        "municipalities": len(counts["municipality"]),
        "regions": len(counts["region"]),
        "with_cost": cards.count() - counts["cost_band"].get("unknown", 0),
        "stages": _stage_bars(counts["stage"]),
        "technologies": sorted(counts["technology"].items(), key=lambda pair: (-pair[1], pair[0]))[:8],
        "others": [{"area": a, "count": counts["area"].get(a.key, 0)} for a in AREAS if a != area],
    }
    return render(request, "cards/area_detail.html", context)


def _stage_bars(counts: dict[str, int]) -> list[dict]:
    stages = [stage for stage in Stage if stage.value in counts]
    bars = count_bars([(stage.label, counts[stage.value]) for stage in stages])
    return [{**bar, "value": stage.value} for bar, stage in zip(bars, stages, strict=True)]
