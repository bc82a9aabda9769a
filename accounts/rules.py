"""Who belongs where. Every right of the product is a question answered here or in projects.rules.

Views, API and buttons ask these functions; nothing else looks at roles.
"""

from functools import wraps

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied

from accounts.models import Membership

Role = Membership.Role
BODY_ROLES = {Role.OFFICER, Role.MANAGER}
STAFF_ROLES = {Role.REVIEWER, Role.ADMINISTRATOR}


def roles_of(user) -> dict[int, str]:
    """`{organisation id: role}` of a person, read once per request. Empty when not signed in or disabled."""
    if not (user and user.is_authenticated and user.is_active):
        return {}
    if not hasattr(user, "_roles"):
        rows = list(user.memberships.values_list("organisation_id", "role", "organisation__name"))
        user._roles = {organisation: role for organisation, role, _name in rows}
        user._bodies = sorted(name for _organisation, _role, name in rows)
    return user._roles


def bodies_in_words(user) -> str:
    """The bodies of a person, as the header names them; empty without one."""
    return ", ".join(user._bodies[:2]) if roles_of(user) else ""


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
    """Observatory staff: reviews projects, decides adhesions."""
    return bool(STAFF_ROLES & set(roles_of(user).values()))


def is_administrator(user) -> bool:
    return Role.ADMINISTRATOR in roles_of(user).values()


can_decide_adhesion = is_reviewer


def staff_page(view):
    """A page for the desk alone: others sign in, or are told that they may not."""

    @login_required
    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not is_reviewer(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded
