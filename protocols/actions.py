"""What applicants and staff do with adhesions: one transaction each, with its audit entry, mail after commit.

A decision on a request that is not waiting for one raises lib.workflow.WrongMove: of two people one decides.
"""

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.actions import ensure_not_repeated, join, send_invitation
from accounts.models import Membership
from lib import audit
from lib.audit import Subject
from lib.content_version import bump_content_version
from lib.mail import send
from lib.workflow import WrongMove
from municipalities.actions import body_of_municipality, open_body
from municipalities.models import Organisation
from protocols.models import Adhesion, Protocol
from protocols.workflow import ADHESION, DESK, Status, Verb

CONFIRM_SALT = "adhesion-confirm"
CONFIRM_DAYS = 7


class AlreadyJoined(Exception):
    """The body has joined this protocol by another request: `args[0]` is the adhesion."""


def adhesion_subject(adhesion: Adhesion) -> Subject:
    """An adhesion as the subject of an entry of the audit log: the organisation once there is one."""
    body = adhesion.organisation
    title, slug = (body.name, body.slug) if body else (adhesion.applicant_name, "")
    return Subject("adhesion", str(adhesion.pk), title, slug)


@transaction.atomic
def request_adhesion(adhesion: Adhesion) -> Adhesion:
    """Store a new request and write to its address; gives the stored one.

    The same idempotency key twice, as from a double click, gives the stored request. When the address was
    corrected before it was confirmed, it is changed and written to.
    """
    if existing := Adhesion.objects.filter(idempotency_key=adhesion.idempotency_key).first():
        if existing.status == Status.UNCONFIRMED and existing.email != adhesion.email:
            existing.email = adhesion.email
            existing.save(update_fields=["email"])
            transaction.on_commit(lambda: send_confirmation(existing))
        return existing
    try:
        with transaction.atomic():
            adhesion.save()
    except IntegrityError:
        return Adhesion.objects.get(idempotency_key=adhesion.idempotency_key)
    transaction.on_commit(lambda: send_confirmation(adhesion))
    return adhesion


def confirmation_token(adhesion: Adhesion) -> str:
    """A signed token that names the request and its address of now."""
    return signing.dumps([adhesion.pk, adhesion.email], salt=CONFIRM_SALT)


def adhesion_of_token(token: str) -> Adhesion | None:
    """The request that a confirmation token names; None when it is forged, expired or of an old address."""
    try:
        pk, email = signing.loads(token, salt=CONFIRM_SALT, max_age=CONFIRM_DAYS * 86400)
    except signing.BadSignature:
        return None
    return Adhesion.objects.select_related("protocol", "municipality").filter(pk=pk, email=email).first()


def confirm_adhesion(adhesion: Adhesion) -> bool:
    """Record that the address is proved; False when it was already. Staff sees the request from now on."""
    try:
        ADHESION.apply(adhesion, Verb.CONFIRM, values={"confirmed_at": timezone.now()})
    except WrongMove:
        return False
    return True


@transaction.atomic
def accept_adhesion(adhesion: Adhesion, *, by) -> Membership:
    """Accept a request and open the account of its first officer, who manages the body's colleagues.

    Raises WrongMove when it is not waiting for a decision, AlreadyJoined when its body has joined already.
    """
    # Two requests of one body are decided one after the other.
    Protocol.objects.select_for_update().get(pk=adhesion.protocol_id)
    adhesion.refresh_from_db(fields=["status"])
    if not ADHESION.allows(Verb.ACCEPT, adhesion.status, {DESK}):
        raise WrongMove(Verb.ACCEPT)
    organisation = _body_of(adhesion)
    joined = Adhesion.objects.accepted().filter(protocol=adhesion.protocol_id, organisation=organisation)
    if twin := joined.first():
        raise AlreadyJoined(twin)
    decision = {"organisation": organisation, "decided_at": timezone.now(), "decided_by": by}
    ADHESION.apply(adhesion, Verb.ACCEPT, values=decision)
    membership = join(adhesion.email, adhesion.officer_name, organisation, Membership.Role.MANAGER)
    audit.record(Verb.ACCEPT, by=by, on=adhesion_subject(adhesion), person=membership.user)
    transaction.on_commit(lambda: _send_access(membership, adhesion))
    bump_content_version()
    return membership


@transaction.atomic
def decline_adhesion(adhesion: Adhesion, *, by, reason: str) -> Adhesion:
    """Decline a request with a reason, which is sent to its address. Raises WrongMove as accept_adhesion."""
    decision = {"reason": reason, "decided_at": timezone.now(), "decided_by": by}
    ADHESION.apply(adhesion, Verb.DECLINE, values=decision)
    audit.record(Verb.DECLINE, by=by, on=adhesion_subject(adhesion), changes={"reason": reason})
    transaction.on_commit(lambda: _send_decline(adhesion))
    return adhesion


@transaction.atomic
def resend_access(adhesion: Adhesion, *, by) -> Membership:
    """Send the access message of an accepted adhesion again, for one that was lost or whose link expired.

    Raises Membership.DoesNotExist when the officer no longer works for the body, TooSoon within a minute.
    """
    email = EmailAddress.objects.filter(email=adhesion.email.strip().lower()).first()
    person = {"user": email.user} if email else {"user__email": adhesion.email.strip().lower()}
    membership = Membership.objects.select_related("user", "organisation").get(
        organisation=adhesion.organisation, **person
    )
    ensure_not_repeated("resend_invitation", adhesion_subject(adhesion))
    audit.record("resend_invitation", by=by, on=adhesion_subject(adhesion), person=membership.user)
    transaction.on_commit(lambda: _send_access(membership, adhesion))
    return membership


def _body_of(adhesion: Adhesion) -> Organisation:
    """The organisation that applied, created when it is the first request of its kind and name."""
    if adhesion.kind == Organisation.Kind.MUNICIPALITY:
        return body_of_municipality(adhesion.municipality)
    same = Organisation.objects.filter(kind=adhesion.kind, name__iexact=adhesion.body_name).first()
    return same or open_body(kind=adhesion.kind, name=adhesion.body_name, territory=adhesion.municipality)


def send_confirmation(adhesion: Adhesion) -> None:
    """Send the message with the link that proves the address."""
    link = settings.SITE_URL + reverse("protocols:adhesion-confirm", args=[confirmation_token(adhesion)])
    send(
        adhesion.email,
        "Conferma la richiesta di adesione",
        f"Hai chiesto di aderire a «{adhesion.protocol}» per {adhesion.applicant_name}.\n\n"
        f"Conferma l’indirizzo entro {CONFIRM_DAYS} giorni:\n{link}\n\n"
        "Se non sei stato tu, ignora questo messaggio.\n",
    )


def _send_access(membership: Membership, adhesion: Adhesion) -> None:
    """Send the officer the way to sign in; an audit entry records a message that could not be sent."""
    if not send_invitation(membership, adhesion.protocol.title):
        audit.record("mail_failed", by=None, on=adhesion_subject(adhesion), person=membership.user)


def _send_decline(adhesion: Adhesion) -> None:
    send(
        adhesion.email,
        "La tua richiesta di adesione",
        f"La redazione non ha accolto la richiesta di {adhesion.applicant_name} "
        f"per «{adhesion.protocol}».\n\n"
        f"Motivo: {adhesion.reason}\n",
    )
