"""The last step: a summary of all answers, and submitting them."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lib.workflow import StaleDraft, WrongMove
from projects import actions, rules
from projects.actions import Incomplete
from projects.completeness import completeness, missing_required
from projects.forms import STEPS, SubmitForm
from projects.models import Project
from projects.office.loading import load
from projects.office.step_page import input_id, open_comments, step_states, tips


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def summary(request, code):
    """All answers on one page; a POST submits the draft."""
    project = load(request, code, rules.can_see)
    if not rules.can_submit(request.user, project):
        return redirect("officer:project-status", project.code)
    form = SubmitForm(
        request.POST or None, initial={"idempotency_key": uuid.uuid4(), "version": project.version}
    )
    if request.method == "POST" and form.is_valid() and not missing_required(project):
        try:
            actions.submit(
                project,
                by=request.user,
                idempotency_key=form.cleaned_data["idempotency_key"],
                note=form.cleaned_data["note"],
                version=form.cleaned_data["version"],
            )
        except StaleDraft:
            return _show(request, project, _to_confirm(form, project), status=409, stale=True)
        except (Incomplete, WrongMove):
            messages.error(request, _("La scheda è cambiata nel frattempo: controllala e inviala di nuovo."))
            return redirect("officer:project-step", project.code, "riepilogo")
        return redirect("officer:project-status", project.code)
    return _show(request, project, form, status=422 if request.method == "POST" else 200)


def _to_confirm(form, project: Project) -> SubmitForm:
    """The form with the current version and the same message, the declaration to be given again."""
    data = form.data.copy()
    data["version"] = str(project.version)
    data.pop("declaration", None)
    again = SubmitForm(data)
    again.is_bound = True
    return again


def _show(request, project, form, *, status, stale=False):
    context = {
        "project": project,
        "form": form,
        "missing": _missing(project),
        "steps": step_states(project, len(STEPS) - 1),
        "answers": _answers(project),
        "step": STEPS[-1],
        "number": len(STEPS),
        "total": len(STEPS),
        "completeness": completeness(project),
        "advice": [tip for tip in tips(project, 30) if not tip["is_required"]][:3],
        "comments": open_comments(project),
        "stale": stale,
        "tried": request.method == "POST" and not stale,
    }
    return render(request, "projects/office/summary.html", context, status=status)


def _missing(project: Project) -> list[dict]:
    """What missing_required names, as `{text, step, anchor}` with the HTML id of the field."""
    steps = {step.key: step for step in STEPS}
    return [
        {"text": text, "step": steps[key], "anchor": input_id(steps[key], name)}
        for name, (key, text) in missing_required(project).items()
    ]


def _answers(project: Project) -> list[dict]:
    """`[{step, answers}]` with `(label, text, whether the text was written by the body)` of filled fields."""
    groups = []
    for step in STEPS:
        if step.form is None:
            continue
        form = step.form(instance=project)
        answers = [(f.label, _in_words(form, f), _is_written(f)) for f in form if not f.is_hidden]
        for rows in step.rows:
            saved = rows.formset(parent=project, prefix=rows.key).saved_rows
            answers.append((rows.title, ", ".join(map(str, saved)), rows.key != "funding"))
        groups.append({"step": step, "answers": [answer for answer in answers if answer[1]]})
    return groups


def _is_written(bound) -> bool:
    """Whether a text was written by the body: it is Italian on English pages too."""
    is_choice = getattr(bound.field, "choices", None) or isinstance(bound.value(), bool)
    return not is_choice and not bound.name.endswith("_en")


def _in_words(form, bound) -> str:
    value = bound.value()
    choices = dict(getattr(bound.field, "choices", ()) or ())
    if isinstance(value, bool):
        return _("Sì") if value else ""
    if isinstance(value, list):
        return ", ".join(str(choices.get(v, choices.get(str(v), v))) for v in value)
    if choices:
        return str(choices.get(value, "")) if value else ""
    return "" if value is None else str(value)
