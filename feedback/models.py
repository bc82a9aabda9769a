"""Feedback of readers without an account: reports of errors, questions to a body, scores of pages."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cards.models import Record


class ErrorReport(models.Model):
    """An error on a card or a question about it (`record`, `edition`), or a page that somebody cannot use.

    `token` is the secret part of the URL of its status. The optional e-mail is deleted with the answer.
    """

    class Status(models.TextChoices):
        RECEIVED = "received", _("Da esaminare")
        MENDED = "mended", _("Corretta")
        REJECTED = "rejected", _("Confermata com’era")
        ANSWERED = "answered", _("Risposta data")

    class Topic(models.TextChoices):
        FACTS = "facts", _("Un dato o un testo è sbagliato")
        LINK = "link", _("Un collegamento o un documento non si apre")
        WORDS = "words", _("Una parte non si capisce")
        ACCESS = "access", _("Una parte non è accessibile")
        OTHER = "other", _("Altro")
        QUESTION = "question", _("Una domanda all’ente")

    record = models.ForeignKey(Record, models.PROTECT, null=True, blank=True, related_name="error_reports")
    edition = models.PositiveSmallIntegerField(null=True, blank=True)
    page = models.CharField(_("pagina"), max_length=300, blank=True)
    topic = models.CharField(_("che cosa non va"), max_length=8, choices=Topic)
    text = models.TextField(_("descrizione"), max_length=2000)
    email = models.EmailField(_("e-mail"), blank=True)
    idempotency_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    token = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    status = models.CharField(_("stato"), max_length=8, choices=Status, default=Status.RECEIVED)
    answer = models.TextField(_("risposta"), max_length=2000, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("segnalazione")
        verbose_name_plural = _("segnalazioni")
        constraints = [
            models.CheckConstraint(
                condition=Q(status="received", answered_at__isnull=True, answered_by__isnull=True)
                | ~Q(status="received") & ~Q(answer="") & Q(answered_at__isnull=False),
                name="answered_report_has_answer",
            )
        ]
        indexes = [models.Index(fields=["status", "created_at"], name="report_queue")]

    def __str__(self):
        return f"{self.get_topic_display()} {self.created_at:%Y-%m-%d}"


class PageRating(models.Model):
    """How many readers gave a page a score on a day; nothing about the readers."""

    path = models.CharField(max_length=200)
    day = models.DateField()
    score = models.PositiveSmallIntegerField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("giudizio su una pagina")
        verbose_name_plural = _("giudizi sulle pagine")
        constraints = [
            models.UniqueConstraint(fields=["path", "day", "score"], name="page_rating_once"),
            models.CheckConstraint(condition=Q(score__gte=1, score__lte=5), name="page_rating_score"),
        ]
        indexes = [models.Index(fields=["day"], name="page_rating_day")]

    def __str__(self):
        return f"{self.path} {self.score}"
