"""The public identity of a project, and the counters of its codes."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from municipalities.models import Organisation


class Record(models.Model):
    """Opened with the draft; public from its first edition on.

    The code is never assigned twice, the slug is set by the first edition and never changes. `notify_email`
    receives reports of readers; it is on no page and in no document. Whether a card is current or withdrawn
    is stored with its editions.
    """

    code = models.CharField(_("codice"), max_length=16, unique=True)
    slug = models.SlugField(max_length=140, unique=True, null=True, blank=True)
    owner = models.ForeignKey(
        Organisation, models.PROTECT, related_name="records", verbose_name=_("ente che inserisce")
    )
    confirmed_at = models.DateTimeField(_("confermata il"), null=True, blank=True)
    notify_email = models.EmailField(_("e-mail per le segnalazioni"), blank=True)
    opened_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("identità di un progetto")
        verbose_name_plural = _("identità dei progetti")

    def __str__(self):
        return self.code


class CodeCounter(models.Model):
    """The last number of the codes of a province and year: 1 after TO-2026-0001."""

    prefix = models.CharField(max_length=8)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["prefix", "year"], name="code_counter_once")]

    def __str__(self):
        return f"{self.prefix}-{self.year}-{self.last:04d}"
