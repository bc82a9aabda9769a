"""Bodies: a municipality as an administration is not its territory."""

from django.db import models
from django.db.models import Q

from municipalities.models.territory import Territory


class OrganisationQuerySet(models.QuerySet):
    def of_municipality(self, territory: Territory):
        return self.filter(kind=Organisation.Kind.MUNICIPALITY, territory=territory)


class Organisation(models.Model):
    class Kind(models.TextChoices):
        MUNICIPALITY = "municipality", "Comune"
        UNION = "union", "Unione di Comuni"
        PUBLIC_BODY = "public_body", "Altro ente pubblico"
        IN_HOUSE = "in_house", "Società in house"
        UNIVERSITY = "university", "Università"
        RESEARCH = "research", "Centro di ricerca"
        COMPANY = "company", "Impresa"
        ASSOCIATION = "association", "Associazione"
        OBSERVATORY = "observatory", "Osservatorio"

    kind = models.CharField("tipo", max_length=16, choices=Kind)
    name = models.CharField("denominazione", max_length=200)
    slug = models.SlugField(max_length=120, unique=True)
    territory = models.ForeignKey(
        Territory, models.PROTECT, null=True, blank=True, related_name="organisations",
        verbose_name="territorio",
    )
    ipa_code = models.CharField("codice IPA", max_length=20, blank=True)
    tax_code = models.CharField("codice fiscale", max_length=16, blank=True)
    website = models.URLField("sito", blank=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = "ente"
        verbose_name_plural = "enti"
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
