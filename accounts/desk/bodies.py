"""Bodies and the people who work for them, with their roles, for staff."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Prefetch, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions
from accounts.desk.colleagues import change_role
from accounts.forms import ColleagueForm
from accounts.models import INVITATION_LASTS, Invitation, Membership
from accounts.rules import BODY_ROLES, is_administrator, staff_page
from municipalities.actions import body_of_municipality
from municipalities.models import Organisation
from municipalities.names import read_municipality

PER_PAGE = 30


@staff_page
@require_safe
def bodies(request):
    """Bodies with people, projects or an invitation, by name; filtered by `q`, `tipo` and `ruolo`."""
    filters = {
        name: request.GET.get(name, "").replace("\x00", "").strip()[:120] for name in ("q", "tipo", "ruolo")
    }
    invited = Invitation.objects.open()
    organisations = Organisation.objects.annotate(
        people=Count("memberships", distinct=True), cards=Count("records", distinct=True)
    )
    organisations = organisations.filter(
        Q(people__gt=0) | Q(cards__gt=0) | Exists(invited.filter(organisation=OuterRef("pk")))
    )
    if filters["q"]:
        person = Membership.objects.filter(organisation=OuterRef("pk")).filter(
            Q(user__name__icontains=filters["q"]) | Q(user__email__icontains=filters["q"])
        )
        organisations = organisations.filter(Q(name__icontains=filters["q"]) | Exists(person))
    if filters["tipo"] in Organisation.Kind.values:
        organisations = organisations.filter(kind=filters["tipo"])
    if filters["ruolo"] in Membership.Role.values:
        organisations = organisations.filter(
            Exists(Membership.objects.filter(organisation=OuterRef("pk"), role=filters["ruolo"]))
        )
    members = Membership.objects.select_related("user").order_by("role", "user__name", "user__email")
    organisations = organisations.prefetch_related(
        Prefetch("memberships", members), Prefetch("invitations", invited.order_by("email"), "open_offers")
    )
    roles = dict(Membership.objects.values_list("role").annotate(n=Count("pk")).order_by())
    context = {
        "page": Paginator(organisations.order_by("name", "pk"), PER_PAGE).get_page(request.GET.get("pagina")),
        "asked": filters,
        "kinds": Organisation.Kind.choices,
        "roles": [(value, label, roles.get(value, 0)) for value, label in Membership.Role.choices],
        "expired_before": timezone.now() - INVITATION_LASTS,
        "is_administrator": is_administrator(request.user),
    }
    return render(request, "accounts/desk/bodies.html", context)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def body(request, pk):
    """One body: its people, who may be removed or get another role, open invitations, the form to invite."""
    organisation = get_object_or_404(Organisation, pk=pk)
    form = ColleagueForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.invite_colleague(organisation, by=request.user, **form.cleaned_data)
        words = _("Invito inviato a {}: avrà il ruolo quando lo accetta.")
        messages.success(request, words.format(form.cleaned_data["email"]))
        return redirect("desk:body", pk)
    members = organisation.memberships.select_related("user").order_by("role", "user__name")
    context = {
        "body": organisation,
        "members": members,
        "offers": Invitation.objects.open().filter(organisation=organisation).order_by("email"),
        "expired_before": timezone.now() - INVITATION_LASTS,
        "form": form,
    }
    return render(request, "accounts/desk/body.html", context, status=422 if form.errors else 200)


@staff_page
@require_POST
def open_municipality(request):
    """Open the body of a municipality that has none yet, by the name of the municipality."""
    try:
        municipality = read_municipality(request.POST.get("comune", ""))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("desk:bodies")
    return redirect("desk:body", body_of_municipality(municipality).pk)


@staff_page
@require_POST
def member_remove(request, pk):
    """Take a person out of a body, also its only manager; not out of the observatory."""
    membership = _member(pk)
    actions.remove_colleague(membership, by=request.user)
    messages.success(request, _("Hai tolto l’accesso a {}.").format(membership.user))
    return redirect("desk:body", membership.organisation_id)


@staff_page
@require_POST
def member_role(request, pk):
    """Give a person of a body another role."""
    membership = _member(pk)
    change_role(request, membership)
    return redirect("desk:body", membership.organisation_id)


def _member(pk: int) -> Membership:
    """A membership with a role of a body. Raises Http404, also for staff, whom administrators manage."""
    roles = Membership.objects.select_related("organisation", "user").filter(role__in=BODY_ROLES)
    return get_object_or_404(roles, pk=pk)
