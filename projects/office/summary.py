"""The last step: a summary of all answers, and submitting them."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cards.document.diff import LABELLED, display_value, links_of
from lib.workflow import StaleDraft, WrongMove
from projects import actions, rules
from projects.actions import Incomplete
from projects.advisories import advisories
from projects.completeness import completeness, missing_required
from projects.forms import STEPS, SubmitForm, commentable_fields
from projects.models import Project
from projects.office.loading import load
from projects.office.step_page import input_id, open_comments, step_states, tips
from projects.source import draft_document, shown_value


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
        "warnings": advisories(project),
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
    """`[{step, answers, empty}]`: what each step has, as the card will show it, and the labels of the rest.

    An answer is `{label, text, links, is_written}`.
    """
    document = draft_document(project)
    document["contact_email"] = project.contact_email
    document["contact_is_public"] = project.contact_is_public
    slugs = {step.title: step for step in STEPS}
    groups = []
    for title, fields in commentable_fields():
        answers = [_answer(document, name, label) for name, label in fields]
        groups.append(
            {
                "step": slugs[title],
                "answers": [answer for answer in answers if answer["text"]],
                "empty": [answer["label"] for answer in answers if not answer["text"]],
            }
        )
    return groups


def _answer(document: dict, name: str, label: str) -> dict:
    key, value = shown_value(document, name)
    return {
        "label": label,
        "text": display_value(key, value),
        "links": links_of(key, value),
        "is_written": key not in LABELLED and not key.endswith("_en"),
    }
