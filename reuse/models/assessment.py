"""Ratings of replicability: who rated what, the state of links, a project's standing, past rankings."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cards.models import Record
from cards.vocabulary.bands import BAND_NAMES, IN_EVALUATION
from cards.vocabulary.lists import DocumentType
from lib.constraints import pair
from municipalities.models import Organisation
from reuse.criteria import HIGHEST, KEYS, LOWEST, OBSERVATORY, PEER, RATER_NAMES, SELF


class AssessmentQuerySet(models.QuerySet):
    def completed(self):
        return self.exclude(made_at=None)

    def open(self):
        return self.filter(made_at=None)

    def shown(self):
        """What may be shown: those of a demonstration only where the whole portal is one."""
        completed = self.completed()
        return completed if settings.DEMO else completed.filter(is_demonstration=False)


class Assessment(models.Model):
    """One rater's ratings of one project. A draft until `made_at`; after that it never changes.

    `edition` is that of the card the rater had before them, empty for a project not yet published.
    `seconded_*` is the second reader, asked for where raters differ by two steps.
    """

    class Rater(models.TextChoices):
        SELF = SELF, RATER_NAMES[SELF]
        PEER = PEER, RATER_NAMES[PEER]
        OBSERVATORY = OBSERVATORY, RATER_NAMES[OBSERVATORY]

    record = models.ForeignKey(Record, models.PROTECT, related_name="assessments")
    rater = models.CharField(_("chi valuta"), max_length=12, choices=Rater)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="assessments")
    version = models.PositiveSmallIntegerField(_("versione"), null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)
    edition = models.PositiveSmallIntegerField(_("edizione della scheda"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    saved_at = models.DateTimeField(auto_now=True)
    made_at = models.DateTimeField(_("data"), null=True, blank=True)
    is_demonstration = models.BooleanField(_("valutazione dimostrativa"), default=False)
    seconded_at = models.DateTimeField(null=True, blank=True)
    seconded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("valutazione di replicabilità")
        verbose_name_plural = _("valutazioni di replicabilità")
        constraints = [
            models.UniqueConstraint(
                fields=["record", "rater", "organisation", "version"], name="assessment_version_once"
            ),
            models.UniqueConstraint(
                fields=["record", "rater", "organisation"],
                condition=Q(made_at=None),
                name="one_open_assessment",
            ),
            pair("assessment_made_pair", "made_at", "version"),
            pair("assessment_seconded_pair", "seconded_at", "seconded_by"),
        ]
        indexes = [models.Index(fields=["record", "rater", "-made_at"], name="assessment_newest")]

    def __str__(self):
        return f"{self.record_id} {self.rater} {self.version or ''}".strip()

    def save(self, *args, **kwargs):
        """A completed assessment is followed by a new version, never changed."""
        if getattr(self, "_was_made", False):
            raise TypeError("a completed assessment never changes")
        super().save(*args, **kwargs)
        self._was_made = self.made_at is not None

    def delete(self, *args, **kwargs):
        if self.made_at:
            raise TypeError("a completed assessment stays on record")
        return super().delete(*args, **kwargs)

    @classmethod
    def from_db(cls, db, field_names, values):
        found = super().from_db(db, field_names, values)
        found._was_made = found.__dict__.get("made_at") is not None
        return found


def evidence_path(evidence, filename: str) -> str:
    """A generated name under the project's id; the extension is set from the checked content."""
    return f"evidence/{evidence.record_id}/{uuid.uuid4().hex}{evidence.extension}"


def demonstration_path(document, filename: str) -> str:
    """A generated name under the record's id; the extension is set from the content."""
    return f"projects/{document.record_id}/{uuid.uuid4().hex}{document.extension}"


class EvidenceFile(models.Model):
    """A file that proves a rating. Checked before it gets here; nobody but its side and staff reads it
    until an assessment that names it is completed. Withdrawn, it is read by nobody else again.
    """

    record = models.ForeignKey(Record, models.PROTECT, related_name="+")
    rater = models.CharField(max_length=12, choices=Assessment.Rater)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    name = models.CharField(_("nome del file"), max_length=160)
    file = models.FileField(_("file"), upload_to=evidence_path, max_length=200)
    media_type = models.CharField(max_length=80)
    size = models.PositiveIntegerField(_("byte"))
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    extension = ""

    class Meta:
        verbose_name = _("file che prova un voto")
        verbose_name_plural = _("file che provano i voti")
        constraints = [pair("evidence_withdrawn_pair", "withdrawn_at", "withdrawn_by")]
        indexes = [
            models.Index(fields=["record", "rater", "organisation"], name="evidence_of_seat"),
        ]

    def __str__(self):
        return self.name


