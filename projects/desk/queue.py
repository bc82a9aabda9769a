"""The page of the review queue."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.rules import staff_page
from cards.search.readiness import readiness
from projects.desk.bulk_actions import CHOICES
from projects.desk.checks import check
from projects.desk.filters import QueueFilter
from projects.desk.review_queue import queue_counts, wait_of, with_waits
from projects.desk.tables import received_by_month
from projects.models import Project
from projects.workflow import Status

PER_PAGE = 20
ORDERS = {"": ("waits_since", "pk"), "-attesa": ("-waits_since", "-pk"), "titolo": ("title", "pk")}


@staff_page
@require_safe
def queue(request):
    """A page of projects, by default those that wait for the desk, the oldest first.

    Filters, order and page are parameters of the address.
    """
    projects = with_waits(Project.objects.filter(deleted_at=None).select_related("record__owner"))
    order = request.GET.get("ordina", "")
    order = order if order in ORDERS else ""
    queue_filter = QueueFilter(request.GET, queryset=projects, user=request.user)
    page = Paginator(queue_filter.qs.order_by(*ORDERS[order]), PER_PAGE).get_page(request.GET.get("pagina"))
    context = {
        "page": page,
        "rows": queue_rows(page.object_list, request.user),
        "filter": queue_filter,
        "order": order,
        "today": timezone.localdate(),
        "counts": queue_counts(),
        "readiness": readiness(),
        "months": received_by_month(6),
        "bulk_choices": CHOICES,
    }
    return render(request, "projects/desk/queue.html", context)


def queue_rows(projects, user) -> list[dict]:
    """`[{project, submission, wait, checks, action}]` of the projects of one page."""
    projects, today = list(projects.prefetch_related("submissions__taken_by")), timezone.localdate()
    checks = check(projects)
    rows = []
    for project in projects:
        last = max(project.submissions.all(), key=lambda s: s.number, default=None)
        rows.append(
            {
                "project": project,
                "submission": last,
                "wait": wait_of(project, today),
                "checks": checks[project.pk],
                "action": _action(project, last, user),
            }
        )
    return rows


def _action(project, submission, user) -> str:
    """The action of a row: `examine` a new submission, `resume` one's own review, else `look`."""
    if project.status == Status.SUBMITTED:
        return "examine"
    is_in_review = project.status == Status.IN_REVIEW
    is_mine = is_in_review and submission and submission.taken_by_id == user.pk
    return "resume" if is_mine else "look"
