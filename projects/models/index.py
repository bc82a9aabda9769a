"""The stored index of the current cards. cardindex knows the bytes, projects/index.py writes them."""

from django.db import models


class IndexEntry(models.Model):
    """One piece of the set of cards found under a value: a facet, a bucket of an order, a word.

    `data` is empty where nothing is left. It says how things stood at some version: what changed since is in
    the log (IndexLog.changes) and is put upon it by whoever reads; `version` is that of the last writing.
    """

    pk = models.CompositePrimaryKey("kind", "value", "slice")
    kind = models.CharField(max_length=24)
    value = models.CharField(max_length=120)
    slice = models.IntegerField()
    data = models.BinaryField()
    version = models.BigIntegerField()

    def __str__(self):
        return f"{self.kind}={self.value}/{self.slice}"


class IndexVersion(models.Model):
    """The single row that serialises publication: whoever changes the index holds it until the commit.

    All changes up to version `folded` are in the rows; `pending` counts the cards of those that are not.
    """

    number = models.BigIntegerField(default=0)
    seal = models.CharField(max_length=32, blank=True)
    rebuilt = models.BigIntegerField(default=0)
    folded = models.BigIntegerField(default=0)
    pending = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_index_version")]

    def __str__(self):
        return str(self.number)


class IndexLog(models.Model):
    """One change of the index: how many cards came and went, and under which values (cardindex.deltas).

    The seal tells it from one rolled back. `changes` is null of a whole rebuild and of what is long past.
    """

    version = models.BigIntegerField(primary_key=True)
    seal = models.CharField(max_length=32)
    made_at = models.DateTimeField()
    added = models.PositiveIntegerField()
    dropped = models.PositiveIntegerField()
    changes = models.BinaryField(null=True)

    def __str__(self):
        return f"{self.version}: +{self.added} −{self.dropped}"
