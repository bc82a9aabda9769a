"""Opening, inviting and closing: each in one transaction with its audit entry, mail after commit."""

import secrets
from datetime import timedelta

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from accounts.models import INVITATION_LASTS, ApiToken, Invitation, Membership, User, digest_of
from lib import audit
from lib.mail import send
from municipalities.actions import body_subject
from municipalities.models import Organisation

MINUTE = timedelta(minutes=1)


class AlreadyDecided(Exception):
    """Somebody decided the adhesion first."""


class TooSoon(Exception):
    """The same message left less than a minute ago, as from a double click."""


def _not_too_soon(verb: str, on: audit.Subject) -> None:
    if audit.history(on.kind, on.code).filter(verb=verb, at__gt=timezone.now() - MINUTE).exists():
        raise TooSoon


@transaction.atomic
def invite_colleague(organisation: Organisation, *, by, email: str, name: str, role: str) -> Invitation:
    """Offer a person a role in a body. Nothing is theirs, and nothing of theirs is shown, until they accept.

    An open invitation to the same address is renewed instead of doubled.
    """
    told = {"name": name, "role": role, "invited_by": by, "sent_at": timezone.now(), "is_delivered": True}
    invitation, _made = Invitation.objects.update_or_create(
        organisation=organisation,
        email=email.strip().lower(),
        accepted_at=None,
        cancelled_at=None,
        defaults=told,
    )
    changes = {"role": role, "email": invitation.email}
    audit.record("invite", by=by, on=body_subject(organisation), changes=changes)
    transaction.on_commit(lambda: _send_offer(invitation))
    return invitation


@transaction.atomic
def resend_offer(invitation: Invitation, *, by) -> Invitation:
    """Write again to who was invited; the link lasts from now."""
    fresh = Invitation.objects.select_for_update().filter(
        pk=invitation.pk, accepted_at=None, cancelled_at=None
    )
    invitation = fresh.select_related("organisation").first()
    if invitation is None:
        raise AlreadyDecided
    if invitation.sent_at > timezone.now() - MINUTE:
        raise TooSoon
    invitation.sent_at, invitation.is_delivered = timezone.now(), True
    invitation.save(update_fields=["sent_at", "is_delivered"])
    _record_offer("resend_invitation", invitation, by)
    transaction.on_commit(lambda: _send_offer(invitation))
    return invitation


@transaction.atomic
def cancel_offer(invitation: Invitation, *, by) -> None:
    """Take an invitation back: its link opens nothing any more."""
    open_one = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, cancelled_at=None)
    if not open_one.update(cancelled_at=timezone.now()):
        raise AlreadyDecided
    _record_offer("cancel_invitation", invitation, by)


def _record_offer(verb: str, invitation: Invitation, by) -> None:
    audit.record(verb, by=by, on=body_subject(invitation.organisation), changes={"email": invitation.email})


def open_invitation(token) -> Invitation | None:
    """The invitation a link speaks of, while it may be accepted."""
    found = Invitation.objects.select_related("organisation", "invited_by").filter(token=token).first()
    if found is None or found.accepted_at or found.cancelled_at or found.expires_at < timezone.now():
        return None
    return found


@transaction.atomic
def accept_invitation(invitation: Invitation) -> Membership:
    """Give the person the role they were offered, opening an account when there is none.

    The link came by e-mail: whoever follows it has proved the address.
    """
    open_one = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, cancelled_at=None)
    if not open_one.update(accepted_at=timezone.now()):
        raise AlreadyDecided
    membership = _join(invitation.email, invitation.name, invitation.organisation, invitation.role)
    if membership.role == Membership.Role.OFFICER != invitation.role:
        membership.role = invitation.role
        membership.save(update_fields=["role"])
    audit.record(
        "accept_invitation",
        by=membership.user,
        on=body_subject(invitation.organisation),
        person=membership.user,
        changes={"role": membership.role},
    )
    return membership


def account_of(email: str) -> User | None:
    """Who signs in with an address."""
    known = EmailAddress.objects.filter(email=email, verified=True).select_related("user").first()
    return known.user if known else User.objects.filter(email=email).first()


@transaction.atomic
def remove_colleague(membership: Membership, *, by) -> None:
    """End a person's role in a body; the account and what it did stay on record."""
    audit.record(
        "remove",
        by=by,
        on=body_subject(membership.organisation),
        person=membership.user,
        changes={"role": membership.role},
    )
    membership.delete()


@transaction.atomic
def make_token(organisation: Organisation, *, by, name: str) -> tuple[ApiToken, str]:
    """A token of the API for a body, and its secret: told here and never again."""
    plain = f"osc_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        organisation=organisation, name=name, created_by=by, digest=digest_of(plain)
    )
    audit.record("make_token", by=by, on=body_subject(organisation), changes={"name": name})
    return token, plain


@transaction.atomic
def revoke_token(token: ApiToken, *, by) -> None:
    """End a token; what it sent stays. A token already ended stays as it is."""
    valid = ApiToken.objects.valid().filter(pk=token.pk)
    if valid.update(revoked_at=timezone.now(), revoked_by=by):
        changes = {"name": token.name}
        audit.record("revoke_token", by=by, on=body_subject(token.organisation), changes=changes)


def _join(email: str, name: str, organisation: Organisation, role: str) -> Membership:
    """The account of an address, made when new, as a member of the body. An existing role is kept."""
    email = email.strip().lower()
    known = EmailAddress.objects.filter(email=email, verified=True).first()
    user = account_of(email) or User.objects.create_user(email, name=name)
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


def password_link(user: User) -> str:
    """The path of the page where a person without a password chooses one, once and within days."""
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    uid, _dash, token = key.partition("-")
    with override("it"):
        return reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})


def send_invitation(membership: Membership, reason: str) -> bool:
    """The message that opens the door: a one-use link to choose a password, or the sign-in page.

    Its links are those of the Italian pages, whatever language the sender reads. Whether it left.
    """
    user = membership.user
    if user.has_usable_password():
        words = "Accedi con la tua password"
        with override("it"):
            path = reverse("account_login")
    else:
        words, path = "Scegli la tua password", password_link(user)
    return send(
        user.email,
        "Il tuo accesso all’Osservatorio Smart City",
        f"{reason}: ora puoi pubblicare i progetti di {membership.organisation.name}.\n\n"
        f"{words}:\n{settings.SITE_URL}{path}\n\n"
        f"Il tuo nome utente è {user.email}.\n",
    )


def _send_offer(invitation: Invitation) -> None:
    with override("it"):
        path = reverse("accounts:invitation", args=[invitation.token])
        role = str(invitation.get_role_display())
    is_sent = send(
        invitation.email,
        f"Invito a lavorare per {invitation.organisation.name}",
        f"{invitation.invited_by} ti invita a pubblicare i progetti di {invitation.organisation.name} "
        f"sull’Osservatorio Smart City, come {role.lower()}.\n\n"
        f"Accetta l’invito entro {INVITATION_LASTS.days} giorni:\n{settings.SITE_URL}{path}\n\n"
        "Se non sai di che cosa si tratta, ignora questo messaggio: non succede nulla.\n",
    )
    if not is_sent:
        Invitation.objects.filter(pk=invitation.pk).update(is_delivered=False)
