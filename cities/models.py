"""What a municipality says of itself beside its cards: its strategy, how it governs it, what it looks for."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cards.vocabulary.areas import AREA_CHOICES
from municipalities.models import Territory


class CityProfileQuerySet(models.QuerySet):
    def public(self):
        """Texts that staff has not hidden."""
        return self.filter(hidden_at=None)


class CityProfile(models.Model):
    """The texts of a city card. Public as soon as written; staff may hide them with a reason."""

    municipality = models.OneToOneField(Territory, models.PROTECT, related_name="profile")
    summary = models.TextField(_("la città in breve"), blank=True, max_length=400)
    strategy = models.TextField(_("strategia"), blank=True, max_length=4000)
    strategy_url = models.URLField(_("documento della strategia"), blank=True, max_length=500)
    governance = models.TextField(_("chi la governa"), blank=True, max_length=3000)
    office = models.CharField(_("ufficio di riferimento"), blank=True, max_length=160)
    email = models.EmailField(_("e-mail dell’ufficio"), blank=True)
    featured = models.JSONField(_("progetti in evidenza"), default=list, blank=True)
    updated_at = models.DateTimeField(auto_now=True)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    hidden_at = models.DateTimeField(null=True, blank=True)
    hidden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    hidden_reason = models.CharField(_("motivo"), max_length=300, blank=True)

    objects = CityProfileQuerySet.as_manager()

    class Meta:
        verbose_name = _("testi della scheda città")
        verbose_name_plural = _("testi delle schede città")
        constraints = [
            models.CheckConstraint(
                condition=Q(hidden_at__isnull=True, hidden_by__isnull=True, hidden_reason="")
                | Q(hidden_at__isnull=False, hidden_by__isnull=False) & ~Q(hidden_reason=""),
                name="hidden_city_has_reason",
            )
        ]

    def __str__(self):
        return str(self.town_id)


class CityNeed(models.Model):
    """Something a municipality looks for: a solution to reuse, a partner, an example."""

    profile = models.ForeignKey(CityProfile, models.CASCADE, related_name="needs")
    title = models.CharField(_("che cosa cercate"), max_length=120)
    text = models.TextField(_("perché e per quando"), blank=True, max_length=600)
    area = models.CharField(_("area"), max_length=12, choices=AREA_CHOICES, blank=True)

    class Meta:
        verbose_name = _("che cosa cerca una città")
        verbose_name_plural = _("che cosa cercano le città")

    def __str__(self):
        return self.title
