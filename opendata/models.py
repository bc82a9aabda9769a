"""Exports requested by staff: by whom, when, the outcome, the file and its checksum."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


def export_path(job, filename: str) -> str:
    """A generated name; the extension is one of ours."""
    return f"exports/{job.idempotency_key.hex}.{filename.rpartition('.')[2]}"


class ExportJob(models.Model):
    """One export. A repeated idempotency key is the same job. The sum is SHA-256; sizes are bytes."""

    class State(models.TextChoices):
        QUEUED = "queued", _("In attesa")
        RUNNING = "running", _("In corso")
        DONE = "done", _("Pronta")
        FAILED = "failed", _("Non riuscita")

    class Format(models.TextChoices):
        ALL = "zip", _("Archivio completo: tutte le tabelle in ogni formato, con il dizionario dei campi")
        CSV = "csv", _("CSV, una scheda per riga")
        JSON = "jsonl", _("JSON, una scheda per riga")
        XLSX = "xlsx", _("Foglio di calcolo XLSX")
        GEOJSON = "geojson", _("GeoJSON, per le mappe")

    idempotency_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    format = models.CharField(_("formato"), max_length=8, choices=Format)
    state = models.CharField(_("stato"), max_length=8, choices=State, default=State.QUEUED)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    cards = models.PositiveIntegerField(_("schede"), null=True, blank=True)
    file = models.FileField(_("file"), upload_to=export_path, blank=True, max_length=200)
    size = models.PositiveBigIntegerField(_("byte"), null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("esportazione")
        verbose_name_plural = _("esportazioni")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="done") | (~Q(file="") & ~Q(sha256="") & Q(size__isnull=False)),
                name="done_export_has_file",
            )
        ]

    def __str__(self):
        return f"{self.created_at:%Y-%m-%d} {self.format}"
