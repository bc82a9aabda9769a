"""Reports of errors, their answers, scores of pages. Reports on a card are also in its audit log."""

import uuid
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from cards.models import Edition
from cards.records import subject_of
from feedback import mail
from feedback.models import ErrorReport, PageRating
from lib import audit
from lib.workflow import WrongMove


@transaction.atomic
def report_error(
    *, card: Edition | None = None, idempotency_key: uuid.UUID, by=None, **fields
) -> ErrorReport:
    """Store a report, of a card or of a page, and notify after commit; `fields` are those of ErrorReport.

    The same `idempotency_key` twice returns the report already stored.
    """
    subject = {"record_id": card.record_id, "edition": card.edition} if card else {}
    try:
        with transaction.atomic():
            report = ErrorReport.objects.create(idempotency_key=idempotency_key, **subject, **fields)
    except IntegrityError:
        return ErrorReport.objects.get(idempotency_key=idempotency_key)
    if card:
        _record("error_reported", report, by)
    transaction.on_commit(lambda: mail.error_reported(report))
    return report


@transaction.atomic
def answer_report(report: ErrorReport, *, by, status: str, answer: str) -> ErrorReport:
    """Close a report and delete the sender's address, to which the answer goes after commit.

    Raises WrongMove when it was answered before.
    """
    now, address = timezone.now(), report.email
    unanswered = ErrorReport.objects.filter(pk=report.pk, status=ErrorReport.Status.RECEIVED)
    closed = {"status": status, "answer": answer, "answered_at": now, "answered_by": by, "email": ""}
    if not unanswered.update(**closed):
        raise WrongMove
    report.refresh_from_db()
    if report.record_id:
        _record("error_answered", report, by)
    if address:
        transaction.on_commit(lambda: mail.report_answered(report, address))
    return report


def questions_to(bodies: Iterable[int]) -> QuerySet[ErrorReport]:
    """The questions of readers about cards of these bodies (primary keys)."""
    return ErrorReport.objects.filter(topic=ErrorReport.Topic.QUESTION, record__owner__in=bodies)


def rate_page(path: str, score: int, *, by=None) -> None:
    """Count one more `score` (1–5) for a page today."""
    day = timezone.localdate()
    with transaction.atomic():
        row, _created = PageRating.objects.get_or_create(path=path, day=day, score=score)
        PageRating.objects.filter(pk=row.pk).update(count=F("count") + 1)


def _record(verb: str, report: ErrorReport, by) -> None:
    audit.record(verb, by=by, on=subject_of(report.record_id), changes={"report": report.pk})
