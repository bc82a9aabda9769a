"""Everything that changes a project. Each action is one transaction, one audit entry, mail after commit.

Callers have asked rules; actions still refuse a move the workflow does not know, in one conditional
UPDATE, so that of two people who decide at once exactly one wins.
"""

import uuid
from collections.abc import Mapping, Sequence

from django.db import IntegrityError, transaction
from django.db.models import F, Max, Model
from django.utils import timezone
from django.utils.text import slugify

from lib import audit
from lib.workflow import HeldByAnother, StaleDraft, WrongMove
from municipalities.actions import bump_content_version
from municipalities.models import Organisation
from projects import index, mail
from projects.cards import build_card, places_at_hand, write_card
from projects.completeness import missing_required
from projects.facts import collect
from projects.models import (
    Card,
    CodeCounter,
    FieldComment,
    Project,
    Submission,
)
from projects.replicability import standing
from projects.stored import last_edition
from projects.workflow import EDITABLE, PROJECT, Move, Status

# The kind of projects and of what hangs on them in the audit log.
RECORD = "record"


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
                code=next_code(owner), owner=owner, nonce=nonce, created_by=by, updated_by=by, **fields
            )
    except IntegrityError:
        return Project.objects.get(nonce=nonce, owner=owner)
    record(project, "create", by)
    return project


def next_code(owner: Organisation) -> str:
    """The next free code of the owner's province this year, such as TO-2026-0001."""
    province = owner.territory and (owner.territory.province or owner.territory)
    prefix, year = (province.code if province else "IT"), timezone.localdate().year
    CodeCounter.objects.get_or_create(prefix=prefix, year=year)
    CodeCounter.objects.filter(prefix=prefix, year=year).update(last=F("last") + 1)
    number = CodeCounter.objects.get(prefix=prefix, year=year).last
    return f"{prefix}-{year}-{number:04d}"


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
    return 0 < len(since) < 200 and all(_spares(told, mine) for told in since)


def _spares(told: Mapping, mine: Mapping) -> bool:
    if told.get("step") not in (None, mine["step"]):
        return True
    is_same_page = bool(mine.get("page")) and told.get("page") == mine["page"]
    return is_same_page and told.get("turn", 0) <= mine["turn"]


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
        still = {} if version is None else {"version": version}
        PROJECT.apply(project, Move.SUBMIT, **still, deleted_at=None)
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
    record(project, Move.SUBMIT, by, {"receipt": submission.receipt})
    transaction.on_commit(lambda: mail.receipt(submission))
    return submission


@transaction.atomic
def recall(project: Project, *, by) -> Project:
    """Take back a sending that nobody has taken up yet."""
    PROJECT.apply(project, Move.RECALL)
    _decide(project, by, Submission.Outcome.RECALLED)
    record(project, Move.RECALL, by)
    return project


@transaction.atomic
def take(project: Project, *, by) -> Submission:
    """Take a submitted project into review."""
    PROJECT.apply(project, Move.TAKE)
    submission = _open_submission(project)
    submission.taken_at, submission.taken_by = timezone.now(), by
    submission.save(update_fields=["taken_at", "taken_by"])
    record(project, Move.TAKE, by)
    return submission


@transaction.atomic
def take_over(project: Project, *, by) -> Submission:
    """Take a project under review out of a colleague's hands, who is told of it by the history."""
    # Writes the row that every decision writes, so that of a decision and this one is first.
    if not Project.objects.filter(pk=project.pk, status=Status.IN_REVIEW).update(status=Status.IN_REVIEW):
        raise WrongMove
    submission = _open_submission(project)
    former = submission.taken_by
    if former == by:
        return submission
    submission.taken_at, submission.taken_by = timezone.now(), by
    submission.save(update_fields=["taken_at", "taken_by"])
    record(project, "take_over", by, {"from": str(former)})
    return submission


@transaction.atomic
def release(project: Project, *, by) -> Project:
    """Give a project under review back to the queue."""
    PROJECT.apply(project, Move.RELEASE)
    submission = _held_submission(project, by)
    submission.taken_at = submission.taken_by = None
    submission.save(update_fields=["taken_at", "taken_by"])
    record(project, Move.RELEASE, by)
    return project


