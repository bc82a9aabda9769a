"""The abstract model of a file that a record has, or of a link in its place."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lib.files.checks import Upload


def stored_path(instance: "StoredFile", filename: str) -> str:
    """`upload_to` of StoredFile.file; the name that the person gave it is not used."""
    return instance.file_path()


class StoredFile(models.Model):
    """Either a checked file, with its facts, or the address of one elsewhere.

    Subclasses that have a Meta inherit from StoredFile.Meta or repeat its constraint.
    """

    file = models.FileField(_("file"), upload_to=stored_path, blank=True, max_length=200)
    url = models.URLField(_("collegamento"), blank=True, max_length=500)
    media_type = models.CharField(max_length=80, blank=True)
    size = models.PositiveIntegerField(_("byte"), null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    # Of the checked content, with its dot; set by set_upload, not stored.
    extension = ""

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=(Q(file="") & ~Q(url="")) | (~Q(file="") & Q(url="")),
                name="%(class)s_file_or_link",
            )
        ]

    def file_path(self) -> str:
        """The path in the storage of a new file, ending with `extension`; each subclass gives its own."""
        raise NotImplementedError

    def set_upload(self, upload: Upload) -> None:
        """Take over a checked file and its facts. Nothing is written before the row is saved."""
        self.extension, self.media_type = upload.extension, upload.media_type
        self.size, self.sha256 = len(upload.content), upload.sha256
        self.file = upload.as_file()
