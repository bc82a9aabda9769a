"""Many projects at once: the workbook is checked, its errors come back in its cells, then it is confirmed."""

import hashlib

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.base import ContentFile
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from imports import annotated, template, workbook
from imports.comparing import ImportFailed
from imports.forms import WorkbookForm
from imports.models import Row, Run
from lib.workflow import WrongMove
from projects.office.loading import bodies_of, office_only

SHOWN = 100
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def workbook_new(request):
    """The template and the form; POST checks the file and stores it for the confirmation."""
    office_only(request)
    bodies = bodies_of(request.user).order_by("name")
    form = WorkbookForm(request.POST or None, request.FILES or None, bodies=bodies)
    if request.method == "POST" and form.is_valid():
        file, owner = form.cleaned_data["file"], form.cleaned_data["owner"]
        try:
            content = file.read(workbook.MAX_BYTES + 1)
            drafts, _errors = workbook.read(content)
        except ImportFailed as error:
            form.add_error("file", str(error))
        else:
            if drafts:
                run = Run(
                    profile=workbook.NAME,
                    file_name=file.name[:255],
                    sha256=hashlib.sha256(content).hexdigest(),
                    owner=owner,
                    by=request.user,
                    state=Run.State.CHECKED,
                )
                suffix = ".xlsx" if content.startswith(workbook.XLSX) else ".csv"
                run.file.save(f"{run.sha256[:16]}{suffix}", ContentFile(content), save=True)
                return redirect("officer:workbook-check", run.pk)
            form.add_error("file", _("Nel file non c’è nessun progetto: compila almeno una riga."))
    status = 422 if form.errors else 200
    return render(request, "imports/office/workbook_new.html", {"form": form}, status=status)


@login_required
@require_safe
def workbook_template(request):
    """The empty workbook."""
    office_only(request)
    answer = HttpResponse(template.template(), content_type=SHEET_TYPE)
    answer["Content-Disposition"] = 'attachment; filename="progetti.xlsx"'
    return answer


def _checked(request, pk: int) -> tuple[Run, bytes, list[workbook.Draft], list]:
    """A run of the person with its file, checked again: the registry may have changed. 404 for others."""
    office_only(request)
    # Who has left the body since can no longer write for it.
    own = Run.objects.filter(by=request.user, owner__in=bodies_of(request.user), profile=workbook.NAME)
    run = get_object_or_404(own.select_related("owner__territory"), pk=pk)
    with run.file.open("rb") as file:
        content = file.read()
    drafts, errors = workbook.read(content)
    workbook.check(drafts, owner=run.owner)
    return run, content, drafts, errors


@login_required
@require_safe
def workbook_check(request, pk):
    """What the file would do, project by project, with the errors and the cells they are in."""
    run, _content, drafts, errors = _checked(request, pk)
    told = [*errors, *(error for draft in drafts for error in draft.errors)]
    counts = workbook.counts_of(drafts)
    context = {
        "run": run,
        "counts": counts,
        "ready": counts["created"] + counts["updated"],
        "told": told[:SHOWN],
        "more": max(0, len(told) - SHOWN),
        "drafts": [(draft, Row.Outcome(draft.outcome).label) for draft in drafts[:SHOWN]],
    }
    return render(request, "imports/office/workbook_check.html", context)


@login_required
@require_safe
def workbook_errors(request, pk):
    """The same file with the errors in its cells."""
    run, content, drafts, errors = _checked(request, pk)
    body = annotated.with_errors(content, drafts, errors)
    is_sheet = content.startswith(workbook.XLSX)
    answer = HttpResponse(body, content_type=SHEET_TYPE if is_sheet else "text/csv; charset=utf-8")
    stem = slugify(run.file_name.rpartition(".")[0]) or "progetti"
    suffix = "xlsx" if is_sheet else "csv"
    answer["Content-Disposition"] = f'attachment; filename="{stem}-errori.{suffix}"'
    return answer


@login_required
@require_POST
def workbook_apply(request, pk):
    """Write the projects without errors as drafts; with errors only on request (`partial`)."""
    run, _content, drafts, errors = _checked(request, pk)
    counts = workbook.counts_of(drafts)
    if run.state != Run.State.CHECKED:
        messages.info(request, _("Questo file è già stato importato."))
        return redirect("officer:home")
    if (errors or counts["refused"]) and "partial" not in request.POST:
        messages.error(request, _("Ci sono errori: correggili, o conferma di prendere solo le righe giuste."))
        return redirect("officer:workbook-check", run.pk)
    try:
        workbook.apply(run, drafts)
    except WrongMove:
        messages.error(request, _("Una scheda è cambiata nel frattempo: controlla di nuovo."))
        return redirect("officer:workbook-check", run.pk)
    written = counts["created"] + counts["updated"]
    messages.success(
        request, ngettext("Una bozza scritta.", "%(n)s bozze scritte.", written) % {"n": written}
    )
    return redirect("officer:home")
