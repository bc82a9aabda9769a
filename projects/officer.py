"""Pages of an office: its projects, the six steps of one, its status and its sending."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.rules import is_reviewer, organisations_of
from municipalities.models import Organisation, Territory
from projects import actions, rules
from projects.actions import Incomplete, StaleDraft, WrongMove
from projects.cards import draft_document
from projects.completeness import completeness, missing_required
from projects.cup import cup_warning
from projects.fields import tidied
from projects.forms import (
    STEP_BY_SLUG,
    STEP_OF_FIELD,
    STEPS,
    AnswerForm,
    DocumentForm,
    NewProjectForm,
    Step,
    SubmitForm,
    field_label,
)
from projects.models import FieldComment, Project
from projects.presentation import card_context
from projects.workflow import Status

RELATED = ("owner__territory", "promoter", "lead_municipality__province", "lead_municipality__region")


def load(request: HttpRequest, code: str, may) -> Project:
    """The project, or 403: the same for what is not theirs and for what is not there, so no hint."""
    project = Project.objects.select_related(*RELATED).filter(code=code).first()
    if project is None and is_reviewer(request.user):
        raise Http404
    if project is None or not may(request.user, project):
        raise PermissionDenied
    return project


def _office_only(request: HttpRequest) -> None:
    if not rules.can_create(request.user):
        raise PermissionDenied


@login_required
@require_safe
def home(request):
    """What waits for this office, then all its projects."""
    _office_only(request)
    projects = Project.objects.owned_by(organisations_of(request.user)).order_by("-updated_at")
    rows = [(project, _next_step(project)) for project in projects.select_related("owner")[:200]]
    return render(request, "officer/home.html", {"rows": rows, "staff": is_reviewer(request.user)})


def _next_step(project: Project) -> str:
    if project.status == Status.DRAFT:
        missing = len({step for step, _text in missing_required(project).values()})
        if missing:
            return _("Completa %(n)s passi") % {"n": missing} if missing > 1 else _("Completa un passo")
        return _("Invia alla redazione")
    words = {
        Status.CHANGES_REQUESTED: _("Rispondi alla redazione"),
        Status.SUBMITTED: _("In attesa della redazione"),
        Status.IN_REVIEW: _("La redazione la sta esaminando"),
        Status.PUBLISHED: _("Aggiorna quando qualcosa cambia"),
        Status.ARCHIVED: _("Leggi il motivo"),
    }
    return words[project.status]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def create(request):
    """Open a draft; the same form sent twice opens one."""
    _office_only(request)
    bodies = _bodies(request.user)
    form = NewProjectForm(
        tidied(request.POST) or None,
        bodies=bodies,
        initial={"nonce": uuid.uuid4(), "owner": bodies.first() if len(bodies) == 1 else None},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        project = actions.create_project(
            by=request.user, owner=data["owner"], nonce=data["nonce"], title=data["title"]
        )
        return redirect("officer:project-step", project.code, STEPS[0].slug)
    return render(request, "officer/create.html", {"form": form, "bodies": bodies})


def _bodies(user):
    """Bodies a person may enter projects for: their own; for staff, every one (delegated entry)."""
    bodies = Organisation.objects.order_by("name")
    return bodies if is_reviewer(user) else bodies.filter(pk__in=organisations_of(user))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_step(request, code, slug):
    """One step of the form. Saves what is there, complete or not."""
    step = STEP_BY_SLUG.get(slug)
    if step is None:
        raise Http404
    if step.form is None:
        return summary(request, code)
    if request.method == "POST":
        return _save_step(request, code, step)
    project = load(request, code, rules.can_edit)
    return _show_step(request, project, step, step.form(instance=project), _formsets(step, project))


def _formsets(step: Step, project: Project, data=None) -> list:
    return [(rows, rows.formset(data, instance=project, prefix=rows.key)) for rows in step.rows]


def _save_step(request, code, step):
    project = load(request, code, rules.can_see)
    saved = load(request, code, rules.can_see)
    posted = tidied(request.POST)
    form = step.form(posted, instance=project)
    formsets = _formsets(step, project, posted)
    if not saved.is_editable:
        # Shown again and not sent away: what was typed can still be read and copied.
        words = _("La scheda non si può più modificare: è {}.").format(saved.get_status_display().lower())
        messages.error(request, words)
        return _show_step(request, saved, step, form, formsets, status=409)
    if not all([form.is_valid(), *(formset.is_valid() for _rows, formset in formsets)]):
        return _show_step(request, saved, step, form, formsets, status=422)
    try:
        with transaction.atomic():
            changed = form.changed_data + [rows.key for rows, formset in formsets if formset.has_changed()]
            actions.save_draft(
                project,
                by=request.user,
                version=form.cleaned_data["version"],
                changes={"step": step.key, "fields": [name for name in changed if name != "version"]},
            )
            form.save()
            for _rows, formset in formsets:
                formset.save()
    except StaleDraft:
        return _show_conflict(request, code, step, form, formsets)
    except WrongMove:
        messages.error(request, _("La scheda non si può più modificare."))
        return redirect("officer:project-status", code)
    return _after_save(request, project, step)


def _after_save(request, project, step):
    if step.key == "resources":
        for code in project.identifiers.filter(scheme="cup").values_list("value", flat=True):
            if warning := cup_warning(code):
                messages.warning(request, f"{code}: {warning}")
    messages.success(request, _("Bozza salvata."))
    if "exit" in request.POST:
        return redirect("officer:home")
    if "more" in request.POST:
        return redirect("officer:project-step", project.code, step.slug)
    following = STEPS[STEPS.index(step) + 1]
    return redirect("officer:project-step", project.code, following.slug)


def _show_conflict(request, code, step, form, formsets):
    """Both versions on one page: what the colleague saved beside each field that differs."""
    current = Project.objects.select_related(*RELATED).get(code=code)
    theirs = step.form(instance=current)
    differing = []
    for name in step.form.base_fields:
        shown, typed = theirs[name].value(), form[name].value()
        if name != "version" and (shown or "") != (typed or ""):
            differing.append(
                {"label": form[name].label, "theirs": shown, "yours": typed, "id": form[name].auto_id}
            )
    form.data = form.data.copy()
    form.data["version"] = current.version
    conflict = {"by": current.updated_by, "at": current.updated_at, "fields": differing}
    return _show_step(request, current, step, form, formsets, conflict=conflict, status=409)


def _show_step(request, project, step, form, formsets, *, conflict=None, document_form=None, status=200):
    context = {
        "project": project,
        "step": step,
        "steps": _step_states(project),
        "form": form,
        "formsets": formsets,
        "number": STEPS.index(step) + 1,
        "total": len(STEPS),
        "conflict": conflict,
        "completeness": completeness(project),
        "comments": _open_comments(project, step),
        "errors": _errors(form, formsets),
        "places": _nearby(project) if step.key == "places" else (),
        "shown_fields": [f for f in form if f.name not in step.folded and not f.is_hidden],
        "folded_fields": [f for f in form if f.name in step.folded],
    }
    if step.key == "documents":
        context["documents"] = project.documents.filter(removed_at=None).order_by("pk")
        context["document_form"] = document_form or DocumentForm()
    return render(request, "officer/step.html", context, status=status)


def _errors(form, formsets) -> list[tuple[str, str]]:
    """`(id of the field, message)` of everything wrong on the page, in its order."""
    found = [(_anchor(form, name), text) for name, texts in form.errors.items() for text in texts]
    for _rows, formset in formsets:
        found += [(f"{formset.prefix}-rows", text) for text in formset.non_form_errors()]
        for row in formset.forms:
            found += [(_anchor(row, name), text) for name, texts in row.errors.items() for text in texts]
    return found


def _anchor(form, name: str) -> str:
    if name == "__all__":
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


def _step_states(project: Project) -> list[dict]:
    """Each step with its word: complete or still to do."""
    missing = {step for step, _text in missing_required(project).values()}
    return [
        {
            "step": step,
            "state": _("Da completare") if step.key in missing else _("Completo"),
            "done": step.key not in missing,
        }
        for step in STEPS
        if step.form
    ]


def _open_comments(project: Project, step: Step | None = None) -> list[FieldComment]:
    """The comments the desk has sent with its request for changes, of one step or of all."""
    last = project.submissions.order_by("-number").first()
    if last is None or project.status != Status.CHANGES_REQUESTED:
        return []
    notes = list(last.comments.select_related("by").order_by("pk"))
    for note in notes:
        note.label, note.step = field_label(note.field), STEP_OF_FIELD.get(note.field, STEPS[0])
    return [n for n in notes if step is None or n.step == step or n.field in [r.key for r in step.rows]]


@login_required
@require_POST
def add_document(request, code):
    """Attach a file or a link to a draft."""
    project = load(request, code, rules.can_edit)
    form = DocumentForm(tidied(request.POST), request.FILES)
    if form.is_valid():
        form.instance.project = project
        form.save()
        messages.success(request, _("Documento aggiunto."))
        return redirect("officer:project-step", project.code, "documenti")
    step = STEP_BY_SLUG["documenti"]
    return _show_step(request, project, step, step.form(instance=project), [], document_form=form, status=422)


@login_required
@require_POST
def remove_document(request, code, pk):
    """Take a document off the draft; editions already published keep it."""
    project = load(request, code, rules.can_edit)
    document = get_object_or_404(project.documents.filter(removed_at=None), pk=pk)
    actions.remove_document(document, by=request.user)
    messages.success(request, _("Documento tolto: «{}».").format(document.title))
    return redirect("officer:project-step", project.code, "documenti")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def summary(request, code):
    """All answers on one page, right before sending."""
    project = load(request, code, rules.can_see)
    if not project.is_editable:
        return redirect("officer:project-status", project.code)
    form = SubmitForm(tidied(request.POST) or None, initial={"nonce": uuid.uuid4()})
    missing = _missing(project)
    if request.method == "POST" and form.is_valid() and not missing:
        try:
            actions.submit(
                project, by=request.user, nonce=form.cleaned_data["nonce"], note=form.cleaned_data["note"]
            )
        except (Incomplete, WrongMove):
            messages.error(request, _("La scheda è cambiata nel frattempo: controllala e inviala di nuovo."))
            return redirect("officer:project-step", project.code, "riepilogo")
        return redirect("officer:project-status", project.code)
    context = {
        "project": project,
        "form": form,
        "missing": missing,
        "steps": _step_states(project),
        "answers": _answers(project),
        "step": STEPS[-1],
        "number": len(STEPS),
        "total": len(STEPS),
        "completeness": completeness(project),
        "comments": _open_comments(project),
        "tried": request.method == "POST",
    }
    return render(request, "officer/summary.html", context, status=422 if request.method == "POST" else 200)


def _missing(project: Project) -> list[dict]:
    """Required fields left empty, each with the words and the place where to write it."""
    steps = {step.key: step for step in STEPS}
    found = []
    for name, (step_key, text) in missing_required(project).items():
        bound = steps[step_key].form(instance=project)[name]
        found.append(
            {
                "text": text,
                "step": steps[step_key],
                "anchor": f"{bound.auto_id}_0" if bound.use_fieldset else bound.auto_id,
            }
        )
    return found


def _answers(project: Project) -> list[dict]:
    """Every step with its filled answers: label, words, whether the words are the body's own."""
    groups = []
    for step in STEPS:
        if step.form is None:
            continue
        form = step.form(instance=project)
        answers = [(f.label, _in_words(form, f), _is_written(f)) for f in form if not f.is_hidden]
        for rows in step.rows:
            related = getattr(project, {"funding": "funding_lines"}.get(rows.key, rows.key))
            words = ", ".join(str(row) for row in related.order_by("pk"))
            answers.append((rows.title, words, rows.key != "funding"))
        groups.append({"step": step, "answers": [answer for answer in answers if answer[1]]})
    return groups


