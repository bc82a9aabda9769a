"""Runs of imports with every row accounted for, and the projects that national files tell of.

An imported project is no card: nobody of the municipality wrote it. It has its source and the day it is
known for.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from municipalities.models import Organisation, Territory


class ImportedProjectQuerySet(models.QuerySet):
    def current(self):
        """Those that the newest file of their dataset still has, and that were not withdrawn."""
        return self.filter(gone_on=None, is_withdrawn=False)

    def of(self, code: str):
        """Those of a municipality, by Belfiore code."""
        return self.filter(municipalities__code=code)


class ImportedProject(models.Model):
    """One project of a national source, as its newest file tells it. Amounts are in euro."""

    class Source(models.TextChoices):
        PADIGITALE = "padigitale2026", _("PA digitale 2026")
        ITALIADOMANI = "italiadomani", _("Italia Domani (PNRR)")
        OPENCUP = "opencup", _("OpenCUP")
        OPENCOESIONE = "opencoesione", _("OpenCoesione")
        GENERIC = "generic", _("Altro file")

    source = models.CharField(_("fonte"), max_length=14, choices=Source)
    # The part of the source that one file covers whole: what is missing there is gone.
    dataset = models.CharField(max_length=120, blank=True)
    key = models.CharField(max_length=160)
    cup = models.CharField("CUP", max_length=20, blank=True, db_index=True)
    title = models.CharField(_("titolo"), max_length=300)
    summary = models.TextField(_("descrizione"), blank=True)
    measure = models.CharField(_("misura"), max_length=200, blank=True)
    call = models.CharField(_("avviso"), max_length=300, blank=True)
    body = models.CharField(_("ente"), max_length=250, blank=True)
    amount = models.DecimalField(_("finanziamento"), max_digits=15, decimal_places=2, null=True, blank=True)
    total = models.DecimalField(_("costo totale"), max_digits=15, decimal_places=2, null=True, blank=True)
    state = models.CharField(_("stato"), max_length=80, blank=True)
    is_withdrawn = models.BooleanField(_("rinunciato"), default=False)
    decided_on = models.CharField(_("finanziato il"), max_length=10, blank=True)
    state_on = models.CharField(_("stato al"), max_length=10, blank=True)
    url = models.URLField(_("collegamento"), max_length=500, blank=True)
    municipalities = models.ManyToManyField(Territory, related_name="imported_projects")
    # The day the file tells of.
    known_on = models.DateField(_("noto al"))
    gone_on = models.DateField(_("non più nel file dal"), null=True, blank=True)
    run = models.ForeignKey("Run", models.PROTECT, related_name="projects")

    objects = ImportedProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("progetto importato")
        verbose_name_plural = _("progetti importati")
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="imported_once")]
        indexes = [
            models.Index(fields=["source", "dataset"], name="imported_dataset"),
            models.Index(fields=["-decided_on", "-id"], name="imported_newest"),
        ]

    def __str__(self):
        return self.title


# What a file says of a project; a difference in one of them is an update.
FACTS = (
    "dataset",
    "cup",
    "title",
    "summary",
    "measure",
    "call",
    "body",
    "amount",
    "total",
    "state",
    "is_withdrawn",
    "decided_on",
    "state_on",
    "url",
)


class Run(models.Model):
    """One import of one file: what was sent, by whom, and what became of each of its rows."""

    class State(models.TextChoices):
        CHECKED = "checked", _("Da confermare")
        APPLIED = "applied", _("Eseguita")
        UNDONE = "undone", _("Annullata")

    profile = models.CharField(_("profilo"), max_length=40)
    file_name = models.CharField(_("file"), max_length=255)
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to="imports/%Y/", blank=True, max_length=200)
    reference_date = models.DateField(_("dati al"), null=True, blank=True)
    options = models.JSONField(default=dict, blank=True)
    owner = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ente")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(_("stato"), max_length=8, choices=State, default=State.CHECKED)
    rows = models.PositiveIntegerField(_("righe"), default=0)
    created = models.PositiveIntegerField(_("nuove"), default=0)
    updated = models.PositiveIntegerField(_("cambiate"), default=0)
    unchanged = models.PositiveIntegerField(_("uguali"), default=0)
    waiting = models.PositiveIntegerField(_("da decidere"), default=0)
    refused = models.PositiveIntegerField(_("rifiutate"), default=0)
    # Keys of the projects that the file no longer has.
    gone = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = _("importazione")
        verbose_name_plural = _("importazioni")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    rows=models.F("created")
                    + models.F("updated")
                    + models.F("unchanged")
                    + models.F("waiting")
                    + models.F("refused")
                ),
                name="run_rows_add_up",
            )
        ]

    def __str__(self):
        return f"{self.profile} {self.file_name}"


class Row(models.Model):
    """One row of a file as it was, and what became of it; `before`: what an update replaced."""

    class Outcome(models.TextChoices):
        CREATED = "created", _("Nuova")
        UPDATED = "updated", _("Cambiata")
        UNCHANGED = "unchanged", _("Uguale")
        WAITING = "waiting", _("Da decidere")
        REFUSED = "refused", _("Rifiutata")

    run = models.ForeignKey(Run, models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField(_("riga"))
    raw = models.JSONField()
    key = models.CharField(max_length=160, blank=True)
    outcome = models.CharField(_("esito"), max_length=9, choices=Outcome)
    reason = models.TextField(_("motivo"), blank=True)
    before = models.JSONField(null=True, blank=True)
    changes = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="row_once")]
        indexes = [models.Index(fields=["run", "outcome", "number"], name="row_outcome")]

    def __str__(self):
        return f"{self.run_id}:{self.number}"


class ColumnMap(models.Model):
    """A saved profile of `generic`: which column holds what, and how the file is written."""

    name = models.SlugField(max_length=40, unique=True)
    columns = models.JSONField()
    delimiter = models.CharField(max_length=1, blank=True)
    encoding = models.CharField(max_length=20, blank=True)
    decimal_mark = models.CharField(max_length=1, default=",")

    def __str__(self):
        return self.name
