"""Actions on drafts besides writing their fields: copy, delete, restore, attach documents, rate.

As in projects.actions: one transaction, one entry in the audit log each, mail after commit.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from lib.files.checks import Upload
from lib.workflow import WrongMove
from municipalities.models import Organisation
from projects.actions import create_project
from projects.history import record
from projects.models import Document, Identifier, Partner, Project, Submission
from projects.workflow import EDITABLE, Status

# The fields that a copy takes over: who, where and of what kind; no dates, money, results.
COPIED = (
    "summary",
    "kind",
    "primary_area",
    "other_areas",
    "target_groups",
    "technologies",
    "sdgs",
    "place_name",
    "scale",
    "latitude",
    "longitude",
    "need",
    "objectives",
    "solution",
    "policy",
    "part_of",
    "promoter",
    "lead_municipality",
    "contact_office",
    "contact_email",
    "contact_is_public",
    "components",
    "standards",
    "open_apis",
    "platforms",
)
CONTACTS = ("contact_office", "contact_email", "contact_is_public")


def start_project(*, by, owner: Organisation, idempotency_key: uuid.UUID, title: str) -> Project:
    """Create a draft with the contacts of the project of `owner` that was edited last."""
    last = Project.objects.owned_by([owner.pk]).exclude(contact_email="", contact_office="")
    contacts = last.order_by("-updated_at").values(*CONTACTS).first() or {}
    return create_project(by=by, owner=owner, idempotency_key=idempotency_key, title=title, **contacts)


@transaction.atomic
def duplicate_project(source: Project, *, by, idempotency_key: uuid.UUID, title: str) -> Project:
    """Create a draft as a copy of another project of the same body; the same key twice gives one draft."""
    is_repeated = Project.objects.filter(
        idempotency_key=idempotency_key, record__owner=source.owner_id
    ).exists()
    fields = {name: getattr(source, name) for name in COPIED}
    project = create_project(
        by=by, owner=source.owner, idempotency_key=idempotency_key, title=title, **fields
    )
    if not is_repeated:
        project.other_municipalities.set(source.other_municipalities.all())
        partners = source.partners.order_by("pk")
        Partner.objects.bulk_create(
            Partner(project=project, name=p.name, role=p.role, organisation_id=p.organisation_id)
            for p in partners
        )
        record(project, "duplicate", by, {"source": source.code})
    return project


@transaction.atomic
def store_raw_input(project: Project, *, step: str, raw_input: Mapping | None) -> None:
    """Store what was posted in a step with values that are not valid, or delete it once they are.

    Call after save_draft, in its transaction. `raw_input` is `{name: [texts]}`, None to delete.
    """
    stored = {**Project.objects.values_list("raw_input", flat=True).get(pk=project.pk)}
    stored.pop(step, None)
    if raw_input is not None:
        stored[step] = dict(raw_input)
    Project.objects.filter(pk=project.pk).update(raw_input=stored)
    project.raw_input = stored


@transaction.atomic
def delete_draft(project: Project, *, by) -> Project:
    """Put a draft into the bin. Raises WrongMove for one that was ever submitted or published."""
    if project.submissions.exists() or project.record.editions.exists():
        raise WrongMove("delete")
    drafts = Project.objects.filter(pk=project.pk, status=Status.DRAFT, deleted_at=None)
    project.deleted_at, project.deleted_by = timezone.now(), by
    if not drafts.update(deleted_at=project.deleted_at, deleted_by=by):
        raise WrongMove("delete")
    record(project, "delete", by)
    return project


@transaction.atomic
def restore_draft(project: Project, *, by) -> Project:
    """Take a draft out of the bin. Raises WrongMove when it is not there."""
    binned = Project.objects.filter(pk=project.pk).exclude(deleted_at=None)
    if not binned.update(deleted_at=None, deleted_by=None):
        raise WrongMove("restore")
    project.deleted_at = project.deleted_by = None
    record(project, "restore", by)
    return project


@transaction.atomic
def empty_bin(*, before: datetime) -> int:
    """Erase the drafts deleted before a moment, with their files. Gives their number.

    Their records stay, so that no code is given twice, and so do assessments of them and the audit log.
    """
    expired = list(Project.objects.filter(deleted_at__lt=before, submissions=None, record__editions=None))
    files = list(Document.objects.filter(project__in=expired).exclude(file=""))
    for project in expired:
        project.delete()
    for document in files:
        transaction.on_commit(lambda file=document.file: file.storage.delete(file.name))
    return len(expired)


@transaction.atomic
def add_document(document: Document, *, by) -> Document:
    """Attach a document to a draft; the same `uid` twice, as from a double click, attaches one.

    Raises WrongMove when the draft may not be edited.
    """
    project = document.project
    if existing := project.documents.filter(uid=document.uid).exclude(pk=document.pk).first():
        return existing
    _raise_version(project, by)
    document.save()
    record(project, "add_document", by, {"title": document.title, **_attachment_changes(project)})
    return document


@transaction.atomic
def keep_file(project: Project, upload: Upload, *, title: str) -> Document:
    """Store a checked file whose answers are to be corrected, so that it need not be chosen again.

    It is no document of the draft: until `add_document` it counts as removed. Raises WrongMove when the draft
    may not be edited.
    """
    _raise_version(project, None)
    document = Document(project=project, title=title[:160], removed_at=timezone.now())
    document.set_upload(upload)
    document.width, document.height = upload.width, upload.height
    document.save()
    record(project, "keep_file", None, _attachment_changes(project))
    return document


@transaction.atomic
def remove_document(document: Document, *, by) -> None:
    """Remove a document from the working copy; its file stays for the editions that show it.

    Raises WrongMove when the draft may not be edited.
    """
    if not Document.objects.filter(pk=document.pk, removed_at=None).exists():
        return
    _raise_version(document.project, by)
    document.removed_at = timezone.now()
    document.save(update_fields=["removed_at"])
    record(
        document.project,
        "remove_document",
        by,
        {"title": document.title, **_attachment_changes(document.project)},
    )


@transaction.atomic
def rate_submission(submission: Submission, *, by, ease: int, note: str = "") -> Submission:
    """Store how easy the office found submitting a card, from 1 to 5; replaces an earlier rating."""
    submission.ease, submission.ease_note = ease, note
    submission.save(update_fields=["ease", "ease_note"])
    record(submission.project, "rate", by, {"ease": ease})
    return submission


def _raise_version(project: Project, by) -> None:
    """Raise the version, so that a summary loaded before cannot be submitted. Raises WrongMove."""
    draft = Project.objects.filter(pk=project.pk, status__in=EDITABLE, deleted_at=None)
    stamp = {"version": F("version") + 1, "updated_by": by, "updated_at": timezone.now()}
    if not draft.update(**stamp):
        raise WrongMove("documents")
    project.version = Project.objects.values_list("version", flat=True).get(pk=project.pk)


def _attachment_changes(project: Project) -> dict:
    """Changes of the audit entry, with a step of their own: no conflict with a save of contacts."""
    return {"step": "attachments", "version": project.version}


def known_codes(project: Project) -> list[tuple[str, str]]:
    """`[(scheme, code)]` of the identifiers of a project, CUP first."""
    rows = Identifier.objects.filter(project=project).order_by("pk").values_list("scheme", "value")
    return sorted(rows, key=lambda row: row[0] != "cup")
