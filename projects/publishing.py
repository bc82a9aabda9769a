"""Publication and withdrawal as acts of the editors: the workflow, the edition, the audit log, the mail."""

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
from projects.reviewing import _decide
from projects.source import collect
from projects.workflow import PROJECT, Move


@transaction.atomic
def publish(project: Project, *, by, change_note: str = "", checked: Sequence[str] = ()) -> Edition:
    """Issue the working copy as the next edition, which at once replaces the public card.

    `checked`: what the reviewer says to have looked at, for the audit log. Raises WrongMove.
    """
    PROJECT.apply(project, Move.PUBLISH)
    submission = _decide(project, by, Submission.Outcome.PUBLISHED)
    card = issue_project(project, by=by, change_note=change_note)
    looked = {"checked": list(checked)} if checked else {}
    record(project, Move.PUBLISH, by, {"edition": card.edition, **looked})
    transaction.on_commit(lambda: mail.published(submission, card))
    return card


@transaction.atomic(savepoint=False)
def issue_project(project: Project, *, by, change_note: str = "") -> Edition:
    """Issue the rows of a project as they are stored, whatever its state: for publish and the loaders."""
    # Locked, but not its key: a transaction that holds the lock of the index may refer to the row.
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
    """Take a public card off the public side; a page says so and why. Raises WrongMove if it is not current."""
    try:
        issuing.withdraw(card, by=by, reason=reason)
    except LookupError as error:
        raise WrongMove from error
    changes = {"edition": card.edition, "reason": reason}
    audit.record("withdraw", by=by, on=subject_of(card.record_id), changes=changes)
    transaction.on_commit(lambda: mail.withdrawn(card))
    return card
