"""The search of the whole site: projects, municipalities, protocols, pages, areas."""

from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from cards.pages.filter_panel import address
from cards.pages.listing import PER_PAGE, is_too_long, items_context, too_long
from cards.pages.suggestions import areas_with
from cards.search.query import ProjectQuery, find, parse
from lib.text import fold
from municipalities.names import proposed
from protocols.models import Protocol

# Pages that the search returns by their words: {route: (title, other words)}.
SITE_PAGES = {
    "public:card-list": (_("Progetti"), _("schede elenco filtri")),
    "public:map": (_("Mappa dei progetti"), _("cartina regioni province Comuni")),
    "public:city-list": (_("Città"), _("Comuni schede città abitanti")),
    "public:area-list": (_("Le otto aree"), _("ambiente energia mobilità governo")),
    "protocols:protocol-list": (_("Protocolli"), _("accordi adesione aderire")),
    "pages:for-municipalities": (_("Per i Comuni"), _("pubblicare inviare un progetto aderire referente")),
    "api:docs": (_("Dati aperti e API"), _("scaricare CSV JSON open data licenza")),
    "pages:help": (_("Assistenza"), _("aiuto contatti scrivere")),
    "pages:questions": (_("Domande frequenti"), _("aiuto spiegazioni")),
    "pages:accessibility": (_("Dichiarazione di accessibilità"), _("feedback WCAG")),
    "pages:privacy": (_("Informativa privacy"), _("dati personali cookie GDPR")),
    "pages:legal": (_("Note legali"), _("licenza riuso")),
    "pages:site-map": (_("Mappa del sito"), _("indice pagine")),
}


@require_safe
def search(request):
    """The page of results; the first PER_PAGE projects, the rest on the list page."""
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
        "municipalities": proposed(text) if text else [],
        "areas": areas_with(text),
        "protocols": _protocols(text) if text else [],
        "pages": pages_with(text),
        "all_url": reverse("public:card-list") + address(query),
    }
    context["is_empty"] = not any(
        context[k] for k in ("count", "municipalities", "areas", "protocols", "pages")
    )
    return render(request, "observatory/search.html", context)


def pages_with(text: str) -> list[dict]:
    """`[{title, url}]` of the pages all of whose words begin some word of title or description."""
    words = fold(text).split()
    pages = []
    for route, (title, about) in SITE_PAGES.items():
        known = fold(f"{title} {about}").split()
        if words and all(any(k.startswith(word) for k in known) for word in words):
            pages.append({"title": title, "url": reverse(route)})
    return pages


def _protocols(text: str) -> list[Protocol]:
    """Published protocols with all the words in title, summary or promoter; few, so all are read."""
    words = fold(text).split()
    protocols = Protocol.objects.published().order_by("-signed_year", "title")
    return [
        p for p in protocols if words and all(w in fold(f"{p.title} {p.summary} {p.promoter}") for w in words)
    ]
