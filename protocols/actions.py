from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.actions import AlreadyDecided, _join, _not_too_soon, send_invitation
from accounts.models import Membership
from lib import audit
from lib.audit import Subject
from lib.content_version import bump_content_version
from lib.mail import send
from municipalities.actions import body_of_municipality, open_body
from municipalities.models import Organisation
from protocols.models import Adhesion, Protocol


class AlreadyJoined(Exception):
    """The body has joined this protocol by another request: `args[0]` is the adhesion."""


@transaction.atomic
def accept_adhesion(adhesion: Adhesion, *, by) -> Membership:
    """Accept a request and open the account of its first officer, who manages the body's colleagues."""
    # Two requests of one body are decided in turn.
    Protocol.objects.select_for_update().get(pk=adhesion.protocol_id)
    adhesion = _lock_waiting(adhesion)
    organisation = _body_of(adhesion)
    joined = Adhesion.objects.filter(
        protocol=adhesion.protocol_id, organisation=organisation, status=Adhesion.Status.ACCEPTED
    )
    if twin := joined.first():
        raise AlreadyJoined(twin)
    adhesion.status, adhesion.organisation = Adhesion.Status.ACCEPTED, organisation
    adhesion.decided_at, adhesion.decided_by = timezone.now(), by
    adhesion.save(update_fields=["status", "organisation", "decided_at", "decided_by"])
    membership = _join(adhesion.email, adhesion.officer_name, organisation, Membership.Role.MANAGER)
    audit.record("accept_adhesion", by=by, on=adhesion_subject(adhesion), person=membership.user)
    transaction.on_commit(lambda: _send_access(membership, adhesion))
    bump_content_version()
    return membership


@transaction.atomic
def resend_access(adhesion: Adhesion, *, by) -> Membership:
    """Write again to the officer of an accepted adhesion, as when the message was lost or its link is old."""
    email = EmailAddress.objects.filter(email=adhesion.email.strip().lower()).first()
    person = {"user": email.user} if email else {"user__email": adhesion.email.strip().lower()}
    membership = Membership.objects.select_related("user", "organisation").get(
        organisation=adhesion.organisation, **person
    )
    _not_too_soon("resend_invitation", adhesion_subject(adhesion))
    audit.record("resend_invitation", by=by, on=adhesion_subject(adhesion), person=membership.user)
    transaction.on_commit(lambda: _send_access(membership, adhesion))
    return membership


def _send_access(membership: Membership, adhesion: Adhesion) -> None:
    """The message, and a line in the register when it could not leave."""
    if not send_invitation(membership, adhesion.protocol.title):
        audit.record("mail_failed", by=None, on=adhesion_subject(adhesion), person=membership.user)


@transaction.atomic
def decline_adhesion(adhesion: Adhesion, *, by, reason: str) -> Adhesion:
    """Decline a request with the reason, which its address receives."""
    adhesion = _lock_waiting(adhesion)
    adhesion.status, adhesion.reason = Adhesion.Status.DECLINED, reason
    adhesion.decided_at, adhesion.decided_by = timezone.now(), by
    adhesion.save(update_fields=["status", "reason", "decided_at", "decided_by"])
    audit.record("decline_adhesion", by=by, on=adhesion_subject(adhesion), changes={"reason": reason})
    transaction.on_commit(lambda: _send_decline(adhesion))
    return adhesion


def _lock_waiting(adhesion: Adhesion) -> Adhesion:
    locked = Adhesion.objects.select_for_update(of=("self",)).filter(pk=adhesion.pk)
    locked = locked.select_related("protocol", "municipality", "organisation")
    found = locked.filter(status=Adhesion.Status.RECEIVED).first()
    if found is None:
        raise AlreadyDecided
    return found


def _body_of(adhesion: Adhesion) -> Organisation:
    if adhesion.kind == Organisation.Kind.MUNICIPALITY:
        return body_of_municipality(adhesion.municipality)
    same = Organisation.objects.filter(kind=adhesion.kind, name__iexact=adhesion.body_name).first()
    return same or open_body(kind=adhesion.kind, name=adhesion.body_name, territory=adhesion.municipality)


def _send_decline(adhesion: Adhesion) -> None:
    send(
        adhesion.email,
        "La tua richiesta di adesione",
        f"La redazione non ha accolto la richiesta di {adhesion.applicant_name} "
        f"per «{adhesion.protocol}».\n\n"
        f"Motivo: {adhesion.reason}\n",
    )


CONFIRM_SALT = "adhesion-confirm"
CONFIRM_DAYS = 7


def adhesion_subject(adhesion: Adhesion) -> Subject:
    """An adhesion as the subject of an entry of the audit log: the organisation once there is one."""
    body = adhesion.organisation
    title, slug = (body.name, body.slug) if body else (adhesion.applicant_name, "")
    return Subject("adhesion", str(adhesion.pk), title, slug)


@transaction.atomic
def request_adhesion(adhesion: Adhesion) -> Adhesion:
    """Store a request and write to its address. The same nonce twice gives the request already stored."""
    if existing := Adhesion.objects.filter(nonce=adhesion.nonce).first():
        if existing.status == Adhesion.Status.UNCONFIRMED and existing.email != adhesion.email:
            # Back, and a mended address: the message must reach it.
            existing.email = adhesion.email
            existing.save(update_fields=["email"])
            transaction.on_commit(lambda: send_confirmation(existing))
        return existing
    try:
        with transaction.atomic():
            adhesion.save()
    except IntegrityError:
        return Adhesion.objects.get(nonce=adhesion.nonce)
    transaction.on_commit(lambda: send_confirmation(adhesion))
    return adhesion


def send_confirmation(adhesion: Adhesion) -> None:
    """The message with the link that proves the address."""
    link = settings.SITE_URL + reverse("protocols:adhesion-confirm", args=[confirmation_token(adhesion)])
    send(
        adhesion.email,
        "Conferma la richiesta di adesione",
        f"Hai chiesto di aderire a «{adhesion.protocol}» per {adhesion.applicant_name}.\n\n"
        f"Conferma l’indirizzo entro {CONFIRM_DAYS} giorni:\n{link}\n\n"
        "Se non sei stato tu, ignora questo messaggio.\n",
    )


def confirmation_token(adhesion: Adhesion) -> str:
    return signing.dumps([adhesion.pk, adhesion.email], salt=CONFIRM_SALT)


def adhesion_of_token(token: str) -> Adhesion | None:
    """The request a link speaks of; None when the link is forged, altered or out of date."""
    try:
        pk, email = signing.loads(token, salt=CONFIRM_SALT, max_age=CONFIRM_DAYS * 86400)
    except signing.BadSignature:
        return None
    return Adhesion.objects.select_related("protocol", "municipality").filter(pk=pk, email=email).first()


def confirm_adhesion(adhesion: Adhesion) -> bool:
    """Mark the address as proved; False when it was already. Staff sees the request from now on."""
    waiting = Adhesion.objects.filter(pk=adhesion.pk, status=Adhesion.Status.UNCONFIRMED)
    return bool(waiting.update(status=Adhesion.Status.RECEIVED, confirmed_at=timezone.now()))
