"""Files that editions show."""

from django.db import models

from cards.models.edition import Edition
from cards.models.record import Record


class File(models.Model):
    """A stored file of a record; `id` is its number in documents and in /documenti/<id>/.

    Public while the record has a current edition and an edition that shows it is not withdrawn: also the file
    of a document that the current edition leaves out, since earlier editions stay public.
    """

    id = models.BigIntegerField(primary_key=True)
    record = models.ForeignKey(Record, models.PROTECT, related_name="files")
    editions = models.ManyToManyField(Edition, related_name="files")
    title = models.CharField(max_length=160)
    file = models.FileField(max_length=200)
    media_type = models.CharField(max_length=80, blank=True)

    def __str__(self):
        return self.title

    @property
    def is_public(self) -> bool:
        """Whether the file may be served to anybody. Two queries at most."""
        return self.record.editions.current().exists() and self.editions.filter(withdrawn_at=None).exists()
