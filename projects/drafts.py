"""What an office does with its drafts besides writing fields: copy one, throw one away, attach documents.

As in projects.actions: one transaction, one entry in the audit log each, mail after commit.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from lib.workflow import WrongMove
from municipalities.models import Organisation
from projects.actions import create_project
from projects.history import record
from projects.models import Document, Identifier, Partner, Project, Submission
from projects.workflow import EDITABLE, Status

# What a project that starts from another one takes over: who, where, what kind; not what happened.
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


def start_project(*, by, owner: Organisation, nonce: uuid.UUID, title: str) -> Project:
    """Open a draft with the contacts the body gave last: nobody is asked twice for the same thing."""
    last = Project.objects.owned_by([owner.pk]).exclude(contact_email="", contact_office="")
    contacts = last.order_by("-updated_at").values(*CONTACTS).first() or {}
    return create_project(by=by, owner=owner, nonce=nonce, title=title, **contacts)


@transaction.atomic
def duplicate_project(source: Project, *, by, nonce: uuid.UUID, title: str) -> Project:
    """Open a draft that starts from another project of the same body. The same `nonce` twice opens one."""
    known = Project.objects.filter(nonce=nonce, record__owner=source.owner_id).exists()
    fields = {name: getattr(source, name) for name in COPIED}
    project = create_project(by=by, owner=source.owner, nonce=nonce, title=title, **fields)
    if not known:
        project.other_municipalities.set(source.other_municipalities.all())
        partners = source.partners.order_by("pk")
        Partner.objects.bulk_create(
            Partner(project=project, name=p.name, role=p.role, organisation_id=p.organisation_id)
            for p in partners
        )
        record(project, "duplicate", by, {"source": source.code})
    return project


@transaction.atomic
def keep_typed(project: Project, *, step: str, typed: Mapping | None) -> None:
    """Keep what was typed in a step and cannot be read yet, or forget it once it can.

    Call after save_draft, in its transaction. `typed` is `{name: [texts]}`, None to forget.
    """
    kept = {**Project.objects.values_list("typed", flat=True).get(pk=project.pk)}
    kept.pop(step, None)
    if typed is not None:
        kept[step] = dict(typed)
    Project.objects.filter(pk=project.pk).update(typed=kept)
    project.typed = kept


@transaction.atomic
def delete_draft(project: Project, *, by) -> Project:
    """Throw away a draft that was never sent. It waits in the bin; what was ever sent is kept for good."""
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
    """Take a draft out of the bin, as it was."""
    binned = Project.objects.filter(pk=project.pk).exclude(deleted_at=None)
    if not binned.update(deleted_at=None, deleted_by=None):
        raise WrongMove("restore")
    project.deleted_at = project.deleted_by = None
    record(project, "restore", by)
    return project


@transaction.atomic
def empty_bin(*, before: datetime) -> int:
    """Erase for good the drafts thrown away before a moment, files too. How many they were.

    The record and the entries of the audit log stay: the code is never given again.
    """
    gone = list(Project.objects.filter(deleted_at__lt=before, submissions=None, record__editions=None))
    files = list(Document.objects.filter(project__in=gone).exclude(file=""))
    for project in gone:
        project.delete()
    for document in files:
        transaction.on_commit(lambda kept=document.file: kept.storage.delete(kept.name))
    return len(gone)


@transaction.atomic
def add_document(document: Document, *, by) -> Document:
    """Attach a checked document to a draft. The same form sent twice attaches it once."""
    project = document.project
    if twin := project.documents.filter(uid=document.uid).first():
        return twin
    _touch(project, by)
    document.save()
    record(project, "add_document", by, {"title": document.title, **_attachment(project)})
    return document


@transaction.atomic
def remove_document(document: Document, *, by) -> None:
    """Take a document off the working copy; its file stays for the editions that show it."""
    if not Document.objects.filter(pk=document.pk, removed_at=None).exists():
        return
    _touch(document.project, by)
    document.removed_at = timezone.now()
    document.save(update_fields=["removed_at"])
    record(
        document.project, "remove_document", by, {"title": document.title, **_attachment(document.project)}
    )


@transaction.atomic
def rate_sending(submission: Submission, *, by, ease: int, note: str = "") -> Submission:
    """How easy the office found sending a card, from 1 to 5; the last word counts."""
    submission.ease, submission.ease_note = ease, note
    submission.save(update_fields=["ease", "ease_note"])
    record(submission.project, "rate", by, {"ease": ease})
    return submission


def _touch(project: Project, by) -> None:
    """A new version of the draft: who read the summary before is told that it changed."""
    draft = Project.objects.filter(pk=project.pk, status__in=EDITABLE, deleted_at=None)
    stamp = {"version": F("version") + 1, "updated_by": by, "updated_at": timezone.now()}
    if not draft.update(**stamp):
        raise WrongMove("documents")
    project.version = Project.objects.values_list("version", flat=True).get(pk=project.pk)


def _attachment(project: Project) -> dict:
    """A step of its own, so that adding a document is no conflict with who writes the contacts."""
    return {"step": "attachments", "version": project.version}


def known_codes(project: Project) -> list[tuple[str, str]]:
    """`[(scheme, code)]` of a project, CUP first."""
    rows = Identifier.objects.filter(project=project).order_by("pk").values_list("scheme", "value")
    return sorted(rows, key=lambda row: row[0] != "cup")
