"""Requests to join a protocol, as staff see and decide them."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions import TooSoon
from accounts.models import Membership
from accounts.rules import staff_page
from lib.audit import history
from lib.files.serving import serve
from lib.workflow import WrongMove
from protocols import actions
from protocols.checks import checks_of
from protocols.forms import DeclineForm
from protocols.models import Adhesion
from protocols.workflow import ADHESION, DESK, Status

PER_PAGE = 50


@staff_page
@require_safe
def adhesion_list(request):
    """Requests of one state (`stato`) that hold the words of `q`, the oldest first; counts of all states."""
    wanted = request.GET.get("stato", Status.RECEIVED)
    if wanted not in Status.values:
        wanted = Status.RECEIVED
    words = request.GET.get("q", "").replace("\x00", "").strip()[:120]
    counts = dict(Adhesion.objects.values_list("status").annotate(n=Count("pk")).order_by())
    adhesions = Adhesion.objects.filter(status=wanted).select_related("protocol", "municipality__province")
    if words:
        named = Q(municipality__name__icontains=words) | Q(body_name__icontains=words)
        adhesions = adhesions.filter(named | Q(officer_name__icontains=words) | Q(email__icontains=words))
    page = Paginator(adhesions.order_by("created_at", "pk"), PER_PAGE).get_page(request.GET.get("pagina"))
    states = [(value, label, counts.get(value, 0)) for value, label in Status.choices]
    context = {"page": page, "wanted": wanted, "words": words, "states": states}
    return render(request, "protocols/desk/adhesion_list.html", context)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def adhesion_detail(request, pk):
    """One request: accept it, or decline it with a reason."""
    related = ("protocol__territory", "municipality__province", "organisation", "decided_by")
    adhesion = get_object_or_404(Adhesion.objects.select_related(*related), pk=pk)
    form = DeclineForm(request.POST if "decline" in request.POST else None)
    if request.method == "POST":
        response = _decide(request, adhesion, form)
        if response:
            return response
    events = list(history("adhesion", str(adhesion.pk)).select_related("person"))
    context = {
        "adhesion": adhesion,
        "form": form,
        "open": bool(ADHESION.offered(adhesion, {DESK})),
        "mail_failed": bool(events) and events[0].verb == "mail_failed",
        "officer": next((event.person for event in events if event.person), None),
        "twins": _twins(adhesion),
        "checks": checks_of(adhesion),
    }
    return render(request, "protocols/desk/adhesion_detail.html", context, status=422 if form.errors else 200)


def _decide(request, adhesion, form):
    """Accept or decline by the name of the submit button; a redirect, or None when the reason is missing."""
    try:
        if "accept" in request.POST:
            actions.accept_adhesion(adhesion, by=request.user)
            messages.success(request, _("Adesione accolta: abbiamo scritto a {}.").format(adhesion.email))
        elif form.is_valid():
            actions.decline_adhesion(adhesion, by=request.user, reason=form.cleaned_data["reason"])
            messages.success(request, _("Adesione non accolta: abbiamo scritto a {}.").format(adhesion.email))
        else:
            return None
    except actions.AlreadyJoined as joined:
        words = _(
            "{} ha già aderito a questo protocollo con un’altra richiesta. "
            "Chiudi questa con «Non accogliere»: il responsabile dell’ente può invitare la persona."
        )
        messages.error(request, words.format(joined.args[0].organisation))
    except WrongMove:
        messages.error(request, _("Qualcuno ha già deciso questa adesione, o l’indirizzo non è confermato."))
    return redirect("desk:adhesion-detail", adhesion.pk)


@staff_page
@require_POST
def adhesion_resend(request, pk):
    """Send the access message to the officer of an accepted adhesion again."""
    accepted = Adhesion.objects.accepted().select_related("protocol", "organisation")
    adhesion = get_object_or_404(accepted, pk=pk)
    try:
        actions.resend_access(adhesion, by=request.user)
    except TooSoon:
        messages.error(request, _("L’invito è appena partito: aspetta un minuto prima di inviarlo ancora."))
    except Membership.DoesNotExist:
        messages.error(request, _("La persona non lavora più per l’ente: invita qualcun altro."))
    else:
        messages.success(request, _("Invito inviato di nuovo a {}.").format(adhesion.email))
    return redirect("desk:adhesion-detail", adhesion.pk)


def _twins(adhesion):
    """Other requests for the same body and protocol, so that nobody accepts twice."""
    same = Adhesion.objects.filter(protocol=adhesion.protocol, kind=adhesion.kind).exclude(pk=adhesion.pk)
    if adhesion.municipality_id:
        same = same.filter(municipality=adhesion.municipality)
    else:
        same = same.filter(body_name__iexact=adhesion.body_name)
    return same.order_by("created_at")


@staff_page
@require_safe
def adhesion_document(request, pk):
    """The signed document of a request, for staff alone, as a download; 404 without one."""
    adhesion = get_object_or_404(Adhesion, pk=pk)
    if not adhesion.signed_document:
        raise Http404
    return serve(
        adhesion.signed_document,
        filename=f"adesione-{pk}.pdf",
        media_type="application/pdf",
        is_public=False,
    )
