"""API tokens with which a body's software sends drafts: its managers create and revoke them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import actions, rules
from accounts.forms import TokenForm
from accounts.models import ApiToken
from municipalities.models import Organisation


def _managed(user) -> list[Organisation]:
    bodies = Organisation.objects.filter(pk__in=rules.organisations_of(user)).order_by("name")
    return [body for body in bodies if rules.is_manager(user, body.pk)]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request):
    """The tokens of the bodies that the user manages; POST creates one and renders its secret once."""
    managed = _managed(request.user)
    if not managed:
        raise PermissionDenied
    form, secret = TokenForm(request.POST or None), ""
    if request.method == "POST":
        body = next((b for b in managed if str(b.pk) == request.POST.get("organisation", "")), None)
        if body is None:
            raise PermissionDenied
        if form.is_valid():
            _token, secret = actions.create_token(body, by=request.user, **form.cleaned_data)
            form = TokenForm()
    known = ApiToken.objects.filter(organisation__in=managed).select_related("organisation", "created_by")
    context = {"managed": managed, "form": form, "secret": secret, "tokens": known.order_by("-created_at")}
    return render(request, "accounts/office/tokens.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def token_revoke(request, pk):
    """Revoke a token of a body that the user manages; 403 for others."""
    token = get_object_or_404(ApiToken.objects.select_related("organisation"), pk=pk)
    if token.organisation_id not in {body.pk for body in _managed(request.user)}:
        raise PermissionDenied
    actions.revoke_token(token, by=request.user)
    messages.success(request, _("Chiave revocata: «{}».").format(token.name))
    return redirect("officer:tokens")
