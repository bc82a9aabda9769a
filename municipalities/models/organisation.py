"""Organisations, called bodies: a municipality as an administration is a row apart from its territory."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from municipalities.models.territory import Territory


class OrganisationQuerySet(models.QuerySet):
    def of_municipality(self, territory: Territory):
        """The organisation of a municipality, one at most."""
        return self.filter(kind=Organisation.Kind.MUNICIPALITY, territory=territory)


class Organisation(models.Model):
    """A body: it owns projects, joins protocols and has members. A municipality has its `territory`."""

    class Kind(models.TextChoices):
        MUNICIPALITY = "municipality", _("Comune")
        UNION = "union", _("Unione di Comuni")
        PUBLIC_BODY = "public_body", _("Altro ente pubblico")
        IN_HOUSE = "in_house", _("Società in house")
        UNIVERSITY = "university", _("Università")
        RESEARCH = "research", _("Centro di ricerca")
        COMPANY = "company", _("Impresa")
        ASSOCIATION = "association", _("Associazione")
        OBSERVATORY = "observatory", _("Osservatorio")

    kind = models.CharField(_("tipo"), max_length=16, choices=Kind)
    name = models.CharField(_("denominazione"), max_length=200)
    slug = models.SlugField(max_length=120, unique=True)
    territory = models.ForeignKey(
        Territory,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="organisations",
        verbose_name=_("territorio"),
    )
    ipa_code = models.CharField(_("codice IPA"), max_length=20, blank=True)
    tax_code = models.CharField(_("codice fiscale"), max_length=16, blank=True)
    website = models.URLField(_("sito"), blank=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("ente")
        verbose_name_plural = _("enti")
        constraints = [
            models.UniqueConstraint(
                fields=["territory"], condition=Q(kind="municipality"), name="one_body_per_municipality"
            ),
            models.CheckConstraint(
                condition=~Q(kind="municipality") | Q(territory__isnull=False),
                name="municipality_body_has_territory",
            ),
        ]

    def __str__(self):
        return self.name
