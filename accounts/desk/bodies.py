"""Bodies and the people who work for them, with their roles, for staff."""

from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Prefetch, Q
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import INVITATION_LASTS, Invitation, Membership
from accounts.rules import is_administrator, staff_page
from municipalities.models import Organisation

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
