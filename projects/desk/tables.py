"""Tables of the dashboard about working copies and their review."""

from collections import Counter
from statistics import median

from django.db.models import Case, Count, IntegerField, Q, Value, When
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.translation import gettext as _

from lib.chart_table import Table, last_months, month_name
from projects.completeness import REQUIRED, WORTH_ADDING
from projects.models import Project, Submission
from projects.workflow import Status

BANDS = 5


def received_by_month(count: int) -> Table:
    """Submissions in each of the last `count` months, the oldest first."""
    months = last_months(count)
    first = timezone.make_aware(timezone.datetime(months[0].year, months[0].month, 1))
    submitted = Submission.objects.filter(submitted_at__gte=first).annotate(month=TruncMonth("submitted_at"))
    counts = {row["month"].date(): row["n"] for row in submitted.values("month").annotate(n=Count("pk"))}
    rows = [[month_name(month), counts.get(month, 0)] for month in months]
    return Table("ricevute", _("Schede ricevute"), [_("Mese"), _("Schede")], rows, is_by_month=True)


def by_status() -> Table:
    """Projects by state of the working copy, without deleted ones."""
    counts = dict(
        Project.objects.filter(deleted_at=None).values_list("status").annotate(n=Count("pk")).order_by()
    )
    rows = [[label, counts.get(value, 0)] for value, label in Status.choices]
    return Table("stati", _("Copie di lavoro per stato"), [_("Stato"), _("Copie di lavoro")], rows)


def filled(name: str) -> Q:
    """The condition that a field is filled, the same as in projects.completeness."""
    if name == "total_cost":
        return Q(total_cost__isnull=False) | Q(cost_unknown=True)
    if name in ("lead_municipality", "promoter"):
        return Q(**{f"{name}__isnull": False})
    return ~Q(**{name: [] if name == "technologies" else ""})


def completeness_weight():
    """An expression for the sum of the weights of filled fields: two for a required one, one for another."""
    weights = dict.fromkeys(WORTH_ADDING, 1) | dict.fromkeys(REQUIRED, 2)
    parts = [
        Case(When(filled(name), then=Value(weight)), default=Value(0), output_field=IntegerField())
        for name, weight in weights.items()
    ]
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def by_completeness() -> Table:
    """Published projects by percentage of completeness, in fifths."""
    whole = 2 * len(REQUIRED) + len(WORTH_ADDING)
    projects = Project.objects.filter(record__editions__is_current=True).annotate(
        weight=completeness_weight()
    )
    counts = Counter()
    for weight, count in projects.values_list("weight").annotate(n=Count("pk")).order_by():
        counts[min(BANDS - 1, round(100 * weight / whole) * BANDS // 100)] += count
    rows = [[_band_name(number), counts[number]] for number in range(BANDS)]
    return Table(
        "completezza",
        _("Quanto sono complete le copie di lavoro delle schede pubbliche"),
        [_("Completezza"), _("Schede")],
        rows,
    )


def _band_name(number: int) -> str:
    first, last = 100 * number // BANDS, 100 * (number + 1) // BANDS
    return f"{first}–{last if last == 100 else last - 1}%"


def review_times(count: int = 12) -> Table:
    """Median days from submission to decision, by month of the decision, for the last `count` months."""
    months = last_months(count)
    first = timezone.make_aware(timezone.datetime(months[0].year, months[0].month, 1))
    decided = Submission.objects.filter(decided_at__gte=first).exclude(outcome=Submission.Outcome.RECALLED)
    spans = {month: [] for month in months}
    for start, end in decided.values_list("submitted_at", "decided_at"):
        spans[timezone.localdate(end).replace(day=1)].append((end - start).total_seconds() / 86400)
    rows = [
        [month_name(month), round(median(days), 1) if days else None, len(days)]
        for month, days in spans.items()
    ]
    header = [_("Mese"), _("Giorni, valore mediano"), _("Decisioni")]
    return Table("tempi", _("Tempi di revisione"), header, rows, is_by_month=True)
