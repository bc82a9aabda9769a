"""The redirect after signing in, and the page of an invitation."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import actions, rules


@login_required
@require_safe
def landing(request):
    """Redirect to the review queue for staff, to one's projects for an office; 403 without a body."""
    if rules.is_reviewer(request.user):
        return redirect("desk:home")
    if rules.is_officer(request.user):
        return redirect("officer:home")
    return render(request, "accounts/no_body.html", status=403)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request, token):
    """What is offered and by whom; POST accepts it. 410 when closed, 403 for another person signed in."""
    offer = actions.open_invitation(token)
    if offer is None:
        return render(request, "accounts/invitation_closed.html", status=410)
    account = actions.account_of(offer.email)
    is_other = request.user.is_authenticated and request.user != account
    if request.method != "POST" or is_other:
        context = {"offer": offer, "is_other": is_other}
        return render(request, "accounts/invitation.html", context, status=403 if is_other else 200)
    if account and account.has_usable_password() and not request.user.is_authenticated:
        return redirect_to_login(request.path, "account_login")
    try:
        membership = actions.accept_invitation(offer)
    except actions.AlreadyDecided:
        return redirect("accounts:landing")
    messages.success(request, _("Ora lavori per {}.").format(membership.organisation))
    if request.user.is_authenticated:
        return redirect("accounts:landing")
    return redirect(actions.password_link(membership.user))