class Rating(models.Model):
    """One criterion rated, with its motive. In a draft the value may still lack."""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="ratings")
    key = models.CharField(max_length=24)
    value = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(LOWEST), MaxValueValidator(HIGHEST)]
    )
    motive = models.CharField(_("motivo"), max_length=500, blank=True)
    evidence_url = models.URLField(_("prova"), max_length=500, blank=True)
    # The number of a document of the project, named where the edition shows it.
    evidence_document = models.BigIntegerField(_("documento"), null=True, blank=True)
    evidence_file = models.ForeignKey(
        EvidenceFile, models.PROTECT, null=True, blank=True, related_name="ratings", verbose_name=_("file")
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "key"], name="rating_once"),
            models.CheckConstraint(condition=Q(key__in=KEYS), name="rating_key_known"),
            models.CheckConstraint(
                condition=Q(value=None) | Q(value__range=(LOWEST, HIGHEST)), name="rating_one_to_five"
            ),
        ]

    def __str__(self):
        return f"{self.key} {self.value}"


class DemonstrationDocumentQuerySet(models.QuerySet):
    def shown(self):
        """Only where the whole portal is a demonstration."""
        return self if settings.DEMO else self.none()


class DemonstrationDocument(models.Model):
    """A document of a kit that the demonstration adds: a file we wrote, or a published page in its stead.

    No part of any card. `words` is the SHA-256 of what it was made from: a second load finds it again.
    """

    record = models.ForeignKey(Record, models.CASCADE, related_name="demonstration_documents")
    type = models.CharField(_("tipo"), max_length=18, choices=DocumentType)
    title = models.CharField(_("titolo"), max_length=160)
    file = models.FileField(_("file"), upload_to=demonstration_path, blank=True, max_length=200)
    url = models.URLField(_("collegamento"), blank=True, max_length=500)
    media_type = models.CharField(max_length=80, blank=True)
    size = models.PositiveIntegerField(_("byte"), null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    made_on = models.DateField(_("data"))
    words = models.CharField(max_length=64)

    objects = DemonstrationDocumentQuerySet.as_manager()

    extension = ""

    class Meta:
        verbose_name = _("documento dimostrativo")
        verbose_name_plural = _("documenti dimostrativi")
        constraints = [
            models.CheckConstraint(
                condition=(Q(file="") & ~Q(url="")) | (~Q(file="") & Q(url="")),
                name="demonstration_file_or_link",
            ),
        ]

    def __str__(self):
        return self.title


class StandingQuerySet(models.QuerySet):
    def shown(self):
        return self if settings.DEMO else self.filter(is_demonstration=False)


class Standing(models.Model):
    """Where a published project stands: the inputs of R, kept so that no list has to gather them again.

    `marks` holds the ten published ratings in the order of the criteria, a digit each, `0` for none.
    """

    record = models.OneToOneField(Record, models.CASCADE, primary_key=True, related_name="standing")
    assessment = models.ForeignKey(Assessment, models.PROTECT, null=True, related_name="+")
    rater = models.CharField(max_length=12, blank=True)
    rated_on = models.DateField(null=True)
    marks = models.CharField(max_length=10, default="0" * len(KEYS))
    kit_completeness = models.DecimalField(max_digits=5, decimal_places=4)
    adoptions = models.PositiveIntegerField(default=0)
    adoptions_under_way = models.PositiveIntegerField(default=0)
    score = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    band = models.CharField(max_length=14, choices=list(BAND_NAMES.items()), default=IN_EVALUATION)
    is_demonstration = models.BooleanField(default=False)

    objects = StandingQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["-score"], name="standing_by_score")]

    def __str__(self):
        return f"{self.record_id} {self.score}"


class RankingRelease(models.Model):
    """The ranking as it was on a day: `places` is `[[code, position, score], …]`. Never changed."""

    made_at = models.DateTimeField(auto_now_add=True)
    note = models.CharField(max_length=300, blank=True)
    places = models.JSONField(default=list)

    class Meta:
        verbose_name = _("classifica pubblicata")
        verbose_name_plural = _("classifiche pubblicate")

    def __str__(self):
        return f"{self.made_at:%Y-%m-%d}"
