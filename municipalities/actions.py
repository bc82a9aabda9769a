"""What changes bodies and adhesions. Deciding an adhesion opens an account: that is in accounts.actions."""

from uuid import uuid4

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from lib.audit import Subject
from municipalities.mail import send
from municipalities.models import Adhesion, ContentVersion, Organisation, Territory

CONFIRM_SALT = "adhesion-confirm"
CONFIRM_DAYS = 7


def bump_content_version() -> None:
    """Public pages say something else from this commit on: no response cached before it is served again.

    For everything shown beside the cards (adhesions, protocols, places, assessments, adoptions): call it
    last in the transaction that writes. Cards do not need it, their index has a version of its own.
    """
    ContentVersion.objects.get_or_create(pk=1)
    ContentVersion.objects.filter(pk=1).update(number=F("number") + 1, token=uuid4().hex)


def body_subject(organisation: Organisation) -> Subject:
    """An organisation as the subject of an entry of the audit log."""
    return Subject("organisation", organisation.slug, organisation.name, organisation.slug)


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
    link = settings.SITE_URL + reverse("municipalities:adhesion-confirm", args=[confirmation_token(adhesion)])
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


def body_of_municipality(territory: Territory) -> Organisation:
    """The municipality as a body, made on first need."""
    existing = Organisation.objects.of_municipality(territory).first()
    return existing or open_body(
        kind=Organisation.Kind.MUNICIPALITY,
        name=f"Comune di {territory.name}",
        territory=territory,
        ipa_code=territory.ipa_code,
    )


def open_body(*, kind: str, name: str, territory: Territory | None = None, **fields) -> Organisation:
    """A new body with a slug nobody else has."""
    base = slugify(name)[:100] or kind
    if kind == Organisation.Kind.MUNICIPALITY and territory:
        base = f"comune-di-{territory.slug}"[:110]
    for attempt in range(1, 100):
        slug = base if attempt == 1 else f"{base}-{attempt}"
        if Organisation.objects.filter(slug=slug).exists():
            continue
        return Organisation.objects.create(kind=kind, name=name, territory=territory, slug=slug, **fields)
    raise ValueError(f"too many bodies called {name}")
