"""What readers send and staff answers. Reports on a card are also in the history of its project."""

import uuid

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from cards.models import Edition
from cards.records import subject_of
from feedback import mail
from feedback.models import ErrorReport, PageRating
from lib import audit
from lib.workflow import WrongMove


@transaction.atomic
def report_error(*, card: Edition | None = None, nonce: uuid.UUID, by=None, **fields) -> ErrorReport:
    """Store what a reader found wrong. The same `nonce` twice gives the report already stored."""
    place = {"record_id": card.record_id, "edition": card.edition} if card else {}
    try:
        with transaction.atomic():
            report = ErrorReport.objects.create(nonce=nonce, **place, **fields)
    except IntegrityError:
        return ErrorReport.objects.get(nonce=nonce)
    if card:
        _record("error_reported", report, by)
    transaction.on_commit(lambda: mail.error_reported(report))
    return report


@transaction.atomic
def answer_report(report: ErrorReport, *, by, status: str, answer: str) -> ErrorReport:
    """Close a report once; of two answers the first wins. The sender's address is forgotten."""
    now, address = timezone.now(), report.email
    waiting = ErrorReport.objects.filter(pk=report.pk, status=ErrorReport.Status.RECEIVED)
    closed = {"status": status, "answer": answer, "answered_at": now, "answered_by": by, "email": ""}
    if not waiting.update(**closed):
        raise WrongMove
    report.refresh_from_db()
    if report.record_id:
        _record("error_answered", report, by)
    if address:
        transaction.on_commit(lambda: mail.report_answered(report, address))
    return report


def rate_page(path: str, score: int, *, by=None) -> None:
    """One more reader gave `score` (1–5) to a page today."""
    day = timezone.localdate()
    with transaction.atomic():
        row, _made = PageRating.objects.get_or_create(path=path, day=day, score=score)
        PageRating.objects.filter(pk=row.pk).update(count=F("count") + 1)


def _record(verb: str, report: ErrorReport, by) -> None:
    audit.record(verb, by=by, on=subject_of(report.record_id), changes={"report": report.pk})
