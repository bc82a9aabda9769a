from django.db import models
from django.utils.translation import gettext_lazy as _

from lib.links.states import ALIVE, DEAD, UNKNOWN


class LinkCheck(models.Model):
    """The state of a URL at its last check; a URL without a row was never checked."""

    class State(models.TextChoices):
        ALIVE = ALIVE, _("raggiungibile")
        DEAD = DEAD, _("non più raggiungibile")
        UNKNOWN = UNKNOWN, _("non verificabile")

    url = models.URLField(max_length=500, unique=True)
    state = models.CharField(max_length=8, choices=State)
    status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    detail = models.CharField(max_length=120, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    checked_at = models.DateTimeField()

    class Meta:
        verbose_name = _("controllo di un collegamento")
        verbose_name_plural = _("controlli dei collegamenti")
        indexes = [models.Index(fields=["checked_at"], name="link_checked_at")]

    def __str__(self):
        return f"{self.url} {self.state}"
