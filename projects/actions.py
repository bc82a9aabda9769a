"""Everything that changes a project. Each action is one transaction, one audit entry, mail after commit.

Callers have asked rules; actions still refuse a move the workflow does not know, in one conditional
UPDATE, so that of two people who decide at once exactly one wins.
"""

import uuid
from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils import timezone

from cards import records
from cards.records import RECORD
from lib import audit
from lib.forms.autosave import can_merge
from lib.workflow import StaleDraft, WrongMove
from municipalities.models import Organisation
from projects import mail
from projects.completeness import missing_required
from projects.history import record
from projects.models import Project, Submission
from projects.reviewing import _decide
from projects.workflow import EDITABLE, PROJECT, Verb


class Incomplete(Exception):
    """Required fields are missing; `args[0]` is what completeness.missing_required gave."""


@transaction.atomic
def create_project(*, by, owner: Organisation, nonce: uuid.UUID, **fields) -> Project:
    """Open a draft. The same `nonce` twice, as from a double click, gives the project already made."""
    if existing := Project.objects.filter(nonce=nonce).first():
        if existing.owner_id == owner.pk:
            return existing
        # The same form sent again for another body, as after Back: another project.
        nonce = uuid.uuid4()
    fields.setdefault("promoter", owner)
    fields.setdefault("lead_municipality", owner.territory)
    try:
        with transaction.atomic():
            project = Project.objects.create(
                record=records.open_record(owner), nonce=nonce, created_by=by, updated_by=by, **fields
            )
    except IntegrityError:
        return Project.objects.get(nonce=nonce, record__owner=owner)
    record(project, "create", by)
    return project


@transaction.atomic
def save_draft(project: Project, *, by, version: int, changes: Mapping, automatic: bool = False) -> Project:
    """Note that fields of a draft were changed, and guard against a colleague's save.

    Call inside the transaction that writes the fields, which must be those of one step (`changes["step"]`):
    a draft that meanwhile changed in other steps alone is saved all the same, as is one changed by an
    earlier `turn` of the same `page`. Raises StaleDraft when this step changed otherwise since `version`,
    WrongMove when the draft may no longer be edited; nothing is written then.
    """
    draft = Project.objects.filter(pk=project.pk, status__in=EDITABLE, deleted_at=None)
    now = timezone.now()
    stamp = {"version": F("version") + 1, "updated_by": by, "updated_at": now}
    if not draft.filter(version=version).update(**stamp):
        current = Project.objects.only("status", "version", "deleted_at").get(pk=project.pk)
        if not current.is_editable:
            raise WrongMove
        is_harmless = "step" in changes and _is_harmless(project, version, changes)
        if not is_harmless or not draft.filter(version=current.version).update(**stamp):
            raise StaleDraft
        version = current.version
    project.version, project.updated_by, project.updated_at = version + 1, by, now
    told = {**changes, "version": project.version}
    if not (automatic and _lengthened(project, by, told)):
        record(project, "save", by, {**told, "automatic": True} if automatic else told)
    return project


def _is_harmless(project: Project, version: int, mine: Mapping) -> bool:
    """Whether all that was saved since `version` was in other steps, or earlier from the very same page."""
    recent = _entries(project).values_list("changes", flat=True)[:200]
    since = [told for told in recent if told.get("version", 0) > version]
    return 0 < len(since) < 200 and can_merge(since, mine)


def _lengthened(project: Project, by, told: Mapping) -> bool:
    """Make this automatic save part of the entry of the one just before it, of the same person and page."""
    last = _entries(project).first()
    is_same = last and last.verb == "save" and last.by_id == by.pk and last.changes.get("automatic")
    same_place = is_same and all(last.changes.get(key) == told.get(key) for key in ("step", "page"))
    if not same_place:
        return False
    fields = list(dict.fromkeys([*last.changes["fields"], *told["fields"]]))
    return audit.extend(last, {**told, "fields": fields, "automatic": True})


def _entries(project: Project):
    """The history of a project in the order of writing, the newest first."""
    return audit.history(RECORD, project.code).order_by("-pk")


@transaction.atomic
def submit(
    project: Project, *, by, nonce: uuid.UUID, note: str = "", version: int | None = None
) -> Submission:
    """Send a draft for review. Raises Incomplete with what is missing; one nonce is one sending.

    With the `version` that was read, a draft changed since then is not sent: StaleDraft.
    """
    if existing := Submission.objects.filter(nonce=nonce).first():
        if existing.project_id == project.pk:
            return existing
        nonce = uuid.uuid4()
    if missing := missing_required(project):
        raise Incomplete(missing)
    try:
        still: dict = {} if version is None else {"version": version}
        PROJECT.apply(project, Verb.SUBMIT, **still, deleted_at=None)
    except WrongMove as error:
        # The twin of a double click was first, and waited for by the UPDATE above.
        if twin := Submission.objects.filter(nonce=nonce, project=project).first():
            return twin
        current = Project.objects.only("status", "deleted_at").get(pk=project.pk)
        if current.is_editable:
            raise StaleDraft from error
        raise
    number = (project.submissions.aggregate(n=Max("number"))["n"] or 0) + 1
    submission = Submission.objects.create(
        project=project, number=number, nonce=nonce, submitted_by=by, note=note
    )
    record(project, Verb.SUBMIT, by, {"receipt": submission.receipt})
    transaction.on_commit(lambda: mail.receipt(submission))
    return submission


@transaction.atomic
def recall(project: Project, *, by) -> Project:
    """Take back a sending that nobody has taken up yet."""
    PROJECT.apply(project, Verb.RECALL)
    _decide(project, by, Submission.Outcome.RECALLED)
    record(project, Verb.RECALL, by)
    return project


@transaction.atomic
def revise(project: Project, *, by) -> Project:
    """Open the working copy of a published project; the public card stays as it is."""
    PROJECT.apply(project, Verb.REVISE)
    record(project, Verb.REVISE, by)
    return project


@transaction.atomic
def confirm_current(project: Project, *, by) -> Project:
    """The office says that the public card still holds."""
    records.confirm(project.record, at=timezone.now())
    record(project, "confirm", by)
    return project
