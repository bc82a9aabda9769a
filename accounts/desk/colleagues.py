"""Colleagues of a body: its managers invite them, send invitations again or cancel them, remove people."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import actions, rules
from accounts.forms import ColleagueForm
from accounts.models import INVITATION_LASTS, Invitation, Membership
from municipalities.models import Organisation


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def colleagues(request):
    """The members of one's bodies; managers also see open invitations and the form to invite."""
    bodies = Organisation.objects.filter(pk__in=rules.organisations_of(request.user)).order_by("name")
    if not bodies:
        raise PermissionDenied
    managed = [body for body in bodies if rules.is_manager(request.user, body.pk)]
    wanted = request.POST.get("organisation", "")
    body = next((b for b in managed if str(b.pk) == wanted), None)
    form = ColleagueForm(request.POST or None)
    if request.method == "POST":
        if body is None:
            raise PermissionDenied
        if form.is_valid():
            actions.invite_colleague(body, by=request.user, **form.cleaned_data)
            words = _("Invito inviato a {}: avrà il ruolo quando lo accetta.")
            messages.success(request, words.format(form.cleaned_data["email"]))
            return redirect("officer:colleagues")
    members = Membership.objects.filter(organisation__in=bodies).select_related("user", "organisation")
    offers = Invitation.objects.open().filter(organisation__in=managed)
    context = {
        "members": members.order_by("organisation__name", "user__name"),
        "managed": managed,
        "offers": offers.select_related("organisation").order_by("organisation__name", "email"),
        "expired_before": timezone.now() - INVITATION_LASTS,
        "form": form,
    }
    return render(request, "accounts/office/colleagues.html", context, status=422 if form.errors else 200)


def _managed(request, kind, pk):
    """The membership or invitation (`kind`) of a body the user manages. Http404, PermissionDenied."""
    row = get_object_or_404(kind.objects.select_related("organisation"), pk=pk)
    is_mine = row.organisation_id in rules.organisations_of(request.user)
    if not (is_mine and rules.is_manager(request.user, row.organisation_id)):
        raise PermissionDenied
    return row


@login_required
@require_POST
def colleague_remove(request, pk):
    """Delete a membership of a colleague, or one's own; a body keeps a manager."""
    own = Membership.objects.filter(pk=pk, user=request.user).first()
    membership = own or _managed(request, Membership, pk)
    try:
        actions.leave(membership) if own else actions.remove_colleague(membership, by=request.user)
    except actions.LastManager:
        messages.error(request, _("Sei l’unico responsabile: prima dai il ruolo a un collega."))
        return redirect("officer:colleagues")
    if own:
        messages.success(request, _("Non lavori più per {}.").format(membership.organisation))
        return redirect("accounts:account")
    messages.success(request, _("Hai tolto l’accesso a {}.").format(membership.user))
    return redirect("officer:colleagues")


@login_required
@require_POST
def colleague_role(request, pk):
    """Give a member of a managed body another role."""
    membership = _managed(request, Membership, pk)
    change_role(request, membership)
    return redirect("officer:colleagues")


def change_role(request, membership: Membership) -> None:
    """Change a role as posted, with a message."""
    role = request.POST.get("role", "")
    if role not in rules.BODY_ROLES or membership.role not in rules.BODY_ROLES:
        raise PermissionDenied
    try:
        actions.change_role(membership, by=request.user, role=role)
    except actions.LastManager:
        messages.error(request, _("È l’unico responsabile: prima dai il ruolo a un collega."))
    else:
        words = _("{}: ora è {}.")
        messages.success(request, words.format(membership.user, membership.get_role_display().lower()))


@login_required
@require_POST
def offer_resend(request, pk):
    """Send an open invitation again, once a minute at most; its term begins anew."""
    offer = _managed(request, Invitation, pk)
    try:
        actions.resend_offer(offer, by=request.user)
    except actions.TooSoon:
        messages.error(request, _("L’invito è appena partito: aspetta un minuto prima di inviarlo ancora."))
    except actions.AlreadyDecided:
        messages.error(request, _("L’invito non è più aperto."))
    else:
        messages.success(request, _("Invito inviato di nuovo a {}.").format(offer.email))
    return redirect("officer:colleagues")


@login_required
@require_POST
def offer_cancel(request, pk):
    """Cancel an open invitation."""
    offer = _managed(request, Invitation, pk)
    try:
        actions.cancel_offer(offer, by=request.user)
    except actions.AlreadyDecided:
        messages.error(request, _("L’invito non è più aperto."))
    else:
        messages.success(request, _("Invito a {} annullato.").format(offer.email))
    return redirect("officer:colleagues")
