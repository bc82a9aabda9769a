"""Regions, provinces and municipalities of Italy, each with the interval in which it exists.

The stable key of a municipality is its cadastral (Belfiore) code: ISTAT codes follow the province and
change with it (377 municipalities of Sardinia), so they are dated rows of their own.
Intervals are half open: `valid_from` included, `valid_to` excluded, empty when unknown or in force.
"""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class TerritoryQuerySet(models.QuerySet):
    def regions(self):
        """Territories of level region."""
        return self.filter(level=Territory.Level.REGION)

    def provinces(self):
        """Territories of level province, metropolitan cities among them."""
        return self.filter(level=Territory.Level.PROVINCE)

    def municipalities(self):
        """Territories of level municipality, in force or not."""
        return self.filter(level=Territory.Level.MUNICIPALITY)

    def on(self, day: date):
        """Territories that existed on `day`."""
        return self.filter(_open("valid_from", "valid_to", day))

    def current(self):
        """Territories with no known end."""
        return self.filter(valid_to=None)

    def in_province(self, sigla: str, day: date | None = None):
        """Municipalities of a province by its sigla, as assigned today or as they were on `day`."""
        if day is None:
            return self.filter(province__code=sigla)
        # A province that ended has its number after the sigla: SS-090.
        province = Q(province__code=sigla) | Q(province__code__startswith=f"{sigla}-")
        codes = TerritoryCode.objects.filter(_open("valid_from", "valid_to", day), province)
        return self.filter(pk__in=codes.values("territory"))


def _open(start: str, end: str, day: date) -> Q:
    began = Q(**{f"{start}__lte": day}) | Q(**{start: None})
    return began & (Q(**{f"{end}__gt": day}) | Q(**{end: None}))


class Territory(models.Model):
    """A region, province or municipality. `province` and `region` are the ones it belongs to today."""

    class Level(models.TextChoices):
        REGION = "region", _("Regione")
        PROVINCE = "province", _("Provincia o città metropolitana")
        MUNICIPALITY = "municipality", _("Comune")

    class ProvinceKind(models.IntegerChoices):
        """ISTAT's types of supra-municipal unit."""

        PROVINCE = 1, _("Provincia")
        AUTONOMOUS = 2, _("Provincia autonoma")
        METROPOLITAN = 3, _("Città metropolitana")
        CONSORTIUM = 4, _("Libero consorzio")
        STATISTICAL = 5, _("Unità non amministrativa")

    class AltitudeZone(models.IntegerChoices):
        INNER_MOUNTAIN = 1, _("Montagna interna")
        COASTAL_MOUNTAIN = 2, _("Montagna litoranea")
        INNER_HILL = 3, _("Collina interna")
        COASTAL_HILL = 4, _("Collina litoranea")
        PLAIN = 5, _("Pianura")

    class Urbanisation(models.IntegerChoices):
        CITY = 1, _("Città o zona densamente popolata")
        TOWN = 2, _("Piccola città o sobborgo")
        RURAL = 3, _("Zona rurale")

    level = models.CharField(max_length=12, choices=Level)
    code = models.CharField(_("codice"), max_length=8)
    name = models.CharField(_("nome"), max_length=100)
    name_other = models.CharField(_("nome in altra lingua"), max_length=100, blank=True)
    search_name = models.CharField(max_length=210, db_index=True, editable=False)
    slug = models.SlugField(max_length=120)
    province = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="municipalities")
    region = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="territories")
    valid_from = models.DateField(_("dal"), null=True, blank=True)
    valid_to = models.DateField(_("fino al (escluso)"), null=True, blank=True)
    istat_code = models.CharField(_("codice ISTAT più recente"), max_length=6, blank=True, db_index=True)
    uts_code = models.CharField(_("codice UTS"), max_length=3, blank=True)
    kind = models.PositiveSmallIntegerField(_("tipo di UTS"), choices=ProvinceKind, null=True, blank=True)
    population = models.PositiveIntegerField(_("abitanti"), null=True, blank=True)
    population_year = models.PositiveSmallIntegerField(_("anno degli abitanti"), null=True, blank=True)
    area_km2 = models.DecimalField(
        _("superficie (km²)"), max_digits=9, decimal_places=2, null=True, blank=True
    )
    altitude_m = models.SmallIntegerField(_("altitudine del centro (m)"), null=True, blank=True)
    altitude_zone = models.PositiveSmallIntegerField(choices=AltitudeZone, null=True, blank=True)
    urbanisation_degree = models.PositiveSmallIntegerField(choices=Urbanisation, null=True, blank=True)
    latitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    longitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    ipa_code = models.CharField(_("codice IPA"), max_length=20, blank=True)
    website = models.URLField(_("sito"), blank=True)

    objects = TerritoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("territorio")
        verbose_name_plural = _("territori")
        constraints = [
            models.UniqueConstraint(fields=["level", "code"], name="territory_code_unique"),
            models.UniqueConstraint(fields=["level", "slug"], name="territory_slug_unique"),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_from__lt=F("valid_to")),
                name="territory_dates_ordered",
            ),
        ]
        indexes = [models.Index(fields=["level", "valid_to"], name="territory_level_current")]

    def __str__(self):
        return self.name

    @classmethod
    def on(cls, day: date):
        """The municipalities of Italy that existed on `day`; narrow with `.in_province("TO", day)`."""
        return cls.objects.municipalities().on(day)


