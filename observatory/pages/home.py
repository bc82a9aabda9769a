from django.shortcuts import render
from django.views.decorators.http import require_safe

from cards.pages.maps import region_map
from cards.presentation.context import list_item
from cards.search.query import ProjectQuery, find
from cards.search.totals import area_totals, registry_totals, top_municipalities
from cards.vocabulary.bands import HIGH, LOW, MEDIUM

# Cards with a score of replicability, the highest first.
SCORED = ProjectQuery(facets={"replicability_band": (HIGH, MEDIUM, LOW)}, sort="replicability")


@require_safe
def home(request):
    """Totals, areas, the newest cards, the map and the cards of highest replicability."""
    newest = [list_item(card) for card in find(ProjectQuery()).hits()[:8]]
    best = [list_item(card) for card in find(SCORED).hits()[:3]]
    context = {
        "figures": registry_totals(),
        "areas": area_totals(),
        "newest": newest,
        "regions": region_map(),
        "municipalities": top_municipalities(),
        "best": best,
        "are_ready": all(item["band"] == HIGH for item in best),
    }
    return render(request, "observatory/home.html", context)
