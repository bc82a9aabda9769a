"""The pages of a card: page, PDF, JSON, editions and their differences. Queries are constant in number."""

from datetime import datetime

import orjson
from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cards.document.diff import differences, label_of
from cards.document.read import read_document
from cards.extensions import CardPage, extensions
from cards.models import Edition
from cards.pages.maps import locator_of
from cards.presentation.context import card_context, list_item
from cards.presentation.pdf import card_pdf as pdf_of
from cards.presentation.shared_image import shared_image
from cards.reads.page_row import PageRow, current_row, previous_document
from cards.reads.programmes import parts_of, programme_of
from cards.search.similar import similar_to
from cards.vocabulary.lists import Kind


def _card_or_404(slug: str) -> Edition | HttpResponse:
    """The current edition of a slug, else the last, withdrawn one; a redirect for a code. Raises Http404."""
    card = (
        Edition.objects.filter(slug=slug).order_by("-is_current", "-edition").select_related("record").first()
    )
    if card:
        return card
    by_code = Edition.objects.filter(code=slug.upper()).order_by("-edition").first()
    if by_code:
        return redirect("public:card-detail", by_code.slug, permanent=True)
    raise Http404(_("Non c’è una scheda con questo indirizzo."))


@require_safe
def card_detail(request, slug):
    """The current edition; 410 with the reason when it was withdrawn."""
    if row := current_row(slug):
        return render(request, "cards/card_detail.html", _detail(row, row.confirmed_at))
    card = _card_or_404(slug)
    if isinstance(card, HttpResponse):
        return card
    if not card.is_current:
        return render(request, "cards/card_withdrawn.html", {"card": card}, status=410)
    # Published after current_row was read.
    return render(request, "cards/card_detail.html", _detail(card, card.record.confirmed_at))


def _detail(card: Edition | PageRow, confirmed_at: datetime | None) -> dict:
    document = read_document(card)
    municipality = document["lead_municipality"]
    page = CardPage(card.record_id, document, card.is_current)
    sections = [section for extension in extensions() for section in extension.sections(page)]
    heads = [extension.actions(page) for extension in extensions()] if card.is_current else []
    actions = [action for head in heads for action in head]
    confirmed = localdate(confirmed_at).isoformat() if confirmed_at and card.is_current else ""
    context = card_context(document, confirmed)
    for section in sections:
        context |= section.context
    return {
        **context,
        "edition": card,
        "share_image": _share_image(card, context),
        "confirmed_at": confirmed_at,
        "sections": sections,
        "programme": programme_of(document.get("part_of")),
        "parts": parts_of(document["code"]) if document["kind"] == Kind.PROGRAMME else [],
        "buttons": [action.template for action in actions if action.place == "button"],
        "links": [action.template for action in actions if action.place == "link"],
        "asks": [action.template for action in actions if action.place == "question"],
        "similar": [{**list_item(other), "reasons": other.reasons} for other in similar_to(card)],
        "changes": _changes(card),
        "locator": locator_of(municipality and municipality["code"]),
    }


def _share_image(card: Edition | PageRow, context: dict) -> str:
    """The path of the image for social networks: photograph, drawn cover; empty for that of the site."""
    if context["image"]:
        return reverse("document-file", args=[context["image"]["id"]])
    is_drawn = context["cover"] and card.is_current
    return reverse("public:card-image", args=[context["card"]["slug"]]) if is_drawn else ""


def _changes(card: Edition | PageRow) -> list[str]:
    """The names of the fields that this edition changed; none for a first edition."""
    document = previous_document(card.record_id, card.edition) if card.edition > 1 else None
    if document is None:
        return []
    rows = differences(orjson.loads(document), orjson.loads(card.document))
    return [str(label_of(row["field"])) for row in rows]


