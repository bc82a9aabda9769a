"""The workflow of a working copy as a table: states, transitions with their side, deadlines of each side.

Who is on which side belongs to rules, what a transition does to actions.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lib.deadlines import Rule, Unit
from lib.workflow import Guard, State, Transition, Workflow


class Status(models.TextChoices):
    """The state of the working copy; whether there is a public card is independent of it."""

    DRAFT = "draft", _("Bozza")
    SUBMITTED = "submitted", _("Inviata")
    IN_REVIEW = "in_review", _("In revisione")
    CHANGES_REQUESTED = "changes_requested", _("Integrazioni richieste")
    PUBLISHED = "published", _("Pubblicata")
    ARCHIVED = "archived", _("Archiviata")


class Verb(models.TextChoices):
    """The transitions of the workflow, as the audit log and the buttons name them."""

    SUBMIT = "submit", _("Invia alla redazione")
    RECALL = "recall", _("Riprendi la bozza")
    TAKE = "take", _("Prendi in carico")
    RELEASE = "release", _("Rilascia")
    REQUEST_CHANGES = "request_changes", _("Chiedi integrazioni")
    PUBLISH = "publish", _("Pubblica")
    REVISE = "revise", _("Modifica la scheda")
    ARCHIVE = "archive", _("Non pubblicare")


EDITABLE = {Status.DRAFT, Status.CHANGES_REQUESTED}
# The sides: the body that owns the project, and the reviewers.
OFFICE, DESK = "office", "desk"
# The desk decides on a submission within ANSWER, an office meets a request for changes within COMPLETION.
ANSWER = Rule(settings.ANSWER_WORKING_DAYS, Unit.WORKING_DAYS)
COMPLETION = Rule(30, Unit.DAYS)

NOT_DELETED = Guard(("deleted_at",), lambda project: project.deleted_at is None, _("La scheda è nel cestino"))


def _transition(verb: Verb, sources: set[Status], target: Status, side: str, *guards: Guard) -> Transition:
    return Transition(verb, verb.label, frozenset(sources), target, frozenset({side}), guards)


PROJECT = Workflow(
    kind="project",
    field="status",
    start=Status.DRAFT,
    states=[State(status, status.label, status.label) for status in Status],
    transitions=[
        _transition(
            Verb.SUBMIT, {Status.DRAFT, Status.CHANGES_REQUESTED}, Status.SUBMITTED, OFFICE, NOT_DELETED
        ),
        _transition(Verb.RECALL, {Status.SUBMITTED}, Status.DRAFT, OFFICE),
        _transition(Verb.TAKE, {Status.SUBMITTED}, Status.IN_REVIEW, DESK),
        _transition(Verb.RELEASE, {Status.IN_REVIEW}, Status.SUBMITTED, DESK),
        _transition(Verb.REQUEST_CHANGES, {Status.IN_REVIEW}, Status.CHANGES_REQUESTED, DESK),
        _transition(Verb.PUBLISH, {Status.IN_REVIEW}, Status.PUBLISHED, DESK),
        _transition(Verb.REVISE, {Status.PUBLISHED, Status.ARCHIVED}, Status.DRAFT, OFFICE),
        _transition(Verb.ARCHIVE, {Status.IN_REVIEW}, Status.ARCHIVED, DESK),
    ],
    waits={
        Status.SUBMITTED: (DESK, ANSWER),
        Status.IN_REVIEW: (DESK, ANSWER),
        Status.CHANGES_REQUESTED: (OFFICE, COMPLETION),
    },
)
