"""Adoptions of projects by other bodies, their history, and practices adopted from outside the registry."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cards.models import Record
from lib.constraints import pair
from municipalities.models import Organisation
from reuse.transitions import CLOSED, PUBLIC, AdoptionState, AdoptionTransition, Side

NOTE_MAX = 3000


class AdoptionQuerySet(models.QuerySet):
    def visible(self):
        """Without adoptions of the demonstration, unless the whole portal is one (`settings.DEMO`)."""
        return self if settings.DEMO else self.filter(is_demonstration=False)

    def public(self):
        """Visible adoptions in a state that everybody may see."""
        return self.visible().filter(step__in=PUBLIC)

    def open(self):
        """Neither declined nor withdrawn."""
        return self.exclude(step__in=CLOSED)

    def of_bodies(self, organisation_ids):
        """Adoptions in which one of these organisations is giver, adopter, or owner of the project."""
        ids = list(organisation_ids)
        return self.filter(Q(giver__in=ids) | Q(adopter__in=ids) | Q(record__owner__in=ids))


class Adoption(models.Model):
    """The reuse of a project by `adopter`. `giver` is its owner, or the adopter of `parent`."""

    record = models.ForeignKey(Record, models.PROTECT, related_name="adoptions")
    giver = models.ForeignKey(
        Organisation, models.PROTECT, related_name="given_adoptions", verbose_name=_("ente cedente")
    )
    adopter = models.ForeignKey(
        Organisation, models.PROTECT, related_name="adoptions", verbose_name=_("ente riusante")
    )
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    # The adopter's own record that came of the adoption, if it is in the registry.
    result = models.ForeignKey(
        Record,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="born_of",
        verbose_name=_("progetto che ne è nato"),
    )
    step = models.CharField(_("passo"), max_length=12, choices=AdoptionState, default=AdoptionState.INTEREST)
    idempotency_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    asked_at = models.DateTimeField(_("richiesta il"), default=timezone.now)
    waiting_since = models.DateTimeField(_("in attesa dal"), default=timezone.now)
    reminded_at = models.DateTimeField(null=True, blank=True)
    is_demonstration = models.BooleanField(_("riuso dimostrativo"), default=False)

    objects = AdoptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("riuso")
        verbose_name_plural = _("riusi")
        constraints = [
            models.UniqueConstraint(
                fields=["record", "adopter", "is_demonstration"],
                condition=~Q(step__in=sorted(CLOSED)),
                name="one_living_adoption",
            ),
            models.CheckConstraint(condition=~Q(giver=models.F("adopter")), name="adoption_between_two"),
            models.CheckConstraint(
                condition=Q(result=None) | ~Q(result=models.F("record")), name="adoption_of_another"
            ),
        ]
        indexes = [models.Index(fields=["record", "step"], name="adoption_project_step")]

    def __str__(self):
        return f"{self.record_id} {self.adopter_id} {self.step}"


class AdoptionStep(models.Model):
    """One transition of an adoption with its texts. Insert-only; staff may hide its public texts.

    `on` is the day on which it happened, `at` when it was recorded, `step` the state it led to. Texts are
    private to the two sides and staff unless `note_is_public` or `lessons_are_public` is set.
    """

    adoption = models.ForeignKey(Adoption, models.PROTECT, related_name="steps")
    move = models.CharField(max_length=12, choices=AdoptionTransition)
    step = models.CharField(_("passo"), max_length=12, choices=AdoptionState)
    side = models.CharField(_("parte"), max_length=8, choices=Side)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    on = models.DateField(_("data"))
    idempotency_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    note = models.TextField(_("nota"), blank=True, max_length=NOTE_MAX)
    note_is_public = models.BooleanField(_("nota pubblica"), default=False)
    what_changed = models.TextField(_("che cosa è stato cambiato"), blank=True, max_length=NOTE_MAX)
    what_learnt = models.TextField(_("che cosa si è imparato"), blank=True, max_length=NOTE_MAX)
    lessons_are_public = models.BooleanField(_("riscontro pubblico"), default=False)
    hidden_at = models.DateTimeField(null=True, blank=True)
    hidden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [pair("adoption_step_hidden_pair", "hidden_at", "hidden_by")]
        indexes = [models.Index(fields=["adoption", "at"], name="adoption_step_time")]

    def __str__(self):
        return f"{self.move} {self.on}"

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise TypeError("a step of an adoption never changes")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise TypeError("a step of an adoption stays on record")

    @property
    def public_note(self) -> str:
        """The note, empty where it is private or hidden."""
        return self.note if self.note_is_public and not self.hidden_at else ""

    @property
    def public_lessons(self) -> tuple[str, str]:
        """`(what_changed, what_learnt)`, empty where they are private or hidden."""
        is_public = self.lessons_are_public and not self.hidden_at
        return (self.what_changed, self.what_learnt) if is_public else ("", "")


class OutsidePracticeQuerySet(models.QuerySet):
    def visible(self):
        """Without removed practices; those of the demonstration only where the whole portal is one."""
        practices = self.filter(removed_at=None)
        return practices if settings.DEMO else practices.filter(is_demonstration=False)


class OutsidePractice(models.Model):
    """A practice that a body adopted from outside the registry, with a page as its source.

    `record` is the project that came of it, if it is in the registry.
    """

    adopter = models.ForeignKey(
        Organisation, models.PROTECT, related_name="outside_practices", verbose_name=_("ente riusante")
    )
    record = models.ForeignKey(
        Record,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="outside_practices",
        verbose_name=_("progetto che ne è nato"),
    )
    name = models.CharField(_("pratica"), max_length=160)
    city = models.CharField(_("città o ente di origine"), max_length=120)
    country = models.CharField(_("Paese"), max_length=80)
    url = models.URLField(_("fonte"), max_length=500)
    adopted_on = models.CharField(_("adottata nel"), max_length=10, blank=True)
    what_changed = models.TextField(_("che cosa è stato cambiato"), blank=True, max_length=NOTE_MAX)
    idempotency_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    is_demonstration = models.BooleanField(_("pratica dimostrativa"), default=False)

    objects = OutsidePracticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("pratica adottata da fuori")
        verbose_name_plural = _("pratiche adottate da fuori")
        constraints = [pair("outside_practice_removed_pair", "removed_at", "removed_by")]

    def __str__(self):
        return f"{self.name} ({self.city})"
