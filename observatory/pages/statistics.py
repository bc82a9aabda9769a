"""The page of statistics, the only one of `pages` that queries the database."""

from datetime import timedelta

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncMonth
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cards.models import Edition
from cards.search.query import ProjectQuery, find
from feedback.models import ErrorReport, PageRating


@require_safe
def statistics(request):
    """Counts of published cards, ratings and reports, from the tables of the registry."""
    year_ago = timezone.localdate() - timedelta(days=365)
    rated = PageRating.objects.filter(day__gte=year_ago)
    votes = rated.aggregate(n=Sum("count"), total=Sum(F("score") * F("count")))
    months = (
        Edition.objects.annotate(month=TruncMonth("published_at")).values("month").annotate(n=Count("pk"))
    )
    reports = ErrorReport.objects.aggregate(n=Count("pk"), open=Count("pk", filter=Q(status="received")))
    context = {
        "figures": registry_figures(),
        "editions": Edition.objects.count(),
        "months": months.order_by("-month")[:12],
        "ratings": {"n": votes["n"] or 0, "mean": votes["total"] / votes["n"] if votes["n"] else None},
        "reports": reports["n"],
        "answered": reports["n"] - reports["open"],
    }
    return render(request, "observatory/statistics.html", context)


def registry_figures() -> dict[str, int]:
    """Numbers of current cards and of the municipalities that lead one."""
    counts = find(ProjectQuery())
    return {"projects": counts.count(), "cities": len(counts.facets(("municipality",))["municipality"])}
