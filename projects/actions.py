"""Everything that changes a project. Each action is one transaction, one event, mail after commit.

Callers have asked rules; actions still refuse a move the workflow does not know, in one conditional
UPDATE, so that of two people who decide at once exactly one wins.
"""

import uuid
from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.text import slugify

from municipalities.actions import touch
from municipalities.models import Organisation
from projects import index, mail
from projects.cards import build_card, collect, places_of, write_card
from projects.completeness import missing_required
from projects.models import (
    Card,
    CodeCounter,
    Document,
    FieldComment,
    Project,
    ProjectEvent,
    Submission,
)
from projects.workflow import EDITABLE, MOVES, Move, Status


class WrongMove(Exception):
    """The project is no longer in a state that allows the move: somebody was faster."""


class StaleDraft(Exception):
    """The draft was saved by somebody else since it was opened."""


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
    _record(project, "create", by)
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
def save_draft(project: Project, *, by, version: int, changes: Mapping) -> Project:
    """Note that fields of a draft were changed, and guard against a colleague's save.

    Call inside the transaction that writes the fields. Raises StaleDraft when the draft is no longer at
    `version`, WrongMove when it may no longer be edited; nothing is written then.
    """
    draft = Project.objects.filter(pk=project.pk, version=version, status__in=EDITABLE)
    now = timezone.now()
    if not draft.update(version=F("version") + 1, updated_by=by, updated_at=now):
        current = Project.objects.only("status").get(pk=project.pk)
        raise StaleDraft if current.status in EDITABLE else WrongMove
    project.version, project.updated_by, project.updated_at = version + 1, by, now
    _record(project, "save", by, changes)
    return project


@transaction.atomic
def submit(project: Project, *, by, nonce: uuid.UUID, note: str = "") -> Submission:
    """Send a draft for review. Raises Incomplete with what is missing; one nonce is one sending."""
    if existing := Submission.objects.filter(nonce=nonce).first():
        if existing.project_id == project.pk:
            return existing
        nonce = uuid.uuid4()
    if missing := missing_required(project):
        raise Incomplete(missing)
    try:
        _move(project, Move.SUBMIT)
    except WrongMove:
        # The twin of a double click was first, and waited for by the UPDATE above.
        if twin := Submission.objects.filter(nonce=nonce, project=project).first():
            return twin
        raise
    number = (project.submissions.aggregate(n=Max("number"))["n"] or 0) + 1
    submission = Submission.objects.create(
        project=project, number=number, nonce=nonce, submitted_by=by, note=note
    )
    _record(project, Move.SUBMIT, by, {"receipt": submission.receipt})
    transaction.on_commit(lambda: mail.receipt(submission))
    return submission


@transaction.atomic
def recall(project: Project, *, by) -> Project:
    """Take back a sending that nobody has taken up yet."""
    _move(project, Move.RECALL)
    _decide(project, by, Submission.Outcome.RECALLED)
    _record(project, Move.RECALL, by)
    return project


@transaction.atomic
def take(project: Project, *, by) -> Submission:
    """Take a submitted project into review."""
    _move(project, Move.TAKE)
    submission = _open_submission(project)
    submission.taken_at, submission.taken_by = timezone.now(), by
    submission.save(update_fields=["taken_at", "taken_by"])
    _record(project, Move.TAKE, by)
    return submission


@transaction.atomic
def release(project: Project, *, by) -> Project:
    """Give a project under review back to the queue."""
    _move(project, Move.RELEASE)
    submission = _open_submission(project)
    submission.taken_at = submission.taken_by = None
    submission.save(update_fields=["taken_at", "taken_by"])
    _record(project, Move.RELEASE, by)
    return project


@transaction.atomic
def comment(project: Project, *, by, field: str, text: str) -> FieldComment:
    """A reviewer's word on one field; sent with the request for changes."""
    if project.status != Status.IN_REVIEW:
        raise WrongMove
    return FieldComment.objects.create(submission=_open_submission(project), field=field, text=text, by=by)


@transaction.atomic
def remove_comment(project: Project, *, pk: int, by) -> None:
    """Take back a comment not yet sent to the office."""
    if project.status != Status.IN_REVIEW:
        raise WrongMove
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
    _move(project, Move.REQUEST_CHANGES)
    submission = _decide(project, by, Submission.Outcome.CHANGES_REQUESTED, message)
    _record(project, Move.REQUEST_CHANGES, by, {"comments": submission.comments.count()})
    transaction.on_commit(lambda: mail.changes_requested(submission))
    return submission


