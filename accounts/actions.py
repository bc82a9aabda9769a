"""Opening, inviting and closing: each in one transaction with its event, mail after commit."""

import secrets

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from accounts.models import ApiToken, Event, Membership, User, digest_of
from municipalities.actions import body_of_municipality, open_body, touch
from municipalities.mail import send
from municipalities.models import Adhesion, Organisation


class AlreadyDecided(Exception):
    """Somebody decided the adhesion first."""


@transaction.atomic
def accept_adhesion(adhesion: Adhesion, *, by) -> Membership:
    """Accept a request and open the account of its first officer, who manages the body's colleagues."""
    adhesion = _lock_waiting(adhesion)
    organisation = _body_of(adhesion)
    adhesion.status, adhesion.organisation = Adhesion.Status.ACCEPTED, organisation
    adhesion.decided_at, adhesion.decided_by = timezone.now(), by
    adhesion.save(update_fields=["status", "organisation", "decided_at", "decided_by"])
    membership = _join(adhesion.email, adhesion.officer_name, organisation, Membership.Role.MANAGER)
    Event.objects.create(
        verb="accept_adhesion", by=by, adhesion=adhesion, organisation=organisation, person=membership.user
    )
    transaction.on_commit(lambda: send_invitation(membership, adhesion.protocol.title))
    touch()
    return membership


@transaction.atomic
def decline_adhesion(adhesion: Adhesion, *, by, reason: str) -> Adhesion:
    """Decline a request with the reason, which its address receives."""
    adhesion = _lock_waiting(adhesion)
    adhesion.status, adhesion.reason = Adhesion.Status.DECLINED, reason
    adhesion.decided_at, adhesion.decided_by = timezone.now(), by
    adhesion.save(update_fields=["status", "reason", "decided_at", "decided_by"])
    Event.objects.create(verb="decline_adhesion", by=by, adhesion=adhesion, detail={"reason": reason})
    transaction.on_commit(lambda: _send_decline(adhesion))
    return adhesion


@transaction.atomic
def invite_colleague(organisation: Organisation, *, by, email: str, name: str, role: str) -> Membership:
    """Give a person a role in a body, opening an account when there is none."""
    membership = _join(email, name, organisation, role)
    Event.objects.create(
        verb="invite", by=by, organisation=organisation, person=membership.user, detail={"role": role}
    )
    transaction.on_commit(lambda: send_invitation(membership, organisation.name))
    return membership


@transaction.atomic
def remove_colleague(membership: Membership, *, by) -> None:
    """End a person's role in a body; the account and what it did stay on record."""
    Event.objects.create(
        verb="remove",
        by=by,
        organisation=membership.organisation,
        person=membership.user,
        detail={"role": membership.role},
    )
    membership.delete()


@transaction.atomic
def make_token(organisation: Organisation, *, by, name: str) -> tuple[ApiToken, str]:
    """A token of the API for a body, and its secret: told here and never again."""
    plain = f"osc_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        organisation=organisation, name=name, created_by=by, digest=digest_of(plain)
    )
    Event.objects.create(verb="make_token", by=by, organisation=organisation, detail={"name": name})
    return token, plain


@transaction.atomic
def revoke_token(token: ApiToken, *, by) -> None:
    """End a token; what it sent stays. A token already ended stays as it is."""
    valid = ApiToken.objects.valid().filter(pk=token.pk)
    if valid.update(revoked_at=timezone.now(), revoked_by=by):
        detail = {"name": token.name}
        Event.objects.create(verb="revoke_token", by=by, organisation=token.organisation, detail=detail)


def _lock_waiting(adhesion: Adhesion) -> Adhesion:
    locked = Adhesion.objects.select_for_update().select_related("protocol").filter(pk=adhesion.pk)
    found = locked.filter(status=Adhesion.Status.RECEIVED).first()
    if found is None:
        raise AlreadyDecided
    return found


def _body_of(adhesion: Adhesion) -> Organisation:
    if adhesion.kind == Organisation.Kind.MUNICIPALITY:
        return body_of_municipality(adhesion.municipality)
    same = Organisation.objects.filter(kind=adhesion.kind, name__iexact=adhesion.body_name).first()
    return same or open_body(kind=adhesion.kind, name=adhesion.body_name, territory=adhesion.municipality)


def _join(email: str, name: str, organisation: Organisation, role: str) -> Membership:
    """The account of an address, made when new, as a member of the body. An existing role is kept."""
    email = email.strip().lower()
    known = EmailAddress.objects.filter(email=email, verified=True).select_related("user").first()
    user = known.user if known else User.objects.filter(email=email).first()
    user = user or User.objects.create_user(email, name=name)
    if known is None:
        first = not EmailAddress.objects.filter(user=user, primary=True).exists()
        EmailAddress.objects.update_or_create(
            user=user,
            email=email,
            defaults={"verified": True},
            create_defaults={"verified": True, "primary": first},
        )
    membership, _made = Membership.objects.get_or_create(
        user=user, organisation=organisation, defaults={"role": role}
    )
    return membership


def send_invitation(membership: Membership, reason: str) -> None:
    """The message that opens the door: a one-use link to choose a password, or the sign-in page.

    Its links are those of the Italian pages, whatever language the sender reads.
    """
    user = membership.user
    if user.has_usable_password():
        name, arguments = "account_login", {}
        words = "Accedi con la tua password"
    else:
        key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
        uid, _dash, token = key.partition("-")
        name, arguments = "account_reset_password_from_key", {"uidb36": uid, "key": token}
        words = "Scegli la tua password"
    with override("it"):
        path = reverse(name, kwargs=arguments)
    send(
        user.email,
        "Il tuo accesso all’Osservatorio Smart City",
        f"{reason}: ora puoi pubblicare i progetti di {membership.organisation.name}.\n\n"
        f"{words}:\n{settings.SITE_URL}{path}\n\n"
        f"Il tuo nome utente è {user.email}.\n",
    )


def _send_decline(adhesion: Adhesion) -> None:
    send(
        adhesion.email,
        "La tua richiesta di adesione",
        f"La redazione non ha accolto la richiesta di {adhesion.applicant_name} "
        f"per «{adhesion.protocol}».\n\n"
        f"Motivo: {adhesion.reason}\n",
    )