def _is_written(bound) -> bool:
    """Whether an answer is in the body's own words, which are Italian on English pages too."""
    ours = getattr(bound.field, "choices", None) or isinstance(bound.value(), bool)
    return not ours and not bound.name.endswith("_en")


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


@login_required
@require_safe
def status(request, code):
    """Where a project stands: receipt, what happens next and by when, comments, history."""
    project = load(request, code, rules.can_see)
    submissions = project.submissions.select_related("submitted_by", "taken_by").order_by("-number")
    context = {
        "project": project,
        "submission": submissions.first(),
        "submissions": submissions,
        "comments": [
            (note, AnswerForm(prefix=str(note.pk), initial={"answer": note.answer}))
            for note in _open_comments(project)
        ],
        "events": project.events.select_related("by").order_by("-at", "-pk")[:50],
        "card": project.cards.filter(is_current=True).first(),
        "withdrawn": project.cards.exclude(withdrawn_at=None).order_by("-edition").first(),
        "can_edit": rules.can_edit(request.user, project),
        "can_recall": rules.can_recall(request.user, project),
        "can_revise": rules.can_revise(request.user, project),
        "completeness": completeness(project),
    }
    return render(request, "officer/status.html", context)


@login_required
@require_safe
def preview(request, code):
    """The card as the public would see it, from the working copy."""
    project = load(request, code, rules.can_see)
    return render(
        request,
        "projects/card_detail.html",
        {**card_context(draft_document(project)), "preview": True, "project": project},
    )


