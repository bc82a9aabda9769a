"""Which moves a project can make, as a table. Who may make them is in rules, what they do in actions."""

from django.db import models
from django.utils.translation import gettext_lazy as _


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

MOVES = {
    Move.SUBMIT: ({Status.DRAFT, Status.CHANGES_REQUESTED}, Status.SUBMITTED),
    Move.RECALL: ({Status.SUBMITTED}, Status.DRAFT),
    Move.TAKE: ({Status.SUBMITTED}, Status.IN_REVIEW),
    Move.RELEASE: ({Status.IN_REVIEW}, Status.SUBMITTED),
    Move.REQUEST_CHANGES: ({Status.IN_REVIEW}, Status.CHANGES_REQUESTED),
    Move.PUBLISH: ({Status.IN_REVIEW}, Status.PUBLISHED),
    Move.REVISE: ({Status.PUBLISHED, Status.ARCHIVED}, Status.DRAFT),
    Move.ARCHIVE: ({Status.IN_REVIEW}, Status.ARCHIVED),
}


def allows(move: Move, status: str) -> bool:
    return status in MOVES[move][0]
