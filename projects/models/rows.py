"""Rows of a project: identifiers, milestones, partners, funding, costs, indicators, documents, sources."""

import uuid

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from cards.vocabulary.lists import (
    CostDriver,
    CostLine,
    DocumentType,
    FundingSource,
    IdentifierScheme,
    IndicatorKind,
    PartnerRole,
)
from lib.files.models import StoredFile
from municipalities.models import Organisation
from projects.models.project import Project


class Row(models.Model):
    """A row of a repeated part. `uid` identifies it in the form: one that is posted twice is stored once."""

    uid = models.UUIDField(default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True
        constraints = [models.UniqueConstraint(fields=["project", "uid"], name="%(class)s_row_once")]


class Identifier(Row):
    """A code of the project in another system. A malformed CUP is stored and warned of, never dropped."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="identifiers")
    scheme = models.CharField(_("tipo"), max_length=12, choices=IdentifierScheme)
    value = models.CharField(_("codice"), max_length=60)

    class Meta:
        constraints = [
            *Row.Meta.constraints,
            models.UniqueConstraint(fields=["project", "scheme", "value"], name="identifier_once"),
        ]
        indexes = [models.Index(fields=["scheme", "value"], name="identifier_lookup")]

    def __str__(self):
        return f"{self.scheme} {self.value}"


class Milestone(Row):
    project = models.ForeignKey(Project, models.CASCADE, related_name="milestones")
    title = models.CharField(_("tappa"), max_length=160)
    date = models.CharField(_("data"), max_length=10, blank=True)
    is_done = models.BooleanField(_("raggiunta"), default=False)

    def __str__(self):
        return self.title


class Partner(Row):
    project = models.ForeignKey(Project, models.CASCADE, related_name="partners")
    name = models.CharField(_("denominazione"), max_length=200)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField(_("ruolo"), max_length=18, choices=PartnerRole)

    def __str__(self):
        return self.name


class FundingLine(Row):
    project = models.ForeignKey(Project, models.CASCADE, related_name="funding_lines")
    source = models.CharField(_("fonte"), max_length=12, choices=FundingSource)
    programme = models.CharField(_("fondo o programma"), max_length=200, blank=True)
    amount = models.DecimalField(
        _("importo"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )

    def __str__(self):
        return f"{self.get_source_display()} {self.programme}".strip()


class ReuseCost(models.Model):
    """The cost of reuse elsewhere, in euro, by line of AgID's comparative evaluation."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="reuse_costs")
    line = models.CharField(_("voce"), max_length=16, choices=CostLine)
    amount = models.DecimalField(_("importo"), max_digits=14, decimal_places=2)
    driver = models.CharField(_("cresce con"), max_length=12, choices=CostDriver, default=CostDriver.FIXED)
    is_yearly = models.BooleanField(_("ogni anno"), default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "line"], name="reuse_cost_once")]

    def __str__(self):
        return f"{self.line} {self.amount}"


class Indicator(Row):
    project = models.ForeignKey(Project, models.CASCADE, related_name="indicators")
    name = models.CharField(_("indicatore"), max_length=160)
    kind = models.CharField(_("che cosa misura"), max_length=8, choices=IndicatorKind, blank=True)
    unit = models.CharField(_("unità di misura"), max_length=40, blank=True)
    baseline = models.DecimalField(_("partenza"), max_digits=18, decimal_places=4, null=True, blank=True)
    target = models.DecimalField(_("obiettivo"), max_digits=18, decimal_places=4, null=True, blank=True)
    value = models.DecimalField(_("oggi"), max_digits=18, decimal_places=4, null=True, blank=True)
    date = models.CharField(_("data della misura"), max_length=10, blank=True)
    method = models.CharField(_("metodo"), max_length=300, blank=True)
    source = models.CharField(_("fonte"), max_length=300, blank=True)

    def __str__(self):
        return self.name


class Document(Row, StoredFile):
    """A file or a link. Files are checked, images re-encoded, before they are stored (lib.files.checks)."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="documents")
    type = models.CharField(_("tipo"), max_length=18, choices=DocumentType)
    title = models.CharField(_("titolo"), max_length=160)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    alt_text = models.CharField(_("testo alternativo"), max_length=300, blank=True)
    credit = models.CharField(_("autore"), max_length=160, blank=True)
    date = models.CharField(_("data"), max_length=10, blank=True)
    licence = models.CharField(_("licenza"), max_length=80, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [*Row.Meta.constraints, *StoredFile.Meta.constraints]

    def __str__(self):
        return self.title

    def file_path(self) -> str:
        """A generated name below the project's key."""
        return f"projects/{self.project_id}/{uuid.uuid4().hex}{self.extension}"


class Source(models.Model):
    """A public page on which the content of the card can be verified."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="sources")
    url = models.URLField(_("indirizzo"), max_length=500)
    title = models.CharField(_("titolo"), max_length=200, blank=True)

    def __str__(self):
        return self.title or self.url
