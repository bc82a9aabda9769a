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
    """Bodies with people, projects or an invitation, by name; narrowed by words, kind and role."""
    asked = {
        name: request.GET.get(name, "").replace("\x00", "").strip()[:120] for name in ("q", "tipo", "ruolo")
    }
    invited = Invitation.objects.filter(accepted_at=None, cancelled_at=None)
    found = Organisation.objects.annotate(
        people=Count("memberships", distinct=True), cards=Count("records", distinct=True)
    )
    found = found.filter(
        Q(people__gt=0) | Q(cards__gt=0) | Exists(invited.filter(organisation=OuterRef("pk")))
    )
    if asked["q"]:
        person = Membership.objects.filter(organisation=OuterRef("pk")).filter(
            Q(user__name__icontains=asked["q"]) | Q(user__email__icontains=asked["q"])
        )
        found = found.filter(Q(name__icontains=asked["q"]) | Exists(person))
    if asked["tipo"] in Organisation.Kind.values:
        found = found.filter(kind=asked["tipo"])
    if asked["ruolo"] in Membership.Role.values:
        found = found.filter(
            Exists(Membership.objects.filter(organisation=OuterRef("pk"), role=asked["ruolo"]))
        )
    members = Membership.objects.select_related("user").order_by("role", "user__name", "user__email")
    found = found.prefetch_related(
        Prefetch("memberships", members), Prefetch("invitations", invited.order_by("email"), "open_offers")
    )
    roles = dict(Membership.objects.values_list("role").annotate(n=Count("pk")).order_by())
    context = {
        "page": Paginator(found.order_by("name", "pk"), PER_PAGE).get_page(request.GET.get("pagina")),
        "asked": asked,
        "kinds": Organisation.Kind.choices,
        "roles": [(value, label, roles.get(value, 0)) for value, label in Membership.Role.choices],
        "expired_before": timezone.now() - INVITATION_LASTS,
        "is_administrator": is_administrator(request.user),
    }
    return render(request, "accounts/desk/bodies.html", context)
