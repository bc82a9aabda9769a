"""Invitations, memberships and API tokens: one transaction each with its audit entry, mail after commit."""

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
    """The invitation has meanwhile been accepted or cancelled."""


class TooSoon(Exception):
    """The same message was sent less than a minute ago, as from a double click."""


def ensure_not_repeated(verb: str, on: audit.Subject) -> None:
    """Raises TooSoon when the audit log holds the same verb on the same subject within the last minute."""
    if audit.history(on.kind, on.code).filter(verb=verb, at__gt=timezone.now() - MINUTE).exists():
        raise TooSoon


@transaction.atomic
def invite_colleague(organisation: Organisation, *, by, email: str, name: str, role: str) -> Invitation:
    """Offer a role in a body to an address. No membership and no account exists until the person accepts.

    An open invitation to the same address is renewed: there is one at most.
    """
    plain = secrets.token_urlsafe(32)
    values = {
        "name": name,
        "role": role,
        "invited_by": by,
        "sent_at": timezone.now(),
        "is_delivered": True,
        "digest": digest_of(plain),
    }
    invitation, _is_new = Invitation.objects.update_or_create(
        organisation=organisation,
        email=email.strip().lower(),
        accepted_at=None,
        cancelled_at=None,
        defaults=values,
    )
    changes = {"role": role, "email": invitation.email}
    audit.record("invite", by=by, on=body_subject(organisation), changes=changes)
    transaction.on_commit(lambda: _send_offer(invitation, plain))
    return invitation


@transaction.atomic
def resend_offer(invitation: Invitation, *, by) -> Invitation:
    """Send an open invitation again with another link; its term begins anew.

    Raises AlreadyDecided when it is no longer open, TooSoon within a minute of the last message.
    """
    locked = Invitation.objects.select_for_update().open().filter(pk=invitation.pk)
    invitation = locked.select_related("organisation").first()
    if invitation is None:
        raise AlreadyDecided
    if invitation.sent_at > timezone.now() - MINUTE:
        raise TooSoon
    plain = secrets.token_urlsafe(32)
    invitation.sent_at, invitation.is_delivered = timezone.now(), True
    invitation.digest = digest_of(plain)
    invitation.save(update_fields=["sent_at", "is_delivered", "digest"])
    _record_offer("resend_invitation", invitation, by)
    transaction.on_commit(lambda: _send_offer(invitation, plain))
    return invitation


@transaction.atomic
def cancel_offer(invitation: Invitation, *, by) -> None:
    """Cancel an invitation: its link is answered with 410. Raises AlreadyDecided when it is not open."""
    if not Invitation.objects.open().filter(pk=invitation.pk).update(cancelled_at=timezone.now()):
        raise AlreadyDecided
    _record_offer("cancel_invitation", invitation, by)


def _record_offer(verb: str, invitation: Invitation, by) -> None:
    audit.record(verb, by=by, on=body_subject(invitation.organisation), changes={"email": invitation.email})


def open_invitation(plain: str) -> Invitation | None:
    """The invitation of a link's secret part while it may be accepted; None otherwise."""
    offers = Invitation.objects.open().select_related("organisation", "invited_by")
    found = offers.filter(digest=digest_of(plain)).first()
    return None if found is None or found.expires_at < timezone.now() else found


@transaction.atomic
def accept_invitation(invitation: Invitation) -> Membership:
    """Give the person the role they were offered, and an account when there is none.

    The link came by e-mail: whoever follows it has proved the address. Raises AlreadyDecided.
    """
    if not Invitation.objects.open().filter(pk=invitation.pk).update(accepted_at=timezone.now()):
        raise AlreadyDecided
    membership = join(invitation.email, invitation.name, invitation.organisation, invitation.role)
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
    """The account that signs in with an address, verified addresses first; None without one."""
    known = EmailAddress.objects.filter(email=email, verified=True).select_related("user").first()
    return known.user if known else User.objects.filter(email=email).first()


