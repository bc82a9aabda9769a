"""What reviewers pass among themselves on the page of a review: who has the card, and notes."""

from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.rules import staff_page
from lib.workflow import WrongMove
from projects import reviewing
from projects.desk.base import load
from projects.desk.review import act, show_review
from projects.forms import AssignForm, NoteForm
from projects.models import DeskNote, Project


@staff_page
@require_POST
def assign(request, code):
    """Give the submission to one of the reviewers, who is mailed."""
    project = load(code)
    form = AssignForm(request.POST)
    if not form.is_valid():
        return show_review(request, project, assign_form=form, status=422)
    to = form.cleaned_data["to"]
    return act(request, project, _("Ora la scheda è in carico a {}.").format(to), reviewing.assign, to=to)


@staff_page
@require_POST
def add_note(request, code):
    """Add a note that only reviewers see, in any state of the project."""
    project = load(code)
    form = NoteForm(request.POST, prefix="note")
    if not form.is_valid():
        return show_review(request, project, note_form=form, status=422)
    return act(
        request, project, _("Nota aggiunta: la vede solo la redazione."), _add, text=form.cleaned_data["text"]
    )


@staff_page
@require_POST
def remove_note(request, code, pk):
    """Delete one's own note."""
    return act(request, load(code), _("Nota tolta."), _remove, pk=pk)


def _add(project: Project, *, by, text: str) -> None:
    DeskNote.objects.create(project=project, by=by, text=text)


def _remove(project: Project, *, by, pk: int) -> None:
    if not project.desk_notes.filter(pk=pk, by=by).delete()[0]:
        raise WrongMove
