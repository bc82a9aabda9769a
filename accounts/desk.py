"""Where a person lands after signing in; adhesions for staff; colleagues for a body's manager."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions, rules
from accounts.forms import ColleagueForm, DeclineForm, TokenForm
from accounts.models import ApiToken, Membership
from municipalities.models import Adhesion, Organisation


@login_required
@require_safe
def landing(request):
    """The first page of one's work: the queue for staff, one's projects for an office."""
    if rules.is_reviewer(request.user):
        return redirect("desk:home")
    if rules.is_officer(request.user):
        return redirect("officer:home")
    return render(request, "accounts/no_body.html", status=403)


def _staff_only(request):
    if not rules.can_decide_adhesion(request.user):
        raise PermissionDenied


@login_required
@require_safe
def adhesion_list(request):
    _staff_only(request)
    wanted = request.GET.get("stato", Adhesion.Status.RECEIVED)
    if wanted not in Adhesion.Status.values:
        wanted = Adhesion.Status.RECEIVED
    adhesions = Adhesion.objects.filter(status=wanted).select_related("protocol", "municipality__province")
    page = Paginator(adhesions.order_by("created_at"), 50).get_page(request.GET.get("pagina"))
    return render(
        request,
        "desk/adhesion_list.html",
        {"page": page, "wanted": wanted, "states": Adhesion.Status.choices},
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def adhesion_detail(request, pk):
    """One request: accept it, or decline it with a reason."""
    _staff_only(request)
    related = ("protocol", "municipality__province", "organisation", "decided_by")
    adhesion = get_object_or_404(Adhesion.objects.select_related(*related), pk=pk)
    form = DeclineForm(request.POST if "decline" in request.POST else None)
    if request.method == "POST":
        answer = _decide(request, adhesion, form)
        if answer:
            return answer
    context = {
        "adhesion": adhesion,
        "form": form,
        "open": adhesion.status == Adhesion.Status.RECEIVED,
        "events": adhesion.events.select_related("by").order_by("-at"),
        "twins": _twins(adhesion),
    }
    return render(request, "desk/adhesion_detail.html", context, status=422 if form.errors else 200)


def _decide(request, adhesion, form):
    """Accept or decline as the pressed button says; None when the reason is missing."""
    try:
        if "accept" in request.POST:
            actions.accept_adhesion(adhesion, by=request.user)
            messages.success(request, _("Adesione accolta: abbiamo scritto a {}.").format(adhesion.email))
        elif form.is_valid():
            actions.decline_adhesion(adhesion, by=request.user, reason=form.cleaned_data["reason"])
            messages.success(request, _("Adesione non accolta: abbiamo scritto a {}.").format(adhesion.email))
        else:
            return None
    except actions.AlreadyDecided:
        messages.error(request, _("Qualcuno ha già deciso questa adesione, o l’indirizzo non è confermato."))
    return redirect("accounts:adhesion-detail", adhesion.pk)


def _twins(adhesion):
    """Other requests for the same body and protocol, so that nobody accepts twice."""
    if adhesion.municipality_id is None:
        return Adhesion.objects.none()
    same = Adhesion.objects.filter(
        protocol=adhesion.protocol, municipality=adhesion.municipality, kind=adhesion.kind
    )
    return same.exclude(pk=adhesion.pk).order_by("created_at")


@login_required
@require_safe
def adhesion_document(request, pk):
    """The signed document, for staff alone, as a download."""
    _staff_only(request)
    adhesion = get_object_or_404(Adhesion, pk=pk)
    if not adhesion.signed_document:
        raise Http404
    return FileResponse(
        adhesion.signed_document.open("rb"),
        as_attachment=True,
        filename=f"adesione-{pk}.pdf",
        content_type="application/pdf",
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def colleagues(request):
    """Who works for one's bodies; managers invite and remove."""
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
            messages.success(request, _("Invito inviato a {}.").format(form.cleaned_data["email"]))
            return redirect("accounts:colleagues")
    members = Membership.objects.filter(organisation__in=bodies).select_related("user", "organisation")
    context = {
        "members": members.order_by("organisation__name", "user__name"),
        "managed": managed,
        "form": form,
    }
    return render(request, "officer/colleagues.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def colleague_remove(request, pk):
    """Take a colleague's role away; nobody can remove themselves and leave the body without a manager."""
    membership = get_object_or_404(Membership.objects.select_related("user", "organisation"), pk=pk)
    if membership.organisation_id not in rules.organisations_of(request.user):
        raise PermissionDenied
    if not rules.is_manager(request.user, membership.organisation_id):
        raise PermissionDenied
    if membership.user_id == request.user.pk:
        messages.error(
            request, _("Non puoi togliere te stesso: chiedi a un altro responsabile o alla redazione.")
        )
    else:
        actions.remove_colleague(membership, by=request.user)
        messages.success(request, _("Hai tolto l’accesso a {}.").format(membership.user))
    return redirect("accounts:colleagues")


def _managed(user) -> list[Organisation]:
    bodies = Organisation.objects.filter(pk__in=rules.organisations_of(user)).order_by("name")
    return [body for body in bodies if rules.is_manager(user, body.pk)]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request):
    """The keys with which a body's own software sends drafts; a new one is shown on this answer alone."""
    managed = _managed(request.user)
    if not managed:
        raise PermissionDenied
    form, secret = TokenForm(request.POST or None), ""
    if request.method == "POST":
        body = next((b for b in managed if str(b.pk) == request.POST.get("organisation", "")), None)
        if body is None:
            raise PermissionDenied
        if form.is_valid():
            _token, secret = actions.make_token(body, by=request.user, **form.cleaned_data)
            form = TokenForm()
    known = ApiToken.objects.filter(organisation__in=managed).select_related("organisation", "created_by")
    context = {"managed": managed, "form": form, "secret": secret, "tokens": known.order_by("-created_at")}
    return render(request, "officer/tokens.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def token_revoke(request, pk):
    """End a key of one's own body."""
    token = get_object_or_404(ApiToken.objects.select_related("organisation"), pk=pk)
    if token.organisation_id not in {body.pk for body in _managed(request.user)}:
        raise PermissionDenied
    actions.revoke_token(token, by=request.user)
    messages.success(request, _("Chiave revocata: «{}».").format(token.name))
    return redirect("accounts:tokens")
