"""Publishing and withdrawing: the transition, the edition, the audit entry, the mail.

Locks are taken in one order: the rows of project and submission, then the index (cards.issuing), then others.
"""

from collections.abc import Sequence

from django.db import transaction

from cards import issuing
from cards.models import Edition
from cards.records import subject_of
from lib import audit
from lib.workflow import WrongMove
from projects import mail
from projects.history import record
from projects.models import Project, Submission
from projects.reviewing import decide
from projects.source import collect
from projects.workflow import PROJECT, Verb


@transaction.atomic
def publish(project: Project, *, by, change_note: str = "", checked: Sequence[str] = ()) -> Edition:
    """Issue the working copy as the next edition, which replaces the current one.

    `checked`: keys of the checklist that the reviewer ticked, for the audit log. Raises WrongMove,
    HeldByAnother.
    """
    PROJECT.apply(project, Verb.PUBLISH)
    submission = decide(project, by, Submission.Outcome.PUBLISHED)
    card = issue_project(project, by=by, change_note=change_note)
    checklist = {"checked": list(checked)} if checked else {}
    record(project, Verb.PUBLISH, by, {"edition": card.edition, **checklist})
    transaction.on_commit(lambda: mail.published(submission, card))
    return card


@transaction.atomic(savepoint=False)
def issue_project(project: Project, *, by, change_note: str = "") -> Edition:
    """Issue the stored rows of a project, whatever its state: for publish and the loaders."""
    # FOR NO KEY UPDATE: inserts that refer to the row, by who holds the lock of the index, need not wait.
    source = collect(project.pk, is_locked=True)
    files = source.pop("files")
    card = issuing.issue(
        project.pk,
        source,
        files=files,
        by=by,
        change_note=change_note,
        notify_email=source.pop("notify_email"),
    )
    if source["documents"]:
        project.documents.filter(removed_at=None, published_at=None).update(published_at=card.published_at)
    return card


@transaction.atomic
def withdraw(card: Edition, *, by, reason: str) -> Edition:
    """Withdraw an edition; its page then shows `reason`. Raises WrongMove when it is not current."""
    try:
        issuing.withdraw(card, by=by, reason=reason)
    except LookupError as error:
        raise WrongMove from error
    changes = {"edition": card.edition, "reason": reason}
    audit.record("withdraw", by=by, on=subject_of(card.record_id), changes=changes)
    transaction.on_commit(lambda: mail.withdrawn(card))
    return card


@transaction.atomic
def restore(card: Edition, *, by) -> Edition:
    """Bring a withdrawn card back, as its next edition with the same document. Raises WrongMove."""
    note = "Di nuovo pubblica, com’era prima del ritiro."
    try:
        restored = issuing.reissue(card, by=by, change_note=note)
    except LookupError as error:
        raise WrongMove from error
    audit.record("restore_card", by=by, on=subject_of(card.record_id), changes={"edition": restored.edition})
    transaction.on_commit(lambda: mail.restored(restored))
    return restored
