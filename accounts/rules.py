"""Predicates on the roles of a person. Views, API and templates use these; nothing else reads roles."""

from functools import wraps

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied

from accounts.models import Membership

Role = Membership.Role
BODY_ROLES = {Role.OFFICER, Role.MANAGER}
STAFF_ROLES = {Role.REVIEWER, Role.ADMINISTRATOR}


def roles_of(user) -> dict[int, str]:
    """`{organisation id: role}` of a person, one query per request. Empty when not signed in or inactive."""
    if not (user and user.is_authenticated and user.is_active):
        return {}
    if not hasattr(user, "_roles"):
        rows = list(user.memberships.values_list("organisation_id", "role", "organisation__name"))
        user._roles = {organisation: role for organisation, role, _name in rows}
        user._organisation_names = sorted(name for _organisation, _role, name in rows)
    return user._roles


def organisation_names(user) -> str:
    """The names of the first two bodies of a person, for the header; empty without one."""
    return ", ".join(user._organisation_names[:2]) if roles_of(user) else ""


def organisations_of(user) -> set[int]:
    """Ids of the bodies for which the person may enter projects."""
    return {org for org, role in roles_of(user).items() if role in BODY_ROLES}


def is_officer(user, organisation_id: int | None = None) -> bool:
    """Officer of some body, or of the one named."""
    mine = organisations_of(user)
    return bool(mine) if organisation_id is None else organisation_id in mine


def is_manager(user, organisation_id: int) -> bool:
    """May invite and remove colleagues of the body."""
    return roles_of(user).get(organisation_id) == Role.MANAGER or is_administrator(user)


def is_reviewer(user) -> bool:
    """Staff of the observatory, who review projects and decide adhesions."""
    return bool(STAFF_ROLES & set(roles_of(user).values()))


def is_administrator(user) -> bool:
    """Staff who may do what managers of any body may."""
    return Role.ADMINISTRATOR in roles_of(user).values()


def staff_page(view):
    """Decorator of a view for staff: redirects to the sign-in page, 403 for anybody else signed in."""

    @login_required
    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not is_reviewer(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded
