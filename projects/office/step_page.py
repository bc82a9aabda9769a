"""The page of one step: saved values, or the raw input where some of it is not valid."""

import uuid

from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from lib.forms.autosave import posted_again
from lib.forms.conflicts import html_id
from lib.forms.stash import seconds_left
from lib.forms.steps import Step
from projects.advisories import advisories
from projects.completeness import advice, completeness, step_state
from projects.forms import STEP_BY_SLUG, STEP_OF_FIELD, STEPS, AnswerForm, DocumentForm, field_label
from projects.models import FieldComment, Project
from projects.workflow import Status

TIPS = 3


def saved_step(project: Project, step: Step):
    """`(form, formsets)` of a step, bound to its raw input where that is stored."""
    if step.key not in project.raw_input:
        return step.form(instance=project), step.formsets(project)
    data = posted_again(project.raw_input[step.key], project.version)
    return step.form(data, instance=project), step.formsets(project, data)


def show_step(
    request,
    project,
    step,
    form,
    formsets,
    *,
    conflict=None,
    document_form=None,
    status=200,
    is_restored=False,
):
    """The page of a step: `form` and `formsets` as they are given, the rest from the project.

    `conflict` describes a save of somebody else, `document_form` is one with errors.
    """
    comments = open_comments(project, step)
    context = {
        "project": project,
        "step": step,
        "steps": step_states(project, STEPS.index(step)),
        "form": form,
        "formsets": formsets,
        "number": STEPS.index(step) + 1,
        "total": len(STEPS),
        "previous": STEPS[STEPS.index(step) - 1] if step != STEPS[0] else None,
        "conflict": conflict,
        "is_restored": is_restored,
        "completeness": completeness(project),
        "advice": tips(project),
        "comments": comments,
        "comment_fields": {note.field for note, _form in comments},
        "errors": errors_of(form, formsets),
        "shown_fields": [f for f in form if f.name not in step.folded and not f.is_hidden],
        "folded_fields": [f for f in form if f.name in step.folded],
        "folded_open": any(
            f.errors or f.name in {n.field for n, _f in comments} for f in form if f.name in step.folded
        ),
        "warnings": advisories(project) if step.key == "resources" else (),
        "seconds_left": seconds_left(request),
        "page_id": uuid.uuid4(),
    }
    if step.key == "documents":
        context["documents"] = project.documents.filter(removed_at=None).order_by("pk")
        context["document_form"] = document_form or DocumentForm(initial={"uid": uuid.uuid4()})
        context["kept_file"] = document_form and document_form.kept
    return render(request, "projects/office/step.html", context, status=status)


def errors_of(form, formsets) -> list[tuple[str, str]]:
    """`(HTML id of the field, message)` of every error on the page, in its order."""
    errors = [(anchor_of(form, name), text) for name, texts in form.errors.items() for text in texts]
    for _rows, formset in formsets:
        errors += [(f"{formset.prefix}-rows", text) for text in formset.non_form_errors()]
        for row in formset.forms:
            if row not in formset.deleted_rows:
                errors += [
                    (anchor_of(row, name), text) for name, texts in row.errors.items() for text in texts
                ]
    return errors


def anchor_of(form, name: str) -> str:
    """The HTML id of a field, `form` for errors of none and of hidden ones."""
    if name == "__all__" or name not in form.fields or form[name].is_hidden:
        return "form"
    return html_id(form[name])


def step_states(project: Project, current: int) -> list[dict]:
    """`[{step, number, key, state, done, is_current}]` of all steps; `state` is the label of `key`."""
    labels = {
        "wrong": _("Da correggere"),
        "done": _("Completo"),
        "begun": _("Iniziato"),
        "empty": _("Da iniziare"),
    }
    states = []
    for number, step in enumerate(STEPS[:-1]):
        state = step_state(project, step.key, step.form._meta.fields)
        states.append(
            {
                "step": step,
                "number": number + 1,
                "key": state,
                "state": labels[state],
                "done": state == "done",
                "is_current": number == current,
            }
        )
    return states


def tips(project: Project, limit: int = TIPS) -> list[dict]:
    """The first `limit` advices of completeness.advice, each with the slug of its step and an HTML id."""
    steps = {step.key: step for step in STEPS}
    return [
        {**tip, "slug": steps[tip["step"]].slug, "anchor": input_id(steps[tip["step"]], tip["field"])}
        for tip in advice(project)[:limit]
    ]


def input_id(step: Step, field: str) -> str:
    """The HTML id of a field on the page of its step, `form` for what is no field of it."""
    if field not in step.form.base_fields:
        return "form"
    return f"id_{field}_0" if step.form.base_fields[field].widget.use_fieldset else f"id_{field}"


def open_comments(project: Project, step: Step | None = None) -> list[tuple[FieldComment, AnswerForm]]:
    """The comments of the last request for changes, of a step or of all, each with the form of its answer."""
    last = project.submissions.order_by("-number").first()
    if last is None or project.status != Status.CHANGES_REQUESTED:
        return []
    comments = []
    for note in last.comments.select_related("by").order_by("pk"):
        note.label, note.step = field_label(note.field), STEP_OF_FIELD.get(note.field, STEPS[0])
        if step in (None, note.step):
            comments.append((note, AnswerForm(prefix=str(note.pk), initial={"answer": note.answer})))
    return comments


def saved_message(project: Project) -> str:
    """«Bozza salvata oggi alle 10:42», in the reader's language."""
    at = timezone.localtime(project.updated_at)
    if at.date() == timezone.localdate():
        return _("Bozza salvata oggi alle {}").format(f"{at:%H:%M}")
    return _("Bozza salvata il {} alle {}").format(f"{at:%d/%m/%Y}", f"{at:%H:%M}")


DOCUMENTS = STEP_BY_SLUG["documenti"]
