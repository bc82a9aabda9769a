"""What reviewers do with a submission: take it, comment on its fields, decide.

As in projects.actions: one transaction, one entry in the audit log each, mail after commit. All raise
WrongMove when the project is no longer in a state that allows it, HeldByAnother when the submission was
taken by another reviewer.
"""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from lib.workflow import HeldByAnother, WrongMove
from projects import mail
from projects.history import record
from projects.models import FieldComment, Project, Submission
from projects.workflow import PROJECT, Status, Verb


@transaction.atomic
def take(project: Project, *, by) -> Submission:
    """Take a submitted project into review, in the name of `by`."""
    PROJECT.apply(project, Verb.TAKE)
    submission = _open_submission(project)
    submission.taken_at, submission.taken_by = timezone.now(), by
    submission.save(update_fields=["taken_at", "taken_by"])
    record(project, Verb.TAKE, by)
    return submission


@transaction.atomic
def take_over(project: Project, *, by) -> Submission:
    """Make `by` the reviewer of a project that a colleague has taken; the history says from whom."""
    # Locks the row that every decision updates, so that of a decision and this the later one fails.
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
def assign(project: Project, *, by, to) -> Submission:
    """Make `to` the reviewer of a project that waits in the queue or is under review; they are mailed."""
    if project.status == Status.SUBMITTED:
        PROJECT.apply(project, Verb.TAKE)
    elif not Project.objects.filter(pk=project.pk, status=Status.IN_REVIEW).update(status=Status.IN_REVIEW):
        raise WrongMove
    submission = _open_submission(project)
    if submission.taken_by == to:
        return submission
    submission.taken_at, submission.taken_by = timezone.now(), to
    submission.save(update_fields=["taken_at", "taken_by"])
    record(project, "assign", by, {"to": str(to)})
    if to != by:
        transaction.on_commit(lambda: mail.assigned(submission, by))
    return submission


@transaction.atomic
def release(project: Project, *, by) -> Project:
    """Return a project under review to the queue."""
    PROJECT.apply(project, Verb.RELEASE)
    submission = _held_submission(project, by)
    submission.taken_at = submission.taken_by = None
    submission.save(update_fields=["taken_at", "taken_by"])
    record(project, Verb.RELEASE, by)
    return project


@transaction.atomic
def comment(project: Project, *, by, field: str, text: str) -> FieldComment:
    """Add a comment on one field; the office receives it with the request for changes."""
    if project.status != Status.IN_REVIEW:
        raise WrongMove
    submission = _held_submission(project, by)
    return FieldComment.objects.create(submission=submission, field=field, text=text, by=by)


@transaction.atomic
def write_comments(project: Project, *, by, texts: Mapping[str, tuple[str, str]]) -> int:
    """Store one comment a field from `{field: (text when the page was loaded, text now)}`.

    An empty text deletes; one that another page stored meanwhile is joined with this one. Gives the number
    of comments.
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
    """Delete a comment that the office has not received yet."""
    if project.status != Status.IN_REVIEW:
        raise WrongMove
    _held_submission(project, by)
    FieldComment.objects.filter(pk=pk, submission__project=project, submission__decided_at=None).delete()


@transaction.atomic
def answer_comment(note: FieldComment, *, by, answer: str) -> FieldComment:
    """Store the office's answer to one comment."""
    note.answer, note.answered_at, note.answered_by = answer, timezone.now(), by
    note.save(update_fields=["answer", "answered_at", "answered_by"])
    return note


@transaction.atomic
def request_changes(project: Project, *, by, message: str = "") -> Submission:
    """Return the project to its office with the comments; the submitter is mailed."""
    PROJECT.apply(project, Verb.REQUEST_CHANGES)
    submission = decide(project, by, Submission.Outcome.CHANGES_REQUESTED, message)
    record(project, Verb.REQUEST_CHANGES, by, {"comments": submission.comments.count()})
    transaction.on_commit(lambda: mail.changes_requested(submission))
    return submission


@transaction.atomic
def archive(project: Project, *, by, reason: str) -> Project:
    """Decide not to publish, with the reason, which is mailed; a public card, if any, stays."""
    PROJECT.apply(project, Verb.ARCHIVE)
    submission = decide(project, by, Submission.Outcome.ARCHIVED, reason)
    record(project, Verb.ARCHIVE, by, {"reason": reason})
    transaction.on_commit(lambda: mail.archived(submission))
    return project


def _open_submission(project: Project) -> Submission:
    return project.submissions.get(decided_at=None)


def _held_submission(project: Project, by) -> Submission:
    """The undecided submission. Raises HeldByAnother when another reviewer has taken it."""
    submission = _open_submission(project)
    if submission.taken_by_id not in (None, by.pk):
        raise HeldByAnother(submission.taken_by)
    return submission


def decide(project: Project, by, outcome: str, message: str = "") -> Submission:
    """Close the undecided submission with an outcome. Raises HeldByAnother."""
    submission = _held_submission(project, by)
    submission.decided_at, submission.decided_by = timezone.now(), by
    submission.outcome, submission.message = outcome, message
    submission.save(update_fields=["decided_at", "decided_by", "outcome", "message"])
    return submission
