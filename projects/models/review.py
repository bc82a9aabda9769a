"""What passes between an office and the desk: submissions, comments on fields, reminders."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lib.constraints import pair
from projects.models.project import Project


class Submission(models.Model):
    """One submission of a project for review, and its outcome."""

    class Outcome(models.TextChoices):
        PUBLISHED = "published", _("Pubblicata")
        CHANGES_REQUESTED = "changes_requested", _("Integrazioni richieste")
        ARCHIVED = "archived", _("Non pubblicata")
        RECALLED = "recalled", _("Ripresa dall’ente")

    project = models.ForeignKey(Project, models.PROTECT, related_name="submissions")
    number = models.PositiveSmallIntegerField(_("numero"))
    idempotency_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    note = models.TextField(_("messaggio alla redazione"), blank=True, max_length=2000)
    # The document that was sent (JSON), for the differences to the next sending.
    document = models.TextField(blank=True, editable=False)
    submitted_at = models.DateTimeField(auto_now_add=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(null=True, blank=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="reviews"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    outcome = models.CharField(_("esito"), max_length=18, choices=Outcome, blank=True)
    message = models.TextField(_("messaggio all’ente"), blank=True, max_length=4000)
    ease = models.PositiveSmallIntegerField(_("facilità di invio, da 1 a 5"), null=True, blank=True)
    ease_note = models.CharField(_("che cosa migliorare"), max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="submission_number_once"),
            models.UniqueConstraint(
                fields=["project"], condition=Q(decided_at=None), name="one_open_submission"
            ),
            pair("submission_taken_pair", "taken_at", "taken_by"),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, outcome="")
                | (Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(outcome="")),
                name="submission_decided_pair",
            ),
        ]

    def __str__(self):
        return f"{self.project} {self.number}"

    @property
    def receipt(self) -> str:
        """The number on the receipt: code of the project and number of the submission."""
        return f"{self.project.code}/{self.number}"


class FieldComment(models.Model):
    """A comment of a reviewer on one field, and the answer of the office."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="comments")
    field = models.CharField(_("campo"), max_length=40)
    text = models.TextField(_("commento"), max_length=2000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    answer = models.TextField(_("risposta"), blank=True, max_length=2000)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [pair("comment_answered_pair", "answered_at", "answered_by")]

    def __str__(self):
        return f"{self.field}: {self.text[:40]}"


class DeskNote(models.Model):
    """A note of a reviewer for colleagues; no page of the office shows it."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="desk_notes")
    text = models.TextField(_("nota"), max_length=2000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return self.text[:40]


class ReplyText(models.Model):
    """A text that reviewers use again in their messages to offices."""

    title = models.CharField(_("titolo"), max_length=120, unique=True)
    text = models.TextField(_("testo"), max_length=2000)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self):
        return self.title


class Reminder(models.Model):
    """A reminder that was sent: one for each project, matter and `since`, the moment the time counts from."""

    class Matter(models.TextChoices):
        AGEING = "ageing", _("Scheda da confermare")
        IDLE = "idle", _("Bozza ferma")
        OVERDUE = "overdue", _("Integrazioni in attesa")

    project = models.ForeignKey(Project, models.CASCADE, related_name="reminders")
    matter = models.CharField(max_length=8, choices=Matter)
    since = models.DateTimeField()
    sent_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "matter", "since"], name="reminder_once"),
        ]

    def __str__(self):
        return f"{self.matter} {self.project_id}"
