"""The life of a working copy as a table: its states, whose the transitions are, who is waited for.

Who somebody is belongs to rules, what a transition does to actions.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lib.deadlines import Rule, Unit
from lib.workflow import Guard, State, Transition, Workflow


class Status(models.TextChoices):
    """Where the working copy stands. Whether a public card exists is another question."""

    DRAFT = "draft", _("Bozza")
    SUBMITTED = "submitted", _("Inviata")
    IN_REVIEW = "in_review", _("In revisione")
    CHANGES_REQUESTED = "changes_requested", _("Integrazioni richieste")
    PUBLISHED = "published", _("Pubblicata")
    ARCHIVED = "archived", _("Archiviata")


class Move(models.TextChoices):
    SUBMIT = "submit", _("Invia alla redazione")
    RECALL = "recall", _("Riprendi la bozza")
    TAKE = "take", _("Prendi in carico")
    RELEASE = "release", _("Rilascia")
    REQUEST_CHANGES = "request_changes", _("Chiedi integrazioni")
    PUBLISH = "publish", _("Pubblica")
    REVISE = "revise", _("Modifica la scheda")
    ARCHIVE = "archive", _("Non pubblicare")


EDITABLE = {Status.DRAFT, Status.CHANGES_REQUESTED}
# The body whose project it is, and the editors.
OFFICE, DESK = "office", "desk"
# The desk answers a submission within these days, an office a request for changes.
ANSWER = Rule(10, Unit.WORKING_DAYS)
COMPLETION = Rule(30, Unit.DAYS)

NOT_DELETED = Guard(("deleted_at",), lambda project: project.deleted_at is None, _("La scheda è nel cestino"))


def _transition(move: Move, sources: set[Status], target: Status, side: str, *guards: Guard) -> Transition:
    return Transition(move, move.label, frozenset(sources), target, frozenset({side}), guards)


PROJECT = Workflow(
    kind="project",
    field="status",
    start=Status.DRAFT,
    states=[State(status, status.label, status.label) for status in Status],
    transitions=[
        _transition(
            Move.SUBMIT, {Status.DRAFT, Status.CHANGES_REQUESTED}, Status.SUBMITTED, OFFICE, NOT_DELETED
        ),
        _transition(Move.RECALL, {Status.SUBMITTED}, Status.DRAFT, OFFICE),
        _transition(Move.TAKE, {Status.SUBMITTED}, Status.IN_REVIEW, DESK),
        _transition(Move.RELEASE, {Status.IN_REVIEW}, Status.SUBMITTED, DESK),
        _transition(Move.REQUEST_CHANGES, {Status.IN_REVIEW}, Status.CHANGES_REQUESTED, DESK),
        _transition(Move.PUBLISH, {Status.IN_REVIEW}, Status.PUBLISHED, DESK),
        _transition(Move.REVISE, {Status.PUBLISHED, Status.ARCHIVED}, Status.DRAFT, OFFICE),
        _transition(Move.ARCHIVE, {Status.IN_REVIEW}, Status.ARCHIVED, DESK),
    ],
    waits={
        Status.SUBMITTED: (DESK, ANSWER),
        Status.IN_REVIEW: (DESK, ANSWER),
        Status.CHANGES_REQUESTED: (OFFICE, COMPLETION),
    },
)
