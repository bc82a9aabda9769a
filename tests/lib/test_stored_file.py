"""The abstract model of a file or a link: exactly one of the two, and the facts of a checked file."""

import hashlib

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.test.utils import isolate_apps

from lib.files.checks import check_upload
from lib.files.models import StoredFile, stored_path

PDF = b"%PDF-1.7 corpo"


@pytest.fixture
def attachment():
    with isolate_apps("lib"):

        class Attachment(StoredFile):
            title = models.CharField(max_length=10)

            class Meta(StoredFile.Meta):
                app_label = "lib"

            def file_path(self):
                return f"allegati/{self.title}{self.extension}"

        yield Attachment


@pytest.mark.parametrize(
    ("file", "url", "is_allowed"),
    [
        ("a.pdf", "", True),
        ("", "https://example.org", True),
        ("", "", False),
        ("a.pdf", "https://example.org", False),
    ],
)
def test_constraint_allows_a_file_or_a_link(db, attachment, file, url, is_allowed):
    (constraint,) = attachment._meta.constraints
    assert constraint.name == "attachment_file_or_link"
    row = attachment(file=file, url=url)
    if is_allowed:
        constraint.validate(attachment, row)
    else:
        with pytest.raises(ValidationError):
            constraint.validate(attachment, row)


def test_set_upload_takes_over_the_facts_of_the_file(attachment):
    row = attachment(title="manuale")
    row.set_upload(check_upload(SimpleUploadedFile("Il mio file.doc", PDF)))
    assert (row.media_type, row.size, row.extension) == ("application/pdf", len(PDF), ".pdf")
    assert row.sha256 == hashlib.sha256(PDF).hexdigest()
    assert row.file.read() == PDF


def test_path_is_that_of_the_model_and_not_of_the_upload(attachment):
    row = attachment(title="manuale")
    row.set_upload(check_upload(SimpleUploadedFile("../../etc/passwd.pdf", PDF)))
    assert stored_path(row, "../../etc/passwd.pdf") == "allegati/manuale.pdf"
