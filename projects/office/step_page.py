"""The page of one step: what was saved, or what was typed and could not be read."""

import uuid

from django.http import QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from lib.forms.stash import seconds_left
from lib.forms.steps import Step
from municipalities.models import Territory
from projects.codes import code_warning
from projects.completeness import advice, completeness, step_state
from projects.drafts import known_codes
from projects.forms import STEP_BY_SLUG, STEP_OF_FIELD, STEPS, AnswerForm, DocumentForm, field_label
from projects.models import FieldComment, Project
from projects.workflow import Status

IGNORED = ("csrfmiddlewaretoken", "version", "page", "turn", "exit", "more", "back")
TIPS = 3


def formsets_of(step: Step, project: Project, data=None) -> list:
    """`[(rows, formset)]` of a step, with what was posted or with what is saved."""
    return [
        (rows, rows.formset(_with_rows(data, rows.key), project=project, prefix=rows.key))
        for rows in step.rows
    ]


def _with_rows(data: QueryDict | None, prefix: str) -> QueryDict | dict | None:
    """A page opened before a part existed, or cut short, has no rows of it: none is touched."""
    if data is None or f"{prefix}-TOTAL_FORMS" in data:
        return data
    return {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}


def typed_of(posted: QueryDict) -> dict[str, list[str]]:
    """What was typed in a step, as it can be kept."""
    return {name: values for name, values in posted.lists() if name not in IGNORED}


def posted_again(project: Project, typed: dict) -> QueryDict:
    """Answers kept as typed, as if they were posted now."""
    data = QueryDict(mutable=True)
    for name, values in typed.items():
        data.setlist(name, values)
    data["version"] = str(project.version)
    return data


def saved_step(project: Project, step: Step):
    """`(form, formsets)` of a step as it stands: with its unread answers, where there are any."""
    if step.key not in project.typed:
        return step.form(instance=project), formsets_of(step, project)
    data = posted_again(project, project.typed[step.key])
    return step.form(data, instance=project), formsets_of(step, project, data)


def show_step(
    request, project, step, form, formsets, *, conflict=None, document_form=None, status=200, parked=False
):
    """The page of a step, with everything around its fields."""
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
        "parked": parked,
        "completeness": completeness(project),
        "advice": tips(project),
        "comments": comments,
        "comment_fields": {note.field for note, _form in comments},
        "errors": errors_of(form, formsets),
        "places": _nearby(project) if step.key == "places" else (),
        "shown_fields": [f for f in form if f.name not in step.folded and not f.is_hidden],
        "folded_fields": [f for f in form if f.name in step.folded],
        "folded_open": any(
            f.errors or f.name in {n.field for n, _f in comments} for f in form if f.name in step.folded
        ),
        "warnings": _code_warnings(project) if step.key == "resources" else (),
        "seconds_left": seconds_left(request),
        "page_id": uuid.uuid4(),
    }
    if step.key == "documents":
        context["documents"] = project.documents.filter(removed_at=None).order_by("pk")
        context["document_form"] = document_form or DocumentForm(initial={"uid": uuid.uuid4()})
    return render(request, "projects/office/step.html", context, status=status)


def errors_of(form, formsets) -> list[tuple[str, str]]:
    """`(id of the field, message)` of everything wrong on the page, in its order."""
    found = [(anchor_of(form, name), text) for name, texts in form.errors.items() for text in texts]
    for _rows, formset in formsets:
        found += [(f"{formset.prefix}-rows", text) for text in formset.non_form_errors()]
        for row in formset.forms:
            if row not in formset.deleted_rows:
                found += [
                    (anchor_of(row, name), text) for name, texts in row.errors.items() for text in texts
                ]
    return found


def anchor_of(form, name: str) -> str:
    """The id where a field begins: of a group, its first choice."""
    if name == "__all__" or name not in form.fields or form[name].is_hidden:
        return "form"
    bound = form[name]
    return f"{bound.auto_id}_0" if bound.use_fieldset else bound.auto_id


def _nearby(project: Project):
    """Municipalities of the same province, as suggestions while typing."""
    lead = project.lead_municipality or project.owner.territory
    if lead is None or lead.province_id is None:
        return ()
    return (
        Territory.objects.municipalities()
        .current()
        .in_province(lead.province.code)
        .order_by("name")
        .values_list("name", flat=True)
    )


def _code_warnings(project: Project) -> list[str]:
    told = [(code, code_warning(scheme, code)) for scheme, code in known_codes(project)]
    return [f"{code}: {words}" for code, words in told if words]


def step_states(project: Project, current: int) -> list[dict]:
    """Each step with the word that says how far it is."""
    words = {
        "wrong": _("Da correggere"),
        "done": _("Completo"),
        "begun": _("Iniziato"),
        "empty": _("Da iniziare"),
    }
    found = []
    for number, step in enumerate(STEPS[:-1]):
        state = step_state(project, step.key, step.form._meta.fields)
        found.append(
            {
                "step": step,
                "number": number + 1,
                "key": state,
                "state": words[state],
                "done": state == "done",
                "is_current": number == current,
            }
        )
    return found


def tips(project: Project, limit: int = TIPS) -> list[dict]:
    """The next things worth adding, each with its step and the place where to write it."""
    steps = {step.key: step for step in STEPS}
    return [
        {**tip, "slug": steps[tip["step"]].slug, "anchor": place_of(steps[tip["step"]], tip["field"])}
        for tip in advice(project)[:limit]
    ]


def place_of(step: Step, field: str) -> str:
    """The id of a field on the page of its step."""
    if field not in step.form.base_fields:
        return "form"
    return f"id_{field}_0" if step.form.base_fields[field].widget.use_fieldset else f"id_{field}"


def open_comments(project: Project, step: Step | None = None) -> list[tuple[FieldComment, AnswerForm]]:
    """The comments the desk has sent with its request for changes, of one step or of all, to be answered."""
    last = project.submissions.order_by("-number").first()
    if last is None or project.status != Status.CHANGES_REQUESTED:
        return []
    found = []
    for note in last.comments.select_related("by").order_by("pk"):
        note.label, note.step = field_label(note.field), STEP_OF_FIELD.get(note.field, STEPS[0])
        if step in (None, note.step):
            found.append((note, AnswerForm(prefix=str(note.pk), initial={"answer": note.answer})))
    return found


def saved_words(project: Project) -> str:
    """«Bozza salvata oggi alle 10:42», in the reader's language."""
    at = timezone.localtime(project.updated_at)
    if at.date() == timezone.localdate():
        return _("Bozza salvata oggi alle {}").format(f"{at:%H:%M}")
    return _("Bozza salvata il {} alle {}").format(f"{at:%d/%m/%Y}", f"{at:%H:%M}")


DOCUMENTS = STEP_BY_SLUG["documenti"]
