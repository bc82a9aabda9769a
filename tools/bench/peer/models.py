"""Projects as plain rows with their many-to-many values, indexed as one would."""

from django.db import models


class Project(models.Model):
    code = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=200)
    summary = models.TextField()
    description = models.TextField()
    stage = models.CharField(max_length=20, db_index=True)
    kind = models.CharField(max_length=20)
    primary_area = models.CharField(max_length=20)
    municipality = models.CharField(max_length=8, db_index=True)
    province = models.CharField(max_length=8)
    region = models.CharField(max_length=8)
    total_cost = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    published_at = models.DateTimeField(db_index=True)

    def __str__(self):
        return self.title


class Area(models.Model):
    project = models.ForeignKey(Project, models.CASCADE, related_name="areas")
    value = models.CharField(max_length=20, db_index=True)

    def __str__(self):
        return self.value


class Year(models.Model):
    project = models.ForeignKey(Project, models.CASCADE, related_name="years")
    value = models.CharField(max_length=4, db_index=True)

    def __str__(self):
        return self.value


class Funding(models.Model):
    project = models.ForeignKey(Project, models.CASCADE, related_name="funding")
    value = models.CharField(max_length=20, db_index=True)

    def __str__(self):
        return self.value
