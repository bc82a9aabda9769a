"""Protocols and the public request to join one."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lib.limits import may_send
from protocols import actions
from protocols.forms import AdhesionForm
from protocols.models import Protocol

# POST requests of the form that one address may make in an hour, invalid ones included.
ADHESIONS, HOUR = 30, 3600


@require_safe
def protocol_list(request):
    """Published protocols, those open to requests first."""
    protocols = Protocol.objects.published().order_by("-is_open", "title")
    return render(request, "protocols/protocol_list.html", {"protocols": protocols})


@require_safe
def protocol_detail(request, slug):
    """One protocol and the bodies that have joined it, by name."""
    protocol = get_object_or_404(Protocol.objects.published(), slug=slug)
    accepted = protocol.adhesions.accepted().select_related("organisation__territory")
    # One member a body, though older data may hold two accepted requests of one.
    members = {adhesion.organisation_id: adhesion for adhesion in accepted.order_by("organisation__name")}
    context = {"protocol": protocol, "members": list(members.values())}
    return render(request, "protocols/protocol_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def adhesion_request(request, slug):
    """The form to join; a request is shown to staff once its address is confirmed. 410 when closed."""
    protocol = get_object_or_404(Protocol.objects.published(), slug=slug)
    if not protocol.is_open:
        return render(request, "protocols/protocol_closed.html", {"protocol": protocol}, status=410)
    if request.method == "POST" and not may_send(request, "adhesion", ADHESIONS, HOUR):
        response = render(request, "429.html", {"is_form": True}, status=429)
        response["Retry-After"] = str(HOUR)
        return response
    form = AdhesionForm(request.POST or None, request.FILES or None, protocol=protocol)
    if request.method == "POST" and form.is_valid():
        form.instance.idempotency_key = form.cleaned_data["idempotency_key"]
        actions.request_adhesion(form.save(commit=False))
        return redirect("protocols:adhesion-sent", slug)
    context = {"protocol": protocol, "form": form}
    return render(request, "protocols/adhesion_form.html", context, status=422 if form.errors else 200)


@require_safe
def adhesion_sent(request, slug):
    """What happens after a request was sent: the link in the message has to be followed."""
    protocol = get_object_or_404(Protocol.objects.published(), slug=slug)
    return render(request, "protocols/adhesion_sent.html", {"protocol": protocol})


@require_http_methods(["GET", "HEAD", "POST"])
def adhesion_confirm(request, token):
    """Confirm the address by a POST, since mail scanners follow links by themselves. 404 for a bad token."""
    adhesion = actions.adhesion_of_token(token)
    if adhesion is None:
        raise Http404(_("Il collegamento non vale più: invia una nuova richiesta di adesione."))
    if request.method == "POST" and actions.confirm_adhesion(adhesion):
        messages.success(request, _("Indirizzo confermato: la redazione esamina la richiesta."))
        return redirect("protocols:adhesion-confirm", token)
    context = {"adhesion": adhesion, "protocol": adhesion.protocol, "done": adhesion.confirmed_at is not None}
    return render(request, "protocols/adhesion_confirm.html", context)