@transaction.atomic
def comment(project: Project, *, by, field: str, text: str) -> FieldComment:
    """A reviewer's word on one field; sent with the request for changes."""
    if project.status != Status.IN_REVIEW:
        raise WrongMove
    submission = _held_submission(project, by)
    return FieldComment.objects.create(submission=submission, field=field, text=text, by=by)


@transaction.atomic
def write_comments(project: Project, *, by, texts: Mapping[str, tuple[str, str]]) -> int:
    """Keep what a reviewer says of each field, one comment a field: `{field: (words read, words now)}`.

    Where another page wrote meanwhile, both words stay. Gives how many comments there are now.
    """
    if project.status != Status.IN_REVIEW:
        raise WrongMove
    submission = _held_submission(project, by)
    known = {note.field: note for note in submission.comments.order_by("pk")}
    for field, (read, now) in texts.items():
        note = known.get(field)
        stored = note.text if note else ""
        if stored not in (read, now):
            now = f"{stored}\n\n{now}".strip()
        if note and not now:
            note.delete()
        elif note:
            note.text, note.by = now, by
            note.save(update_fields=["text", "by"])
        elif now:
            FieldComment.objects.create(submission=submission, field=field, text=now, by=by)
    return submission.comments.count()


@transaction.atomic
def remove_comment(project: Project, *, pk: int, by) -> None:
    """Take back a comment not yet sent to the office."""
    if project.status != Status.IN_REVIEW:
        raise WrongMove
    _held_submission(project, by)
    FieldComment.objects.filter(pk=pk, submission__project=project, submission__decided_at=None).delete()


@transaction.atomic
def answer_comment(note: FieldComment, *, by, answer: str) -> FieldComment:
    """The office's answer to one comment."""
    note.answer, note.answered_at, note.answered_by = answer, timezone.now(), by
    note.save(update_fields=["answer", "answered_at", "answered_by"])
    return note


@transaction.atomic
def request_changes(project: Project, *, by, message: str = "") -> Submission:
    """Give the project back to its office with the comments made."""
    PROJECT.apply(project, Move.REQUEST_CHANGES)
    submission = _decide(project, by, Submission.Outcome.CHANGES_REQUESTED, message)
    record(project, Move.REQUEST_CHANGES, by, {"comments": submission.comments.count()})
    transaction.on_commit(lambda: mail.changes_requested(submission))
    return submission


@transaction.atomic
def publish(project: Project, *, by, change_note: str = "", checked: Sequence[str] = ()) -> Card:
    """Freeze the working copy into the next edition, which at once replaces the public card.

    `checked`: what the reviewer says to have looked at, kept in the history.
    """
    PROJECT.apply(project, Move.PUBLISH)
    submission = _decide(project, by, Submission.Outcome.PUBLISHED)
    card = issue_card(project, by=by, change_note=change_note)
    looked = {"checked": list(checked)} if checked else {}
    record(project, Move.PUBLISH, by, {"edition": card.edition, **looked})
    transaction.on_commit(lambda: mail.published(submission, card))
    return card


@transaction.atomic(savepoint=False)
def issue_card(project: Project, *, by, change_note: str = "") -> Card:
    """Make the next numbered card from the rows as they are: the heart of publish and of the loaders."""
    # Held, but not its key: a withdrawal that waits for this row while its turn is held would never end.
    facts = collect(project.pk, is_held=True)
    slug = facts["slug"] or _give_slug(project.pk)
    turn, now = index.lock(), timezone.now()
    last = last_edition(project.pk)
    former = {last.pk: index.terms_of(last)} if last and last.is_current else {}
    if former:
        Card.objects.filter(pk=last.pk).update(is_current=False)
    card = Card(project_id=project.pk, edition=last.edition + 1 if last else 1, published_at=now)
    card.published_by, card.change_note = by, change_note
    card.live_values = last.live_values if last else card.live_values
    document = build_card(facts, slug=slug, edition=card.edition, published_at=now)
    write_card(card, document, places_at_hand(document))
    index.change(added={card.pk: index.terms_of(card)}, dropped=former, turn=turn)
    standing.refresh(card, document)
    if facts["documents"]:
        project.documents.filter(removed_at=None, published_at=None).update(published_at=now)
    return card


