"""Subscriptions by e-mail to the updates of a view, a city or a project, without an account."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cards.models import Record


class FollowerQuerySet(models.QuerySet):
    def confirmed(self):
        """Subscriptions whose address was confirmed."""
        return self.exclude(confirmed_at=None)


class Follower(models.Model):
    """An e-mail address and what it follows: a record, or the cards that match `query` (of the list page).

    `key` is the secret of the links in messages, by which the owner of the address confirms or stops.
    Unsubscribing deletes the row. `newest_card` is the highest key of an edition when the last message
    was prepared.
    """

    class Pace(models.TextChoices):
        DAILY = "daily", _("Ogni giorno, se c’è qualcosa di nuovo")
        WEEKLY = "weekly", _("Una volta la settimana, se c’è qualcosa di nuovo")

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail"))
    language = models.CharField(_("lingua"), max_length=5, choices=settings.LANGUAGES)
    pace = models.CharField(_("quanto spesso"), max_length=6, choices=Pace, default=Pace.WEEKLY)
    query = models.CharField(_("vista"), max_length=1000, blank=True)
    record = models.ForeignKey(
        Record, models.CASCADE, null=True, blank=True, related_name="followers", verbose_name=_("progetto")
    )
    created_at = models.DateTimeField(_("richiesta il"), auto_now_add=True)
    asked_at = models.DateTimeField(_("conferma chiesta il"))
    confirmed_at = models.DateTimeField(_("confermata il"), null=True, blank=True)
    newest_card = models.BigIntegerField(_("ultima scheda raccontata"), default=0)
    told_at = models.DateTimeField(_("ultimo messaggio"), null=True, blank=True)

    objects = FollowerQuerySet.as_manager()

    class Meta:
        verbose_name = _("iscrizione agli aggiornamenti")
        verbose_name_plural = _("iscrizioni agli aggiornamenti")
        constraints = [
            models.UniqueConstraint(
                fields=["email", "query"], condition=Q(record=None), name="follows_view_once"
            ),
            models.UniqueConstraint(fields=["email", "record"], name="follows_project_once"),
            models.CheckConstraint(condition=Q(record=None) | Q(query=""), name="follows_view_or_project"),
        ]
        indexes = [models.Index(fields=["confirmed_at", "told_at"], name="follower_due")]

    def __str__(self):
        return f"{self.record or self.query or '*'}"
