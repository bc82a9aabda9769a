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
from projects.models import Document, Project
from projects.office.loading import load
from projects.office.step_page import DOCUMENTS

MAXIMUM_FILES = 10


def attach(request, project: Project) -> DocumentForm | None:
    """Add the files or the link that were sent with a step; a form with errors where one is wrong.

    Valid ones are stored even when others are not, and a file with answers to correct is kept. Raises
    WrongMove when the draft may not be edited.
    """
    files = request.FILES.getlist("file")[:MAXIMUM_FILES]
    if not (files or any(request.POST.get(name, "").strip() for name in ("title", "url", "kept", "type"))):
        return None
    invalid, added = [], 0
    for form in _forms(project, request.POST, files):
        if form.is_valid():
            drafts.add_document(form.describe(), by=request.user)
            added += 1
        else:
            invalid.append(form)
    if added:
        many = _("%(n)s documenti aggiunti.") % {"n": added}
        messages.success(request, many if added > 1 else _("Documento aggiunto."))
    return _to_correct(project, invalid) if invalid else None


def _forms(project: Project, posted: QueryDict, files) -> list[DocumentForm]:
    """One form a file; of several files each has its name appended to the title."""
    if len(files) < 2:
        document = None if files else kept_file(project, posted.get("kept", ""))
        files_of_one = {"file": files[0]} if files else {}
        return [DocumentForm(posted, files_of_one, instance=document or Document(project=project))]
    forms = []
    for number, file in enumerate(files):
        data = posted.copy()
        stem = file.name.rpartition(".")[0] or file.name
        data["title"] = f"{posted.get('title', '')} – {stem}".strip(" –")[:160]
        data["uid"] = _derived(posted.get("uid", ""), number)
        forms.append(DocumentForm(data, {"file": file}, instance=Document(project=project)))
    return forms


def kept_file(project: Project, raw: str) -> Document | None:
    """The file with this key that drafts.keep_file stored for a project; None for any other text."""
    if not raw.isdecimal():
        return None
    kept = project.documents.filter(published_at=None).exclude(removed_at=None).exclude(file="")
    return kept.filter(pk=int(raw)).first()


def _derived(uid: str, number: int) -> str:
    """A `uid` for each file of a form, the same when the form is sent twice."""
    try:
        return str(uuid.uuid5(uuid.UUID(uid), str(number)))
    except ValueError:
        return str(uuid.uuid4())


def _to_correct(project: Project, invalid: list[DocumentForm]) -> DocumentForm:
    """The first of the forms with errors, with the errors of the others; a good file of its own is kept."""
    first, *others = invalid
    for other in others:
        for texts in other.errors.values():
            for text in texts:
                first.add_error("file", f"{other.files['file'].name}: {text}")
    first.data = first.data.copy()
    first.data["uid"] = str(uuid.uuid4())
    if first.upload:
        name = first.files["file"].name
        first.kept = drafts.keep_file(project, first.upload, title=name)
    elif first.instance.pk:
        first.kept = first.instance
    return first


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
