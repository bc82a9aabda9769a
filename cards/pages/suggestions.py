"""Suggestions while a search is typed: titles, municipalities, areas."""

from django.http import JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cards.search.query import ProjectQuery, find, parse
from cards.vocabulary.areas import AREAS
from lib.text import fold
from municipalities.names import place_label, proposed

SUGGESTED, MIN_LENGTH = 4, 2


def areas_with(text: str) -> list:
    """The areas whose name contains the text."""
    folded = fold(text)
    return [area for area in AREAS if folded and folded in fold(str(area.name))]


@require_safe
def suggestions(request):
    """Matches of the beginning of a query: `{"suggestions": [{kind, text, url}]}`."""
    query, _problems = parse(request.GET, page=True)
    suggested = []
    if len(fold(query.text)) >= MIN_LENGTH:
        suggested = [*_project_hints(query), *_municipality_hints(query.text), *_area_hints(query.text)]
    return JsonResponse({"suggestions": suggested})


def _project_hints(query: ProjectQuery) -> list[dict]:
    cards = find(ProjectQuery(query.text))[: SUGGESTED + 1]
    return [
        {"kind": _("Progetto"), "text": card.title, "url": reverse("public:card-detail", args=[card.slug])}
        for card in cards
    ]


def _municipality_hints(text: str) -> list[dict]:
    return [
        {
            "kind": _("Comune"),
            "text": place_label(place) + (f" – {place.former}" if place.former else ""),
            "url": reverse("public:city-detail", args=[place.slug]),
        }
        for place in proposed(text, SUGGESTED)
    ]


def _area_hints(text: str) -> list[dict]:
    return [
        {"kind": _("Area"), "text": str(area.name), "url": reverse("public:area-detail", args=[area.slug])}
        for area in areas_with(text)[:SUGGESTED]
    ]