@transaction.atomic
def remove_colleague(membership: Membership, *, by) -> None:
    """Delete a membership; the account and its audit entries stay."""
    audit.record(
        "remove",
        by=by,
        on=body_subject(membership.organisation),
        person=membership.user,
        changes={"role": membership.role},
    )
    membership.delete()


class LastManager(Exception):
    """The only manager of a body cannot leave or change role: somebody has to be able to invite."""


@transaction.atomic
def leave(membership: Membership) -> None:
    """Delete one's own membership. Raises LastManager."""
    _ensure_a_manager_stays(membership)
    remove_colleague(membership, by=membership.user)


@transaction.atomic
def change_role(membership: Membership, *, by, role: str) -> None:
    """Give a colleague another role of a body. Raises LastManager."""
    if role == membership.role:
        return
    if membership.role == Membership.Role.MANAGER:
        _ensure_a_manager_stays(membership)
    changes = {"role": role, "before": membership.role}
    membership.role = role
    membership.save(update_fields=["role"])
    on = body_subject(membership.organisation)
    audit.record("change_role", by=by, on=on, person=membership.user, changes=changes)


def _ensure_a_manager_stays(membership: Membership) -> None:
    managers = Membership.objects.select_for_update().filter(
        organisation=membership.organisation_id, role=Membership.Role.MANAGER
    )
    others = managers.exclude(pk=membership.pk)
    if membership.role == Membership.Role.MANAGER and not others.exists():
        raise LastManager


@transaction.atomic
def create_token(organisation: Organisation, *, by, name: str, days: int = 365) -> tuple[ApiToken, str]:
    """A new API token of a body, valid for `days`, and its secret, of which only the digest is stored."""
    plain = f"osc_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        organisation=organisation,
        name=name,
        created_by=by,
        digest=digest_of(plain),
        expires_at=timezone.now() + timedelta(days=days),
    )
    audit.record("make_token", by=by, on=body_subject(organisation), changes={"name": name, "days": days})
    return token, plain


@transaction.atomic
def revoke_token(token: ApiToken, *, by) -> None:
    """Revoke a token; drafts sent with it stay. Nothing changes when it is revoked already."""
    valid = ApiToken.objects.valid().filter(pk=token.pk)
    if valid.update(revoked_at=timezone.now(), revoked_by=by):
        changes = {"name": token.name}
        audit.record("revoke_token", by=by, on=body_subject(token.organisation), changes=changes)


def join(email: str, name: str, organisation: Organisation, role: str) -> Membership:
    """The membership in a body of the account of a proved address, both created when missing.

    An existing membership keeps its role. Call it inside a transaction.
    """
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
    membership, _is_new = Membership.objects.get_or_create(
        user=user, organisation=organisation, defaults={"role": role}
    )
    return membership


def password_link(user: User) -> str:
    """The path, valid once and for days, of the page where a person without a password chooses one."""
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    uid, _dash, token = key.partition("-")
    with override("it"):
        return reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})


def send_invitation(membership: Membership, reason: str) -> bool:
    """Write to a new member: a one-use link to choose a password, or the sign-in page. Whether it was sent.

    `reason`: the first words of the message. Links are those of the Italian pages in any active language.
    """
    user = membership.user
    if user.has_usable_password():
        label = "Accedi con la tua password"
        with override("it"):
            path = reverse("account_login")
    else:
        label, path = "Scegli la tua password", password_link(user)
    return send(
        user.email,
        "Il tuo accesso all’Osservatorio Smart City",
        f"{reason}: ora puoi pubblicare i progetti di {membership.organisation.name}.\n\n"
        f"{label}:\n{settings.SITE_URL}{path}\n\n"
        f"Il tuo nome utente è {user.email}.\n",
    )


def _send_offer(invitation: Invitation, plain: str) -> None:
    """Send the invitation, `plain` being the secret part of its link; one that failed is marked so."""
    with override("it"):
        path = reverse("accounts:invitation", args=[plain])
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