@transaction.atomic
def publish(project: Project, *, by, change_note: str = "") -> Card:
    """Freeze the working copy into the next edition, which at once replaces the public card."""
    _move(project, Move.PUBLISH)
    submission = _decide(project, by, Submission.Outcome.PUBLISHED)
    card = issue_card(project, by=by, change_note=change_note)
    _record(project, Move.PUBLISH, by, {"edition": card.edition})
    transaction.on_commit(lambda: mail.published(submission, card))
    return card


@transaction.atomic
def issue_card(project: Project, *, by, change_note: str = "") -> Card:
    """Make the next numbered card from the rows as they are: the heart of publish and of the loaders."""
    project = Project.objects.select_for_update().get(pk=project.pk)
    if not project.slug:
        _give_slug(project)
    facts = collect(project)
    index.lock()
    now = timezone.now()
    edition = (project.cards.aggregate(n=Max("edition"))["n"] or 0) + 1
    former = {old.pk: index.terms_of(old) for old in project.cards.current()}
    project.cards.filter(is_current=True).update(is_current=False)
    card = Card(project=project, edition=edition, published_at=now, published_by=by, change_note=change_note)
    document = build_card(facts, slug=project.slug, edition=edition, published_at=now)
    write_card(card, document, places_of([document]))
    index.change(added={card.pk: index.terms_of(card)}, dropped=former)
    project.documents.filter(removed_at=None, published_at=None).update(published_at=now)
    return card


def _give_slug(project: Project) -> None:
    """Once and for ever: the title, then the municipality, then a number when others have it."""
    base = slugify(project.title)[:120].strip("-") or project.code.lower()
    place = project.lead_municipality.slug if project.lead_municipality_id else ""
    candidates = [base, f"{base}-{place}"[:130]] + [f"{base}-{n}" for n in range(2, 200)]
    for slug in candidates:
        if Project.objects.filter(slug=slug).exists():
            continue
        try:
            with transaction.atomic():
                Project.objects.filter(pk=project.pk).update(slug=slug)
        except IntegrityError:
            continue
        project.slug = slug
        return
    raise WrongMove("no free slug")


@transaction.atomic
def revise(project: Project, *, by) -> Project:
    """Open the working copy of a published project; the public card stays as it is."""
    _move(project, Move.REVISE)
    _record(project, Move.REVISE, by)
    return project


@transaction.atomic
def archive(project: Project, *, by, reason: str) -> Project:
    """Decide not to publish, with the reason; a public card, if any, stays."""
    _move(project, Move.ARCHIVE)
    submission = _decide(project, by, Submission.Outcome.ARCHIVED, reason)
    _record(project, Move.ARCHIVE, by, {"reason": reason})
    transaction.on_commit(lambda: mail.archived(submission))
    return project


@transaction.atomic
def withdraw(card: Card, *, by, reason: str) -> Card:
    """Take a public card down. A page says so and why; the card and its data stay on record."""
    index.lock()
    taken = Card.objects.filter(pk=card.pk, is_current=True).update(
        is_current=False, withdrawn_at=timezone.now(), withdrawn_by=by, withdrawal_reason=reason
    )
    if not taken:
        raise WrongMove
    card.refresh_from_db()
    index.change(added={}, dropped={card.pk: index.terms_of(card)})
    _record(card.project, "withdraw", by, {"edition": card.edition, "reason": reason})
    return card


@transaction.atomic
def remove_document(document: Document, *, by) -> None:
    """Take a document off the working copy; its file stays for the editions that show it."""
    document.removed_at = timezone.now()
    document.save(update_fields=["removed_at"])
    _record(document.project, "remove_document", by, {"title": document.title})


@transaction.atomic
def confirm_current(project: Project, *, by) -> Project:
    """The office says that the public card still holds."""
    project.confirmed_at = timezone.now()
    project.save(update_fields=["confirmed_at"])
    _record(project, "confirm", by)
    touch()
    return project


def _move(project: Project, move: Move) -> None:
    """Change the status in one conditional UPDATE; raises WrongMove when the state has moved on."""
    sources, target = MOVES[move]
    if not Project.objects.filter(pk=project.pk, status__in=sources).update(status=target):
        raise WrongMove(move)
    project.status = target


def _open_submission(project: Project) -> Submission:
    return Submission.objects.select_related("project").get(project=project, decided_at=None)


def _decide(project: Project, by, outcome: str, message: str = "") -> Submission:
    submission = _open_submission(project)
    submission.decided_at, submission.decided_by = timezone.now(), by
    submission.outcome, submission.message = outcome, message
    submission.save(update_fields=["decided_at", "decided_by", "outcome", "message"])
    return submission


def _record(project: Project, verb: str, by, changes: Mapping | None = None) -> None:
    ProjectEvent.objects.create(project=project, verb=str(verb), by=by, changes=dict(changes or {}))
