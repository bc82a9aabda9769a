from django.shortcuts import render
from django.views.decorators.http import require_safe

from cards.pages.maps import italy_map
from cards.presentation.context import list_item
from cards.search.query import ProjectQuery, find
from cards.search.totals import area_totals, registry_totals
from cards.vocabulary.bands import HIGH, LOW, MEDIUM

# Cards with a score of replicability, the highest first.
SCORED = ProjectQuery(facets={"replicability_band": (HIGH, MEDIUM, LOW)}, sort="replicability")

STORIES = 3


@require_safe
def home(request):
    """The search, Italy with a point for each municipality, money with its coverage, stories, areas.

    The stories are the cards of highest replicability; without any, the newest.
    """
    stories = [list_item(card) for card in find(SCORED).hits()[:STORIES]]
    context = {
        "figures": registry_totals(),
        "areas": area_totals(),
        "italy": italy_map(),
        "stories": stories or [list_item(card) for card in find(ProjectQuery()).hits()[:STORIES]],
        "are_scored": bool(stories),
    }
    money = context["figures"]["money"]
    context["untold"] = money["cards"] - money["known"]
    return render(request, "observatory/home.html", context)
