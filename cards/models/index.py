"""The stored index of the current cards: cardindex encodes it, cards.index.writer writes it."""

from django.db import models


class IndexEntry(models.Model):
    """One block of the posting list of a term: a value of a facet, a bucket of a sort order, a word.

    `data` is empty where no card is left. Changes that are not compacted yet are in the log alone
    (IndexLog.changes); readers apply them. `version` is that of the last write.
    """

    pk = models.CompositePrimaryKey("kind", "value", "block")
    kind = models.CharField(max_length=24)
    value = models.CharField(max_length=120)
    block = models.IntegerField()
    data = models.BinaryField()
    version = models.BigIntegerField()

    def __str__(self):
        return f"{self.kind}={self.value}/{self.block}"


class IndexVersion(models.Model):
    """The single row that serialises writers: whoever changes the index locks it until the commit.

    All changes up to version `compacted` are in the posting lists; `uncompacted` counts the cards in later
    ones. The token distinguishes a version from one of the same number that was rolled back.
    """

    number = models.BigIntegerField(default=0)
    token = models.CharField(max_length=32, blank=True)
    rebuilt = models.BigIntegerField(default=0)
    compacted = models.BigIntegerField(default=0)
    uncompacted = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_index_version")]

    def __str__(self):
        return str(self.number)


class IndexLog(models.Model):
    """One change of the index: the number of cards added and dropped, and their terms (cardindex.deltas).

    `changes` is null for a rebuild, and once the version is older than the log keeps.
    """

    version = models.BigIntegerField(primary_key=True)
    token = models.CharField(max_length=32)
    created_at = models.DateTimeField()
    added = models.PositiveIntegerField()
    dropped = models.PositiveIntegerField()
    changes = models.BinaryField(null=True)

    def __str__(self):
        return f"{self.version}: +{self.added} −{self.dropped}"
