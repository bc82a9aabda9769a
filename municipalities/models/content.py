"""How often something public changed that is no card. Stored answers are kept under it."""

from django.db import models


class ContentVersion(models.Model):
    """The single row that moves when a page would say something else though no card came or went.

    The number tells which of two databases is ahead; the seal tells this very change from one rolled back.
    """

    number = models.BigIntegerField(default=0)
    seal = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_content_version")]

    def __str__(self):
        return str(self.number)
