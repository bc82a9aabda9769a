from django.db import models


class CodeCounter(models.Model):
    """The last number given to a code of one province in one year: TO-2026-0001."""

    prefix = models.CharField(max_length=8)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["prefix", "year"], name="code_counter_once")]

    def __str__(self):
        return f"{self.prefix}-{self.year}-{self.last:04d}"
