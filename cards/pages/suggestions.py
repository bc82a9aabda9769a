from django.http import JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cards.search.query import ProjectQuery, find, parse
from cards.vocabulary.areas import AREAS
from lib.text import fold
from municipalities.search import suggest_municipalities

SUGGESTED, LEAST_TYPED = 4, 2


def areas_with(text: str) -> list:
    """The areas whose name holds the words."""
    words = fold(text)
    return [area for area in AREAS if words and words in fold(str(area.name))]


@require_safe
def suggestions(request):
    """What a typed beginning may mean: `{"suggestions": [{kind, text, url}]}`, titles, places, areas."""
    query, _problems = parse(request.GET, page=True)
    found = []
    if len(fold(query.text)) >= LEAST_TYPED:
        found = [*_project_hints(query), *_municipality_hints(query.text), *_area_hints(query.text)]
    return JsonResponse({"suggestions": found})


def _project_hints(query: ProjectQuery) -> list[dict]:
    shown = find(ProjectQuery(query.text))[: SUGGESTED + 1]
    return [
        {"kind": _("Progetto"), "text": card.title, "url": reverse("public:card-detail", args=[card.slug])}
        for card in shown
    ]


def _municipality_hints(text: str) -> list[dict]:
    towns = suggest_municipalities(text, limit=SUGGESTED)
    return [
        {
            "kind": _("Comune"),
            "text": f"{town.name} ({town.province.code})" if town.province else town.name,
            "url": reverse("public:city-detail", args=[town.slug]),
        }
        for town in towns
    ]


def _area_hints(text: str) -> list[dict]:
    return [
        {"kind": _("Area"), "text": str(area.name), "url": reverse("public:area-detail", args=[area.slug])}
        for area in areas_with(text)[:SUGGESTED]
    ]