def _give_slug(project_id: int) -> str:
    """Once and for ever: the title, then the municipality, then a number when others have it."""
    project = Project.objects.select_related("lead_municipality").get(pk=project_id)
    base = slugify(project.title)[:120].strip("-") or project.code.lower()
    place = project.lead_municipality.slug if project.lead_municipality_id else ""
    candidates = [base, f"{base}-{place}"[:130]] + [f"{base}-{n}" for n in range(2, 200)]
    for slug in candidates:
        if Project.objects.filter(slug=slug).exists():
            continue
        try:
            with transaction.atomic():
                Project.objects.filter(pk=project_id).update(slug=slug)
        except IntegrityError:
            continue
        return slug
    raise WrongMove("no free slug")


@transaction.atomic
def revise(project: Project, *, by) -> Project:
    """Open the working copy of a published project; the public card stays as it is."""
    PROJECT.apply(project, Move.REVISE)
    record(project, Move.REVISE, by)
    return project


@transaction.atomic
def archive(project: Project, *, by, reason: str) -> Project:
    """Decide not to publish, with the reason; a public card, if any, stays."""
    PROJECT.apply(project, Move.ARCHIVE)
    submission = _decide(project, by, Submission.Outcome.ARCHIVED, reason)
    record(project, Move.ARCHIVE, by, {"reason": reason})
    transaction.on_commit(lambda: mail.archived(submission))
    return project


@transaction.atomic
def withdraw(card: Card, *, by, reason: str) -> Card:
    """Take a public card down. A page says so and why; the card and its data stay on record."""
    turn = index.lock()
    taken = Card.objects.filter(pk=card.pk, is_current=True).update(
        is_current=False, withdrawn_at=timezone.now(), withdrawn_by=by, withdrawal_reason=reason
    )
    if not taken:
        raise WrongMove
    card.refresh_from_db()
    index.change(added={}, dropped={card.pk: index.terms_of(card)}, turn=turn)
    changes = {"edition": card.edition, "reason": reason}
    audit.record("withdraw", by=by, on=subject_through(card), changes=changes)
    transaction.on_commit(lambda: mail.withdrawn(card))
    return card


@transaction.atomic
def confirm_current(project: Project, *, by) -> Project:
    """The office says that the public card still holds."""
    project.confirmed_at = timezone.now()
    project.save(update_fields=["confirmed_at"])
    record(project, "confirm", by)
    bump_content_version()
    return project


def _open_submission(project: Project) -> Submission:
    return project.submissions.get(decided_at=None)


def _held_submission(project: Project, by) -> Submission:
    """The sending under review, while `by` has it in hand; HeldByAnother otherwise."""
    submission = _open_submission(project)
    if submission.taken_by_id not in (None, by.pk):
        raise HeldByAnother(submission.taken_by)
    return submission


def _decide(project: Project, by, outcome: str, message: str = "") -> Submission:
    submission = _held_submission(project, by)
    submission.decided_at, submission.decided_by = timezone.now(), by
    submission.outcome, submission.message = outcome, message
    submission.save(update_fields=["decided_at", "decided_by", "outcome", "message"])
    return submission


def record(project: Project, verb: str, by, changes: Mapping | None = None) -> None:
    """One entry in a project's history; call it inside the transaction of what happened."""
    audit.record(verb, by=by, on=subject_of(project), changes=changes)


def subject_of(project: Project) -> audit.Subject:
    """A project as the subject of an entry of the audit log."""
    return audit.Subject(RECORD, project.code, project.title, project.owner.slug)


def subject_through(row: Model) -> audit.Subject:
    """The same of the project of a row; one that is not loaded is loaded with its owner, in one query."""
    if not row._meta.get_field("project").is_cached(row):
        row.project = Project.objects.select_related("owner").get(pk=row.project_id)
    return subject_of(row.project)
