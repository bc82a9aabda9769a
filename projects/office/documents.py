"""Adding documents to a draft and removing them."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lib.workflow import WrongMove
from projects import drafts, rules
from projects.forms import DocumentForm
from projects.models import Project
from projects.office.loading import load
from projects.office.step_page import DOCUMENTS, saved_step, show_step

MAXIMUM_FILES = 10


@login_required
@require_POST
def add_document(request, code):
    """Attach a link or some files to a draft. Valid ones are stored even when others are not."""
    project = load(request, code, rules.can_edit)
    forms = _forms(request.POST, request.FILES.getlist("file")[:MAXIMUM_FILES])
    invalid, added = [], 0
    for form in forms:
        if not form.is_valid():
            invalid.append(form)
            continue
        form.instance.project = project
        try:
            drafts.add_document(form.describe(), by=request.user)
        except WrongMove:
            messages.error(request, _("La scheda non si può più modificare."))
            return redirect("officer:project-status", code)
        added += 1
    if added:
        many = _("%(n)s documenti aggiunti.") % {"n": added}
        messages.success(request, many if added > 1 else _("Documento aggiunto."))
    if not invalid:
        return redirect("officer:project-step", project.code, DOCUMENTS.slug)
    return _show_invalid(request, project, invalid)


def _forms(posted: QueryDict, files) -> list[DocumentForm]:
    """One form a file; of several files each has its name appended to the title."""
    if len(files) < 2:
        return [DocumentForm(posted, {"file": files[0]} if files else {})]
    forms = []
    for number, file in enumerate(files):
        data = posted.copy()
        stem = file.name.rpartition(".")[0] or file.name
        data["title"] = f"{posted.get('title', '')} – {stem}".strip(" –")[:160]
        data["uid"] = _derived(posted.get("uid", ""), number)
        forms.append(DocumentForm(data, {"file": file}))
    return forms


def _derived(uid: str, number: int) -> str:
    """A `uid` for each file of a form, the same when the form is sent twice."""
    try:
        return str(uuid.uuid5(uuid.UUID(uid), str(number)))
    except ValueError:
        return str(uuid.uuid4())


def _show_invalid(request, project: Project, invalid: list[DocumentForm]):
    form, formsets = saved_step(project, DOCUMENTS)
    first, *others = invalid
    for other in others:
        for texts in other.errors.values():
            for text in texts:
                first.add_error("file", f"{other.files['file'].name}: {text}")
    first.data = first.data.copy()
    first.data["uid"] = str(uuid.uuid4())
    return show_step(request, project, DOCUMENTS, form, formsets, document_form=first, status=422)


@login_required
@require_POST
def remove_document(request, code, pk):
    """Remove a document from the draft; published editions keep it."""
    project = load(request, code, rules.can_edit)
    document = get_object_or_404(project.documents, pk=pk)
    try:
        drafts.remove_document(document, by=request.user)
    except WrongMove:
        messages.error(request, _("La scheda non si può più modificare."))
        return redirect("officer:project-status", code)
    messages.success(request, _("Documento tolto: «{}».").format(document.title))
    return redirect("officer:project-step", project.code, DOCUMENTS.slug)
