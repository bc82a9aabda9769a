"""The life of a request to join a protocol as a table: its states, its transitions and whose they are.

Who somebody is belongs to accounts.rules, what a transition does to protocols.actions.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lib.workflow import State, Transition, Workflow


class Status(models.TextChoices):
    """The states of an adhesion, with their labels for staff and applicants."""

    UNCONFIRMED = "unconfirmed", _("In attesa di conferma dell’indirizzo")
    RECEIVED = "received", _("Da esaminare")
    ACCEPTED = "accepted", _("Accolta")
    DECLINED = "declined", _("Non accolta")


class Verb(models.TextChoices):
    """The transitions; the decisions are recorded in the audit log under these verbs."""

    CONFIRM = "confirm", _("Conferma l’indirizzo")
    ACCEPT = "accept_adhesion", _("Accogli l’adesione")
    DECLINE = "decline_adhesion", _("Non accogliere")


DECIDED = (Status.ACCEPTED, Status.DECLINED)
# Who sent the request, and the editors.
APPLICANT, DESK = "applicant", "desk"


def _transition(verb: Verb, source: Status, target: Status, side: str, *, needs_note=False) -> Transition:
    return Transition(verb, verb.label, frozenset({source}), target, frozenset({side}), needs_note=needs_note)


ADHESION = Workflow(
    kind="adhesion",
    field="status",
    start=Status.UNCONFIRMED,
    states=[State(status, status.label, status.label, is_end=status in DECIDED) for status in Status],
    transitions=[
        _transition(Verb.CONFIRM, Status.UNCONFIRMED, Status.RECEIVED, APPLICANT),
        _transition(Verb.ACCEPT, Status.RECEIVED, Status.ACCEPTED, DESK),
        _transition(Verb.DECLINE, Status.RECEIVED, Status.DECLINED, DESK, needs_note=True),
    ],
)
