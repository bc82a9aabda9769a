"""The reuse kit as a download, and the page on how to request a project."""

from hashlib import file_digest
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cards.document.read import read_document
from cards.models import Edition
from protocols.models import Protocol
from reuse.kit.archive import write_kit
from reuse.reads.family import family_of
from reuse.reads.standing import demonstration_kit_of


def _card(slug: str) -> Edition:
    """The current edition of a slug, else the newest. Raises Http404."""
    editions = (
        Edition.objects.filter(slug=slug).select_related("record__owner").order_by("-is_current", "-edition")
    )
    card = editions.first()
    if card is None:
        raise Http404(_("Non c’è una scheda con questo indirizzo."))
    return card


@require_safe
def card_kit(request, slug):
    """The kit of a current card as a ZIP, streamed from a temporary file; 410 for a withdrawn card."""
    card = _card(slug)
    if not card.is_current:
        return render(request, "cards/card_withdrawn.html", {"card": card}, status=410)
    address = settings.SITE_URL + reverse("public:card-detail", args=[card.slug])
    with TemporaryDirectory(prefix="kit-") as folder:
        path = Path(folder, f"kit-{card.slug[:80]}-{card.edition}.zip")
        document = read_document(card)
        demonstrations = demonstration_kit_of(card.record_id, document)
        write_kit(path, document, address=address, demo=settings.DEMO, demonstrations=demonstrations)
        file = path.open("rb")
    response = FileResponse(file, as_attachment=True, filename=path.name, content_type="application/zip")
    response["ETag"] = f'"{file_digest(file, "sha256").hexdigest()[:32]}"'
    file.seek(0)
    return get_conditional_response(request, etag=response["ETag"], response=response)


@require_safe
def card_reuse(request, slug):
    """How to request a project: with an account, or by an adhesion to a protocol first."""
    card = _card(slug)
    if not card.is_current:
        return render(request, "cards/card_withdrawn.html", {"card": card}, status=410)
    if card.slug != slug:
        return redirect("public:card-reuse", card.slug, permanent=True)
    context = {
        "card": card,
        "protocols": Protocol.objects.published().filter(is_open=True).order_by("title"),
        "count": family_of(card.record_id).count,
        "owner": card.record.owner,
    }
    return render(request, "reuse/card_reuse.html", context)
