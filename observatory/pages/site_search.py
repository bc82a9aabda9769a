from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from cards.pages.filter_panel import address
from cards.pages.listing import PER_PAGE, is_too_long, items_context, too_long
from cards.pages.suggestions import areas_with
from cards.search.query import ProjectQuery, find, parse
from lib.text import fold
from municipalities.search import suggest_municipalities
from observatory.pages.site_pages import pages_with
from protocols.models import Protocol


@require_safe
def search(request):
    """The whole site: projects, cities, protocols, pages, areas."""
    if is_too_long(request):
        return too_long(request)
    query, problems = parse(request.GET, page=True)
    query = ProjectQuery(query.text)
    text = query.text
    cards = find(query)
    context = {
        "text": text,
        "problems": [problem.detail for problem in problems if problem.parameter == "q"],
        "count": cards.count() if text else 0,
        **(items_context(query, cards, cards[:PER_PAGE]) if text else {"items": []}),
        "towns": suggest_municipalities(text, limit=10) if text else [],
        "areas": areas_with(text),
        "protocols": _protocols(text) if text else [],
        "pages": pages_with(text),
        "all_url": reverse("public:card-list") + address(query),
    }
    context["is_empty"] = not any(context[k] for k in ("count", "towns", "areas", "protocols", "pages"))
    return render(request, "observatory/search.html", context)


def _protocols(text: str) -> list[Protocol]:
    """Published protocols with all the words in title, summary or promoter: a handful, read whole."""
    words = fold(text).split()
    found = Protocol.objects.published().order_by("-signed_year", "title")
    return [
        p for p in found if words and all(w in fold(f"{p.title} {p.summary} {p.promoter}") for w in words)
    ]