class TerritoryCode(models.Model):
    """Name, ISTAT code and province of a municipality in one interval."""

    territory = models.ForeignKey(Territory, models.CASCADE, related_name="codes")
    istat_code = models.CharField(_("codice ISTAT"), max_length=6, db_index=True)
    province = models.ForeignKey(Territory, models.PROTECT, null=True, related_name="+")
    name = models.CharField(_("nome"), max_length=100)
    search_name = models.CharField(max_length=100, db_index=True, editable=False)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("codice datato")
        verbose_name_plural = _("codici datati")
        constraints = [
            models.UniqueConstraint(
                fields=["territory", "istat_code", "name", "valid_from"],
                name="territory_code_interval",
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_from__lt=F("valid_to")),
                name="territory_code_dates_ordered",
            ),
        ]

    def __str__(self):
        return f"{self.istat_code} {self.name}"


class TerritoryChange(models.Model):
    """An administrative change by which `predecessor` became `successor`, or part of it, on a date."""

    class Kind(models.TextChoices):
        MERGER = "merger", _("Fusione")
        INCORPORATION = "incorporation", _("Incorporazione")
        SPLIT = "split", _("Distacco")
        RENAMING = "renaming", _("Cambio di nome")
        CODE_CHANGE = "code_change", _("Cambio di codice")
        PROVINCE_CHANGE = "province_change", _("Cambio di provincia")

    kind = models.CharField(max_length=16, choices=Kind)
    effective_date = models.DateField(_("decorrenza"))
    predecessor = models.ForeignKey(Territory, models.CASCADE, related_name="changes_out")
    successor = models.ForeignKey(Territory, models.CASCADE, related_name="changes_in")
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("variazione")
        verbose_name_plural = _("variazioni")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "effective_date", "predecessor", "successor"],
                name="territory_change_unique",
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.effective_date}"


class TerritoryBoundary(models.Model):
    """Simplified border: GeoJSON in WGS84 and an SVG path in one plane for the whole of Italy.

    The plane is x = longitude · cos 42° · 1000, y = -latitude · 1000, so that paths can be drawn together.
    """

    territory = models.OneToOneField(Territory, models.CASCADE, related_name="boundary", primary_key=True)
    geojson = models.TextField()
    svg_path = models.TextField()
    min_x = models.FloatField()
    min_y = models.FloatField()
    max_x = models.FloatField()
    max_y = models.FloatField()

    class Meta:
        verbose_name = _("confine")
        verbose_name_plural = _("confini")

    def __str__(self):
        return str(self.territory_id)
