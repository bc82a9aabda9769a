"""One action on several cards of the queue: selected, confirmed on a page, with one result each."""

import csv
from io import StringIO

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.rules import staff_page
from lib.tables.csv_text import neutralised
from projects.desk import bulk_actions
from projects.desk.checks import check
from projects.desk.review_queue import with_waits
from projects.forms import BulkMessageForm
from projects.models import Project


@staff_page
@require_POST
def choose(request):
    """The page that confirms an action on the ticked cards; for the export, the CSV file."""
    projects, bulk_action = _selected(request), bulk_actions.BULK_ACTIONS.get(request.POST.get("verb"))
    if not projects:
        messages.error(request, _("Scegli almeno una scheda."))
        return redirect("desk:home")
    if request.POST.get("verb") == bulk_actions.EXPORT:
        return _as_csv(projects)
    if bulk_action is None:
        messages.error(request, _("Scegli che cosa fare delle schede."))
        return redirect("desk:home")
    return _confirm(request, bulk_action, projects, BulkMessageForm() if bulk_action.needs_message else None)


@staff_page
@require_POST
def apply(request):
    """Apply the action to one card at a time and show the result of each."""
    projects, bulk_action = _selected(request), bulk_actions.BULK_ACTIONS.get(request.POST.get("verb"))
    if bulk_action is None or not projects:
        messages.error(request, _("Scegli le schede e che cosa farne."))
        return redirect("desk:home")
    arguments = {}
    if bulk_action.needs_message:
        form = BulkMessageForm(request.POST)
        if not form.is_valid():
            return _confirm(request, bulk_action, projects, form, status=422)
        arguments = form.cleaned_data
    results = bulk_actions.run(bulk_action, projects, by=request.user, arguments=arguments)
    done = sum(result.is_done for result in results)
    context = {"verb": bulk_action, "results": results, "done": done, "failed": len(results) - done}
    return render(request, "projects/desk/bulk_done.html", context)


def _selected(request) -> list[Project]:
    """The ticked projects by code, bulk_actions.MAXIMUM at most."""
    codes = request.POST.getlist("scheda")[: bulk_actions.MAXIMUM]
    selected = Project.objects.filter(record__code__in=codes, deleted_at=None).select_related("record__owner")
    return list(selected.order_by("record__code"))


def _confirm(request, bulk_action, projects, form, *, status=200):
    checks = check(projects)
    rows = [{"project": project, "checks": checks[project.pk]} for project in projects]
    context = {"verb": bulk_action, "rows": rows, "form": form}
    return render(request, "projects/desk/bulk_confirm.html", context, status=status)


def _as_csv(projects) -> HttpResponse:
    """The selected cards as CSV in UTF-8, with ISO dates, the longest waiting first."""
    selected = with_waits(Project.objects.filter(pk__in=[project.pk for project in projects]))
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["codice", "titolo", "ente", "stato", "in_attesa_dal"])
    for project in selected.select_related("record__owner").order_by("waits_since", "pk"):
        since = timezone.localdate(project.waits_since).isoformat()
        row = [project.code, project.title, project.owner.name, project.status, since]
        writer.writerow([neutralised(value) for value in row])
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="schede-scelte.csv"'
    return response
