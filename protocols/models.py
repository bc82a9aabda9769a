"""Agreements that bodies adhere to, and the requests to do so."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lib.constraints import pair
from municipalities.models import Organisation, Territory
from protocols.workflow import Status


class ProtocolQuerySet(models.QuerySet):
    def published(self):
        """Protocols with a public page, open to requests or not."""
        return self.exclude(published_at=None)


class Protocol(models.Model):
    """An agreement that bodies of the kinds in `admitted_kinds` (values of Organisation.Kind) may join."""

    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(_("titolo"), max_length=160)
    summary = models.TextField(_("sintesi"), max_length=500)
    description = models.TextField(_("testo (Markdown)"), blank=True)
    promoter = models.CharField(_("promosso da"), max_length=200)
    signed_year = models.PositiveSmallIntegerField(_("anno"), null=True, blank=True)
    territory = models.ForeignKey(
        Territory,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("provincia o regione a cui è rivolto"),
    )
    admitted_kinds = models.JSONField(_("chi può aderire"), default=list)
    source_url = models.URLField(_("fonte"), blank=True, max_length=500)
    is_open = models.BooleanField(_("aperto alle adesioni"), default=True)
    published_at = models.DateTimeField(null=True, blank=True)

    objects = ProtocolQuerySet.as_manager()

    class Meta:
        verbose_name = _("protocollo")
        verbose_name_plural = _("protocolli")

    def __str__(self):
        return self.title

    def covers(self, municipality: Territory) -> bool:
        """Whether a municipality is in the territory of the protocol; all are in one without territory."""
        return self.territory_id in (None, municipality.province_id, municipality.region_id)


def adhesion_file_path(adhesion, filename: str) -> str:
    """The path of an uploaded document below MEDIA_ROOT, with a random name in place of the sender's."""
    return f"adhesions/{uuid.uuid4().hex}.pdf"


class AdhesionQuerySet(models.QuerySet):
    def received(self):
        """Requests whose address is confirmed and that nobody has decided yet."""
        return self.filter(status=Status.RECEIVED)

    def accepted(self):
        """Requests that were accepted: each is the membership of a body in a protocol."""
        return self.filter(status=Status.ACCEPTED)


class Adhesion(models.Model):
    """A body's request to join a protocol. Acceptance opens the account of its first officer.

    The states of `status` and who changes them: protocols.workflow.ADHESION.
    """

    protocol = models.ForeignKey(Protocol, models.PROTECT, related_name="adhesions")
    kind = models.CharField(_("tipo di ente"), max_length=16, choices=Organisation.Kind)
    municipality = models.ForeignKey(
        Territory, models.PROTECT, null=True, blank=True, verbose_name=_("Comune"), related_name="adhesions"
    )
    body_name = models.CharField(_("denominazione dell’ente"), max_length=200, blank=True)
    office = models.CharField(_("ufficio"), max_length=160)
    officer_name = models.CharField(_("nome e cognome del referente"), max_length=120)
    email = models.EmailField(_("e-mail dell’ufficio"))
    protocol_number = models.CharField(_("numero di protocollo"), max_length=60, blank=True)
    protocol_date = models.DateField(_("data di protocollo"), null=True, blank=True)
    signed_document = models.FileField(
        _("documento firmato"), upload_to=adhesion_file_path, blank=True, max_length=200
    )
    note = models.TextField(_("note"), blank=True, max_length=2000)
    status = models.CharField(_("stato"), max_length=12, choices=Status, default=Status.UNCONFIRMED)
    idempotency_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.TextField(_("motivo"), blank=True, max_length=2000)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="adhesions"
    )

    objects = AdhesionQuerySet.as_manager()

    class Meta:
        verbose_name = _("adesione")
        verbose_name_plural = _("adesioni")
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="municipality") | Q(municipality__isnull=False),
                name="adhesion_municipality_named",
            ),
            pair("adhesion_decided_pair", "decided_at", "decided_by"),
            models.CheckConstraint(
                condition=~Q(status="accepted") | Q(organisation__isnull=False),
                name="adhesion_accepted_has_body",
            ),
            models.CheckConstraint(
                condition=~Q(status="declined") | ~Q(reason=""), name="adhesion_declined_has_reason"
            ),
        ]

    def __str__(self):
        return self.applicant_name

    @property
    def applicant_name(self) -> str:
        """The name of the body that applies: «Comune di …» for a municipality."""
        return self.body_name or (f"Comune di {self.municipality}" if self.municipality_id else "")
