"""Emptying the bin: the drafts and their files are erased, records and what refers to them stay."""

import io
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from cards.models import Record
from lib.audit import history
from projects import drafts
from projects.models import Document, Project
from reuse.actions import assessing
from reuse.criteria import SELF
from tests import builders

pytestmark = pytest.mark.django_db


def delete_and_empty(*projects: Project, by) -> int:
    """How many drafts emptying the bin erases after these were deleted."""
    for project in projects:
        drafts.delete_draft(project, by=by)
    return drafts.empty_bin(before=timezone.now() + timedelta(seconds=1))


def test_empty_bin_erases_a_draft_with_an_open_self_assessment(office, municipalities):
    rated, other = (builders.draft(office, municipalities["torino"]) for _ in range(2))
    assessment = assessing.open_assessment(rated.record, by=office, rater=SELF, organisation=rated.owner)
    assert delete_and_empty(rated, other, by=office) == 2
    assert not Project.objects.exists()
    assessment.refresh_from_db()
    assert (assessment.record.code, assessment.made_at) == (rated.code, None)


def test_empty_bin_keeps_records_and_audit_log_so_that_no_code_is_given_twice(office, municipalities):
    project = builders.draft(office, municipalities["torino"])
    assert delete_and_empty(project, by=office) == 1
    assert Record.objects.get().code == project.code
    verbs = list(history("record", project.code).order_by("pk").values_list("verb", flat=True))
    assert verbs == ["create", "delete"]
    assert builders.draft(office, municipalities["torino"]).code != project.code


def test_empty_bin_deletes_files_after_the_commit(
    office, municipalities, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.MEDIA_ROOT = tmp_path
    document = Document(
        project=builders.draft(office, municipalities["torino"]), type="manual", title="Manuale"
    )
    document.extension = ".pdf"
    document.file.save("a.pdf", io.BytesIO(b"%PDF-1.7"))
    with django_capture_on_commit_callbacks() as callbacks:
        delete_and_empty(document.project, by=office)
    assert default_storage.exists(document.file.name)
    for callback in callbacks:
        callback()
    assert not default_storage.exists(document.file.name)


def test_empty_bin_keeps_drafts_deleted_later(office, municipalities):
    project = builders.draft(office, municipalities["torino"])
    drafts.delete_draft(project, by=office)
    assert drafts.empty_bin(before=project.deleted_at) == 0
    assert Project.objects.get() == project
