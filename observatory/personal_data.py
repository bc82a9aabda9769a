"""What the portal knows about a person, how to hand it over, and how to erase it (GDPR art. 15, 17, 20).

Acts of an office are public and stay: erasure takes the name and the address off them (a pseudonym), and
deletes what served the person alone. DATA_MAP names every column that can hold personal data.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import models, transaction
from django.db.models import Q

from accounts.actions import LastManager, account_of
from accounts.models import Invitation, Membership, User
from accounts.records import subject_of
from cards.models import Record
from cities.models import CityProfile
from feedback.models import ErrorReport
from following.models import Follower
from lib import audit
from projects.models import Project
from protocols.models import Adhesion

ERASED_NAME = "Persona cancellata"
DELETED, EMPTIED, PSEUDONYM, STAYS = "si elimina", "si svuota", "prende uno pseudonimo", "resta"


@dataclass(frozen=True)
class Column:
    """Personal data of one table: whose, what for, how long, what erasure does."""

    model: type[models.Model]
    fields: tuple[str, ...]
    purpose: str
    kept: str
    on_erasure: str


DATA_MAP = (
    Column(User, ("email", "name"), "account di chi lavora per un ente", "finché lavora", PSEUDONYM),
    Column(EmailAddress, ("email",), "accesso e posta", "finché c’è l’account", DELETED),
    Column(EmailConfirmation, (), "conferma di un indirizzo", "tre giorni", DELETED),
    Column(Membership, (), "ruolo in un ente", "finché lavora", DELETED),
    Column(Authenticator, ("data",), "secondo fattore, cifrato", "finché è attivo", DELETED),
    Column(SocialAccount, ("uid",), "identità digitale collegata", "finché è collegata", DELETED),
    Column(UserSession, ("ip", "user_agent"), "sessioni aperte", "12 ore", DELETED),
    Column(Invitation, ("email", "name"), "invito a un collega", "finché lavora", DELETED),
    Column(Adhesion, ("email", "officer_name"), "adesione di un ente", "come atto dell’ente", PSEUDONYM),
    Column(Follower, ("email",), "aggiornamenti per e-mail", "finché si segue", DELETED),
    Column(ErrorReport, ("email",), "risposta a una segnalazione", "fino alla risposta", EMPTIED),
    Column(audit.Entry, ("changes", "title", "address"), "registro", "rete: 30 giorni", PSEUDONYM),
    Column(Project, ("contact_email",), "recapito pubblico dell’ufficio", "come atto dell’ente", STAYS),
    Column(Record, ("notify_email",), "recapito dell’ufficio", "come atto dell’ente", STAYS),
    Column(CityProfile, ("email",), "recapito pubblico dell’ufficio", "come atto dell’ente", STAYS),
)


class UnknownPerson(Exception):
    """Nothing in the portal belongs to this address."""


def export_of(email: str) -> dict:
    """Everything that belongs to an address, as JSON types: `{"email", "tables": {name: [row]}}`.

    Raises UnknownPerson.
    """
    email = email.strip().lower()
    user = account_of(email)
    tables: dict[str, list[dict]] = {}
    for rows in _rows_of(email, user):
        if found := [_row(one) for one in rows.order_by("pk")]:
            tables[rows.model._meta.label] = found
    if not tables:
        raise UnknownPerson(email)
    return {"email": email, "tables": tables}


def _rows_of(email: str, user: User | None) -> Iterator[models.QuerySet]:
    if user:
        yield User.objects.filter(pk=user.pk)
        for model in (EmailAddress, Membership, Authenticator, SocialAccount, UserSession):
            yield model._default_manager.filter(user=user)
        yield audit.Entry.objects.filter(Q(by=user) | Q(person=user))
    for model in (Invitation, Follower, Adhesion, ErrorReport):
        yield model._default_manager.filter(email=email)


def _row(one: models.Model) -> dict:
    hidden = {"password", "data", "digest", "token", "key"}
    return {
        field.name: field.value_to_string(one)
        for field in one._meta.concrete_fields
        if field.name not in hidden
    }


@transaction.atomic
def erase(email: str, *, by: User | None) -> dict[str, int]:
    """Erase a person: `{label of a model: rows}`. Acts of offices stay under a pseudonym.

    Raises UnknownPerson, and LastManager while the person is the only manager of a body.
    """
    email = email.strip().lower()
    user = account_of(email)
    if user:
        _ensure_managers_stay(user)
    done = {
        "Invitation": Invitation.objects.filter(email=email).delete()[0],
        "Follower": Follower.objects.filter(email=email).delete()[0],
        "ErrorReport": ErrorReport.objects.filter(email=email).update(email=""),
        "Adhesion": Adhesion.objects.filter(email=email).update(
            officer_name=ERASED_NAME, email="cancellata@example.invalid"
        ),
    }
    names = {email}
    if user:
        names |= {
            user.email,
            user.name,
            *EmailAddress.objects.filter(user=user).values_list("email", flat=True),
        }
        keys = UserSession.objects.filter(user=user).values_list("session_key", flat=True)
        done["Session"] = Session.objects.filter(session_key__in=list(keys)).delete()[0]
        for model in (EmailAddress, Membership, Authenticator, SocialAccount, UserSession):
            done[model.__name__] = model._default_manager.filter(user=user).delete()[0]
        user.email, user.name = f"cancellata-{user.pk}@example.invalid", ERASED_NAME
        user.is_active = user.is_staff = user.is_superuser = False
        user.set_unusable_password()
        user.save()
        done["User"] = 1
    done["Entry"] = audit.replace_names({name for name in names if name}, ERASED_NAME)
    if not any(done.values()):
        raise UnknownPerson(email)
    if user:
        audit.record("erase_person", by=by, on=subject_of(user))
    return {label: count for label, count in done.items() if count}


def _ensure_managers_stay(user: User) -> None:
    for membership in Membership.objects.filter(user=user, role=Membership.Role.MANAGER):
        same = Membership.objects.filter(organisation=membership.organisation_id)
        if same.exclude(user=user).exists() and not (
            same.filter(role=Membership.Role.MANAGER).exclude(user=user).exists()
        ):
            raise LastManager(str(membership.organisation))