@login_required
@require_POST
def answer(request, code, pk):
    """Answer one comment of the reviewer."""
    project = load(request, code, rules.can_edit)
    note = get_object_or_404(FieldComment, pk=pk, submission__project=project)
    form = AnswerForm(tidied(request.POST), prefix=str(pk))
    if form.is_valid():
        actions.answer_comment(note, by=request.user, answer=form.cleaned_data["answer"])
        messages.success(request, _("Risposta salvata."))
    else:
        messages.error(request, " ".join(form.errors.get("answer", [])))
    return redirect("officer:project-status", project.code)


MOVES = {"riprendi": (actions.recall, rules.can_recall), "modifica": (actions.revise, rules.can_revise)}


@login_required
@require_POST
def move(request, code, verb):
    """Take a sending back, or open the working copy of a published project."""
    if verb not in MOVES:
        raise Http404
    action, may = MOVES[verb]
    project = load(request, code, rules.can_see)
    if not may(request.user, project):
        messages.error(request, _("La scheda è cambiata nel frattempo: ecco dove si trova ora."))
        return redirect("officer:project-status", code)
    try:
        action(project, by=request.user)
    except WrongMove:
        messages.error(request, _("La scheda è cambiata nel frattempo: ecco dove si trova ora."))
        return redirect("officer:project-status", code)
    if verb == "modifica":
        messages.info(
            request, _("La scheda pubblica resta com’è finché la redazione non accetta le modifiche.")
        )
        return redirect("officer:project-step", code, STEPS[0].slug)
    return redirect("officer:project-status", code)
