"""Public pages. They read cards, never the working copy, in a constant number of queries."""

import orjson
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from projects.areas import AREA_BY_SLUG, AREAS
from projects.cards import read_document
from projects.differences import differences
from projects.maps import locator_of, region_map
from projects.models import Card
from projects.panel import facet_groups
from projects.portfolio import area_totals, front_figures
from projects.presentation import card_context, list_item
from projects.search import ProjectQuery, find, similar_to

PER_PAGE = 10


@require_safe
def home(request):
    """Figures, areas, what is new."""
    newest = [list_item(card) for card in find(ProjectQuery())[:6]]
    context = {"figures": front_figures(), "areas": area_totals(), "newest": newest, "regions": region_map()}
    return render(request, "projects/home.html", context)


def _card_or_404(slug: str) -> Card | HttpResponse:
    """The card in force for a slug; a redirect for a code; the last withdrawn edition otherwise."""
    card = (
        Card.objects.filter(slug=slug).order_by("-is_current", "-edition").select_related("project").first()
    )
    if card:
        return card
    by_code = Card.objects.filter(code=slug.upper()).order_by("-edition").first()
    if by_code:
        return redirect("projects:card-detail", by_code.slug, permanent=True)
    raise Http404(_("Non c’è una scheda con questo indirizzo."))


@require_safe
def card_detail(request, slug):
    """A project's card in force; 410 with the reason when it was withdrawn."""
    card = _card_or_404(slug)
    if isinstance(card, HttpResponse):
        return card
    if not card.is_current:
        return render(request, "projects/card_withdrawn.html", {"card": card}, status=410)
    return render(request, "projects/card_detail.html", _detail(card))


def _detail(card: Card) -> dict:
    document = read_document(card)
    town = document["lead_municipality"]
    return {
        **card_context(document),
        "edition": card,
        "confirmed_at": card.project.confirmed_at,
        "similar": [list_item(other) for other in similar_to(card)],
        "locator": locator_of(town and town["code"]),
    }


@require_safe
def card_json(request, slug):
    """The card as data, at an address of its own beside the page."""
    card = _card_or_404(slug)
    if isinstance(card, HttpResponse):
        return redirect(
            "projects:card-json", Card.objects.filter(code=slug.upper()).first().slug, permanent=True
        )
    if not card.is_current:
        raise Http404(_("La scheda è stata ritirata."))
    body = orjson.dumps(read_document(card), option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)
    return HttpResponse(body, content_type="application/json; charset=utf-8")


def _editions(slug: str) -> list[Card]:
    card = _card_or_404(slug)
    if isinstance(card, HttpResponse):
        raise Http404
    return list(Card.objects.filter(project=card.project_id).order_by("-edition"))


@require_safe
def card_versions(request, slug):
    """Every edition of a card, from the last."""
    editions = _editions(slug)
    return render(
        request,
        "projects/card_versions.html",
        {"editions": editions, "title": editions[0].title, "slug": slug},
    )


@require_safe
def card_version(request, slug, number):
    """One edition as it was published, also when withdrawn or replaced."""
    edition = _edition(_editions(slug), number)
    if edition.withdrawn_at:
        return render(request, "projects/card_withdrawn.html", {"card": edition}, status=410)
    return render(
        request, "projects/card_detail.html", {**_detail(edition), "is_past": not edition.is_current}
    )


def _edition(editions: list[Card], number: int) -> Card:
    found = next((card for card in editions if card.edition == number), None)
    if found is None:
        raise Http404(_("La scheda non ha questa edizione."))
    return found


@require_safe
def card_compare_editions(request, slug, number, other):
    """What changed between two editions, field by field."""
    editions = _editions(slug)
    first, second = sorted(
        (_edition(editions, number), _edition(editions, other)), key=lambda card: card.edition
    )
    for edition in (first, second):
        if edition.withdrawn_at:
            return render(request, "projects/card_withdrawn.html", {"card": edition}, status=410)
    rows = differences(read_document(first), read_document(second))
    return render(
        request,
        "projects/card_compare_editions.html",
        {"before": first, "after": second, "differences": rows, "slug": slug, "title": second.title},
    )


@require_safe
def area_list(request):
    return render(request, "projects/area_list.html", {"areas": area_totals()})


@require_safe
def area_detail(request, slug):
    """One area: its figures and its newest projects."""
    area = AREA_BY_SLUG.get(slug)
    if area is None:
        raise Http404(_("Le aree sono otto: questa non c’è."))
    query = ProjectQuery(facets={"area": (area.key,)})
    cards = find(query)
    counts = cards.facets(("stage", "municipality"))
    context = {
        "area": area,
        "count": cards.count(),
        "items": [list_item(card) for card in cards[:PER_PAGE]],
        "municipalities": len(counts["municipality"]),
        "groups": facet_groups(query, {"stage": counts["stage"]}),
        "areas": AREAS,
    }
    return render(request, "projects/area_detail.html", context)
