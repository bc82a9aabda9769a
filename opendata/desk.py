"""Exports at the desk: the state of the data, a new export, the files of earlier ones."""

import uuid

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.rules import staff_page
from cards.search.readiness import readiness
from lib.files.serving import serve
from opendata.jobs import is_small, request_export, run_export
from opendata.models import ExportJob

PER_PAGE = 20
TYPES = {
    "zip": "application/zip",
    "csv": "text/csv",
    "jsonl": "application/jsonl",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "geojson": "application/geo+json",
}


class ExportForm(forms.Form):
    format = forms.ChoiceField(
        label=gettext_lazy("Formato"),
        choices=ExportJob.Format.choices,
        initial=ExportJob.Format.ALL,
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Scegli il formato"),
            "invalid_choice": gettext_lazy("Scegli uno dei formati dell’elenco"),
        },
    )
    idempotency_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def exports(request):
    """List the exports; POST requests a new one."""
    form = ExportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _export(request, **form.cleaned_data)
    jobs = ExportJob.objects.select_related("created_by").order_by("-pk")
    page = Paginator(jobs, PER_PAGE).get_page(request.GET.get("pagina"))
    context = {"form": form, "page": page, "readiness": readiness()}
    return render(request, "opendata/desk/exports.html", context, status=422 if form.errors else 200)


def _export(request, *, format: str, idempotency_key: uuid.UUID):
    job = request_export(by=request.user, format=format, idempotency_key=idempotency_key)
    if is_small():
        job = run_export(job)
    if job.state == ExportJob.State.DONE:
        messages.success(request, _("L’esportazione è pronta: {} schede.").format(job.cards))
    elif job.state == ExportJob.State.FAILED:
        messages.error(
            request,
            _("L’esportazione non è riuscita. Riprova: se succede ancora, avvisa chi gestisce il portale."),
        )
    else:
        messages.success(request, _("L’esportazione è in coda: torna tra qualche minuto."))
    return redirect("desk:export-list")


@staff_page
@require_safe
def export_file(request, pk):
    """The file of a finished export, as a download for staff."""
    job = get_object_or_404(ExportJob, pk=pk, state=ExportJob.State.DONE)
    if not job.file.storage.exists(job.file.name):
        raise Http404(_("Il file non c’è più: prepara una nuova esportazione."))
    day = timezone.localdate(job.finished_at).isoformat()
    name = f"osservatorio-{day}-{job.pk}.{job.format}"
    return serve(job.file, filename=name, media_type=TYPES[job.format], is_public=False)
