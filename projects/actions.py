"""What an office does with a project. Each action is one transaction, one audit entry, mail after commit.

Callers check projects.rules. Actions check the state, in one conditional UPDATE, so that of two people who
act at once exactly one succeeds.
"""

import uuid
from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils import timezone

from cards import issuing, records
from cards.document.build import serialise
from cards.records import RECORD
from lib import audit
from lib.forms.autosave import can_merge
from lib.workflow import StaleDraft, WrongMove
from municipalities.models import Organisation
from projects import mail
from projects.completeness import missing_required
from projects.history import record
from projects.models import Project, Submission
from projects.reviewing import decide
from projects.source import draft_document
from projects.workflow import EDITABLE, PROJECT, Verb


class Incomplete(Exception):
    """Required fields are missing; `args[0]` is the result of completeness.missing_required."""


@transaction.atomic
def create_project(*, by, owner: Organisation, idempotency_key: uuid.UUID, **fields) -> Project:
    """Create a draft of `owner` with these `fields` of Project.

    The same key and owner twice, as from a double click, give the first draft.
    """
    if existing := Project.objects.filter(idempotency_key=idempotency_key).first():
        if existing.owner_id == owner.pk:
            return existing
        # The form was sent again for another body, after going back in the browser: another project.
        idempotency_key = uuid.uuid4()
    fields.setdefault("promoter", owner)
    fields.setdefault("lead_municipality", owner.territory)
    try:
        with transaction.atomic():
            project = Project.objects.create(
                record=records.open_record(owner),
                idempotency_key=idempotency_key,
                created_by=by,
                updated_by=by,
                **fields,
            )
    except IntegrityError:
        return Project.objects.get(idempotency_key=idempotency_key, record__owner=owner)
    record(project, "create", by)
    return project


@transaction.atomic
def save_draft(project: Project, *, by, version: int, changes: Mapping, automatic: bool = False) -> Project:
    """Raise the version of a draft and record which fields change, for the transaction that writes them.

    `version` is the one that the page was loaded with. `changes`: `step`, whose fields are written, the names
    `fields`, and `page` and `turn` of an automatic save. Saves since `version` are merged when they were of
    other steps, or of an earlier turn of the same page (lib.forms.autosave.can_merge). Raises StaleDraft when
    they were not, WrongMove when the draft may no longer be edited; nothing is written then.
    """
    draft = Project.objects.filter(pk=project.pk, status__in=EDITABLE, deleted_at=None)
    now = timezone.now()
    stamp = {"version": F("version") + 1, "updated_by": by, "updated_at": now}
    if not draft.filter(version=version).update(**stamp):
        current = Project.objects.only("status", "version", "deleted_at").get(pk=project.pk)
        if not current.is_editable:
            raise WrongMove
        is_mergeable = "step" in changes and _is_mergeable(project, version, changes)
        if not is_mergeable or not draft.filter(version=current.version).update(**stamp):
            raise StaleDraft
        version = current.version
    project.version, project.updated_by, project.updated_at = version + 1, by, now
    saved = {**changes, "version": project.version}
    if not (automatic and _extend_last(project, by, saved)):
        record(project, "save", by, {**saved, "automatic": True} if automatic else saved)
    return project


def _is_mergeable(project: Project, version: int, changes: Mapping) -> bool:
    """Whether `changes` can be merged with all saves since `version`; False after 200 entries."""
    recent = _entries(project).values_list("changes", flat=True)[:200]
    since = [saved for saved in recent if saved.get("version", 0) > version]
    return 0 < len(since) < 200 and can_merge(since, changes)


def _extend_last(project: Project, by, saved: Mapping) -> bool:
    """Extend the last entry by this automatic save, if that is one of the same person, step and page."""
    last = _entries(project).first()
    is_same = last and last.verb == "save" and last.by_id == by.pk and last.changes.get("automatic")
    if not is_same or any(last.changes.get(key) != saved.get(key) for key in ("step", "page")):
        return False
    fields = list(dict.fromkeys([*last.changes["fields"], *saved["fields"]]))
    return audit.extend(last, {**saved, "fields": fields, "automatic": True})


def _entries(project: Project):
    """The audit entries of a project, the last written first."""
    return audit.history(RECORD, project.code).order_by("-pk")


@transaction.atomic
def submit(
    project: Project, *, by, idempotency_key: uuid.UUID, note: str = "", version: int | None = None
) -> Submission:
    """Submit a draft for review; the same key twice gives the first submission.

    Raises Incomplete, WrongMove, and StaleDraft when `version` is given and the draft has changed since.
    """
    if existing := Submission.objects.filter(idempotency_key=idempotency_key).first():
        if existing.project_id == project.pk:
            return existing
        idempotency_key = uuid.uuid4()
    if missing := missing_required(project):
        raise Incomplete(missing)
    try:
        still: dict = {} if version is None else {"version": version}
        PROJECT.apply(project, Verb.SUBMIT, **still, deleted_at=None)
    except WrongMove as error:
        # A double click: the UPDATE above waited for the other request to commit.
        if existing := Submission.objects.filter(idempotency_key=idempotency_key, project=project).first():
            return existing
        current = Project.objects.only("status", "deleted_at").get(pk=project.pk)
        if current.is_editable:
            raise StaleDraft from error
        raise
    number = (project.submissions.aggregate(n=Max("number"))["n"] or 0) + 1
    submission = Submission.objects.create(
        project=project,
        number=number,
        idempotency_key=idempotency_key,
        submitted_by=by,
        note=note,
        document=serialise(draft_document(project)),
    )
    record(project, Verb.SUBMIT, by, {"receipt": submission.receipt})
    transaction.on_commit(lambda: mail.receipt(submission))
    return submission


@transaction.atomic
def recall(project: Project, *, by) -> Project:
    """Take a submission back before a reviewer has taken it. Raises WrongMove."""
    PROJECT.apply(project, Verb.RECALL)
    decide(project, by, Submission.Outcome.RECALLED)
    record(project, Verb.RECALL, by)
    return project


@transaction.atomic
def revise(project: Project, *, by) -> Project:
    """Make a published or archived project a draft again; its public card stays. Raises WrongMove."""
    PROJECT.apply(project, Verb.REVISE)
    record(project, Verb.REVISE, by)
    return project


@transaction.atomic
def confirm_current(project: Project, *, by) -> Project:
    """Record that the office has confirmed the public card as still valid."""
    issuing.confirm(project.record, at=timezone.now())
    record(project, "confirm", by)
    return project
