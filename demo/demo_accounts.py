"""The accounts for trying the portal on a laptop. They have names of roles, not of persons."""

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.models import Membership, User
from municipalities.actions import body_of_municipality, open_body
from municipalities.models import Organisation
from municipalities.search import find_municipality

PASSWORD = "osservatorio-di-prova"
TORINO = "L219"
# address, name, role, rights in the Django admin
ACCOUNTS = (
    ("referente@example.org", "Referente di prova", Membership.Role.MANAGER, False),
    ("redazione@example.org", "Redazione di prova", Membership.Role.REVIEWER, False),
    ("admin@example.org", "Amministrazione di prova", Membership.Role.ADMINISTRATOR, True),
)


@transaction.atomic
def create_accounts() -> list[str]:
    """Create the three accounts, or reset their role and password; gives their addresses."""
    torino = body_of_municipality(find_municipality(TORINO))
    kind = Organisation.Kind.OBSERVATORY
    observatory = Organisation.objects.filter(kind=kind).order_by("pk").first()
    observatory = observatory or open_body(kind=kind, name="Osservatorio Smart City")
    for email, name, role, is_admin in ACCOUNTS:
        body = torino if role == Membership.Role.MANAGER else observatory
        _create_account(email, name, role, body, is_admin)
    return [email for email, *_rest in ACCOUNTS]


def _create_account(email: str, name: str, role: str, body: Organisation, is_admin: bool) -> None:
    flags = {"name": name, "is_active": True, "is_staff": is_admin, "is_superuser": is_admin}
    user, _is_new = User.objects.update_or_create(email=email, defaults=flags)
    if not user.check_password(PASSWORD):
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
    EmailAddress.objects.update_or_create(
        user=user, email=email, defaults={"verified": True, "primary": True}
    )
    Membership.objects.update_or_create(user=user, organisation=body, defaults={"role": role})