@require_safe
def card_pdf(request, slug):
    """The current edition as a tagged PDF, compiled once for each language."""
    card = _card_or_404(slug)
    if isinstance(card, HttpResponse):
        slug = Edition.objects.filter(code=slug.upper()).first().slug
        return redirect("public:card-pdf", slug, permanent=True)
    if not card.is_current:
        return render(request, "cards/card_withdrawn.html", {"card": card}, status=410)
    address = settings.SITE_URL + reverse("public:card-detail", args=[card.slug])
    page = CardPage(card.record_id, orjson.loads(card.document), card.is_current, address)
    more = [part for extension in extensions() for part in extension.blocks(page)]
    content, digest = pdf_of(read_document(card), address=address, demo=settings.DEMO, more=more)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{card.slug[:80]}-{card.edition}.pdf"'
    response["ETag"] = f'"{digest[:32]}"'
    return response


@require_safe
def card_image(request, slug):
    """The image for social networks, PNG, of a current card without a photograph; 410 when withdrawn."""
    card = _card_or_404(slug)
    if isinstance(card, HttpResponse):
        raise Http404
    if not card.is_current:
        return _gone(card)
    try:
        content, digest = shared_image(read_document(card))
    except LookupError as error:
        raise Http404 from error
    response = HttpResponse(content, content_type="image/png")
    response["ETag"] = f'"{digest[:32]}"'
    return response


@require_safe
def card_json(request, slug):
    """The current edition as JSON; 410 (RFC 9457) when it was withdrawn."""
    card = _card_or_404(slug)
    if isinstance(card, HttpResponse):
        return redirect(
            "public:card-json", Edition.objects.filter(code=slug.upper()).first().slug, permanent=True
        )
    if not card.is_current:
        return _gone(card)
    body = orjson.dumps(read_document(card), option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)
    return HttpResponse(body, content_type="application/json; charset=utf-8")


def _gone(card: Edition) -> HttpResponse:
    """410 with the reason as problem details (RFC 9457), as in the API."""
    detail = _("Scheda ritirata: %(reason)s") % {"reason": card.withdrawal_reason}
    problem = {"type": "about:blank", "title": "Gone", "status": 410, "detail": detail}
    return HttpResponse(orjson.dumps(problem), status=410, content_type="application/problem+json")


def _editions(slug: str) -> tuple[Edition, list[Edition]]:
    """`(the current edition, else the last, withdrawn one; all editions, newest first)`. Raises Http404."""
    card = _card_or_404(slug)
    if isinstance(card, HttpResponse):
        raise Http404
    return card, list(Edition.objects.filter(record=card.record_id).order_by("-edition"))


def _withdrawn(request, *editions: Edition) -> HttpResponse | None:
    """410 with the reason when one of these is withdrawn. A withdrawn card hides its earlier editions too."""
    for edition in editions:
        if edition.withdrawn_at:
            return render(request, "cards/card_withdrawn.html", {"card": edition}, status=410)
    return None


@require_safe
def card_versions(request, slug):
    """The list of the editions of a card, newest first; 410 when the card is withdrawn."""
    card, editions = _editions(slug)
    if gone := _withdrawn(request, card):
        return gone
    return render(
        request,
        "cards/card_versions.html",
        {"editions": editions, "title": editions[0].title, "slug": slug},
    )


@require_safe
def card_version(request, slug, number):
    """One edition as it was published, also a replaced one; 410 when it or the card is withdrawn."""
    card, editions = _editions(slug)
    edition = _edition(editions, number)
    if gone := _withdrawn(request, card, edition):
        return gone
    return render(
        request,
        "cards/card_detail.html",
        {**_detail(edition, edition.record.confirmed_at), "is_past": not edition.is_current},
    )


def _edition(editions: list[Edition], number: int) -> Edition:
    edition = next((card for card in editions if card.edition == number), None)
    if edition is None:
        raise Http404(_("La scheda non ha questa edizione."))
    return edition


@require_safe
def card_compare_editions(request, slug, number, other):
    """Differences between two editions, field by field; 410 when one or the card is withdrawn."""
    card, editions = _editions(slug)
    first, second = sorted(
        (_edition(editions, number), _edition(editions, other)), key=lambda card: card.edition
    )
    if gone := _withdrawn(request, card, first, second):
        return gone
    rows = differences(read_document(first), read_document(second))
    return render(
        request,
        "cards/card_compare_editions.html",
        {"before": first, "after": second, "differences": rows, "slug": slug, "title": second.title},
    )
