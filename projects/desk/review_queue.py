"""The review queue: which side is waited for, since when, how many projects and how long reviews take."""

from datetime import date, timedelta
from statistics import median

from django.db.models import Case, DateTimeField, Exists, F, OuterRef, Subquery, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from cards.models import Edition
from lib.deadlines import last_overdue_start
from projects.models import Project, Submission
from projects.workflow import ANSWER, PROJECT, Status

DESK = (Status.SUBMITTED, Status.IN_REVIEW)


def with_waits(projects):
    """Annotate a queryset of projects with `sent_at`, `asked_at` and `waits_since`, and with `is_answer`:
    whether changes were requested before.
    """
    submissions = Submission.objects.filter(project=OuterRef("pk")).order_by("-number")
    requests = submissions.filter(outcome=Submission.Outcome.CHANGES_REQUESTED)
    projects = projects.annotate(
        sent_at=Subquery(submissions.values("submitted_at")[:1]),
        asked_at=Subquery(requests.values("decided_at")[:1]),
        is_answer=Exists(requests),
    )
    since = Case(
        When(status__in=DESK, then=Coalesce(F("sent_at"), F("updated_at"))),
        When(status=Status.CHANGES_REQUESTED, then=Coalesce(F("asked_at"), F("updated_at"))),
        default=F("updated_at"),
        output_field=DateTimeField(),
    )
    return projects.annotate(waits_since=since)


def last_overdue_day(today: date) -> date:
    """The last day on which what was submitted is overdue today."""
    return last_overdue_start(ANSWER, today)


def wait_of(project: Project, today: date) -> dict | None:
    """`{days, is_overdue, who}` of a project from `with_waits`; None where no side is waited for.

    `days` are calendar days, `who` is the side that is waited for.
    """
    if project.status not in PROJECT.waits:
        return None
    side, rule = PROJECT.waits[project.status]
    since = timezone.localdate(project.waits_since)
    return {
        "days": (today - since).days,
        "is_overdue": since <= last_overdue_start(rule, today),
        "who": side,
    }


def queue_counts() -> dict:
    """The counts above the queue and `response_days`, None before the first decision. Four queries."""
    today = timezone.localdate()
    waiting = Project.objects.filter(status__in=DESK, deleted_at=None)
    rows = list(with_waits(waiting).values_list("status", "sent_at", "is_answer"))
    limit = last_overdue_day(today)
    month = timezone.make_aware(timezone.datetime(today.year, today.month, 1))
    public = Edition.objects.current()
    return {
        "waiting": sum(status == Status.SUBMITTED for status, _at, _answer in rows),
        "overdue": sum(bool(at) and timezone.localdate(at) <= limit for _status, at, _answer in rows),
        "in_review": sum(status == Status.IN_REVIEW for status, _at, _answer in rows),
        "answers": sum(answer for _status, _at, answer in rows),
        "public": public.count(),
        "this_month": public.filter(published_at__gte=month).count(),
        "response_days": response_days(since=today - timedelta(days=365)),
        "answer_days": ANSWER.amount,
    }


def response_days(*, since: date) -> float | None:
    """Median days from submission to decision of what was decided since a day; None without any."""
    day = timezone.make_aware(timezone.datetime(since.year, since.month, since.day))
    decided = Submission.objects.filter(decided_at__gte=day).exclude(outcome=Submission.Outcome.RECALLED)
    spans = [
        (end - start).total_seconds() / 86400
        for start, end in decided.values_list("submitted_at", "decided_at")
    ]
    return round(median(spans), 1) if spans else None
