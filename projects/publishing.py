from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from cards.index import terms, writer
from cards.issuing import issue_card
from cards.models import Edition
from lib import audit
from lib.workflow import WrongMove
from projects import mail
from projects.history import record, subject_through
from projects.models import Project, Submission
from projects.reviewing import _decide
from projects.workflow import PROJECT, Move


@transaction.atomic
def publish(project: Project, *, by, change_note: str = "", checked: Sequence[str] = ()) -> Edition:
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


@transaction.atomic
def withdraw(card: Edition, *, by, reason: str) -> Edition:
    """Take a public card down. A page says so and why; the card and its data stay on record."""
    turn = writer.lock()
    taken = Edition.objects.filter(pk=card.pk, is_current=True).update(
        is_current=False, withdrawn_at=timezone.now(), withdrawn_by=by, withdrawal_reason=reason
    )
    if not taken:
        raise WrongMove
    card.refresh_from_db()
    writer.change(added={}, dropped={card.pk: terms.terms_of(card)}, turn=turn)
    changes = {"edition": card.edition, "reason": reason}
    audit.record("withdraw", by=by, on=subject_through(card), changes=changes)
    transaction.on_commit(lambda: mail.withdrawn(card))
    return card
