"""Saving one step, by button or automatically, and conflicts between two people who edit it."""

from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lib.forms.autosave import changed_names, page_turn, raw_input
from lib.forms.conflicts import differences
from lib.forms.stash import discard, restore, seconds_left, stash
from lib.forms.steps import Step
from lib.workflow import StaleDraft, WrongMove
from projects import actions, drafts, rules
from projects.codes import code_warning
from projects.completeness import completeness
from projects.forms import STEP_BY_SLUG, STEPS
from projects.models import Project
from projects.office.documents import attach
from projects.office.loading import RELATED, load
from projects.office.step_page import (
    DOCUMENTS,
    errors_of,
    saved_message,
    saved_step,
    show_step,
    step_states,
)
from projects.office.summary import summary
from projects.workflow import Status


def login_or_stash(view):
    """Like login_required, but what was posted without a session is restored after signing in."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        return view(request, *args, **kwargs) if request.user.is_authenticated else stash(request)

    return guarded


def step_of(slug: str) -> Step:
    """The step at an address. Raises Http404."""
    if slug not in STEP_BY_SLUG:
        raise Http404
    return STEP_BY_SLUG[slug]


@login_or_stash
@require_http_methods(["GET", "HEAD", "POST"])
def edit_step(request, code, slug):
    """One step of the form. Saves what is posted, complete or not, valid or not."""
    step = step_of(slug)
    if step.form is None:
        return summary(request, code)
    if request.method == "POST":
        return _save_by_button(request, code, step)
    project = load(request, code, rules.can_see)
    if not rules.can_edit(request.user, project):
        return _not_editable(request, project)
    if stashed := restore(request):
        return show_step(
            request,
            project,
            step,
            step.form(stashed, instance=project),
            step.formsets(project, stashed),
            is_restored=True,
        )
    return show_step(request, project, step, *saved_step(project, step))


def _not_editable(request, project: Project):
    """To the status page, which says what can be done now."""
    if project.status == Status.SUBMITTED:
        messages.info(request, _("L’hai inviata alla redazione: per cambiarla riprendi la bozza."))
    else:
        state = project.get_status_display().lower()
        messages.info(request, _("Ora la scheda non si può modificare: è {}.").format(state))
    return redirect("officer:project-status", project.code)


def _save_by_button(request, code, step):
    project, saved = load(request, code, rules.can_see), load(request, code, rules.can_see)
    discard(request)
    posted = request.POST
    form, formsets = step.form(posted, instance=project), step.formsets(project, posted)
    document_form = None
    try:
        is_valid = _store(project, step, form, formsets, posted, by=request.user)
        if step is DOCUMENTS:
            document_form = attach(request, project)
            posted["version"] = str(project.version)
    except StaleDraft:
        return _conflict(request, code, step, form, formsets)
    except WrongMove:
        # Rendered again instead of a redirect: what was typed can still be read and copied.
        saved.refresh_from_db(fields=["status"])
        message = _("La scheda non si può più modificare: è {}.").format(saved.get_status_display().lower())
        messages.error(request, message)
        return show_step(request, saved, step, form, formsets, status=409)
    if document_form is None and (is_valid or "exit" in request.POST):
        return _after_save(request, project, step, is_valid)
    return show_step(request, project, step, form, formsets, document_form=document_form, status=422)


def _store(project, step, form, formsets, posted, *, by, automatic=False) -> bool:
    """Write valid values, store the step as raw input when one is not; gives whether all are valid.

    Raises StaleDraft when somebody else saved this step meanwhile, WrongMove when it may not be edited.
    """
    is_valid = all([form.is_valid(), *(formset.is_valid() for _rows, formset in formsets)])
    if "version" in form.errors:
        raise StaleDraft
    changed = changed_names(form, formsets)
    try:
        with transaction.atomic():
            version = form.cleaned_data["version"]
            changes = {"step": step.key, "fields": changed, **page_turn(posted, automatic)}
            actions.save_draft(project, by=by, version=version, changes=changes, automatic=automatic)
            form.save()
            for _rows, formset in formsets:
                if formset.is_valid():
                    formset.save()
            if not is_valid or step.key in project.raw_input:
                raw = None if is_valid else raw_input(posted)
                drafts.store_raw_input(project, step=step.key, raw_input=raw)
    except IntegrityError as error:
        # The same request, sent twice, has just added a row of this page.
        raise StaleDraft from error
    posted["version"] = str(project.version)
    form.data = posted
    return is_valid


def _after_save(request, project, step, is_valid=True):
    for scheme, code in drafts.known_codes(project) if step.key == "resources" else ():
        if warning := code_warning(scheme, code):
            messages.warning(request, f"{code}: {warning}")
    if is_valid:
        messages.success(request, _("Bozza salvata."))
    else:
        messages.warning(
            request, _("Bozza salvata: alcune risposte sono da correggere, le ritrovi come le hai scritte.")
        )
    if "exit" in request.POST:
        return redirect("officer:home")
    if "more" in request.POST:
        return redirect("officer:project-step", project.code, step.slug)
    move = -1 if "back" in request.POST else 1
    return redirect("officer:project-step", project.code, STEPS[max(0, STEPS.index(step) + move)].slug)


def _conflict(request, code, step, form, formsets):
    """Both versions on one page, 409; the answer of a save when they do not differ."""
    current = Project.objects.select_related(*RELATED).get(record__code=code)
    differing = differences(step, current, form, formsets)
    if not differing and not form.errors:
        return _after_save(request, current, step)
    form.data = form.data.copy()
    form.data["version"] = str(current.version)
    conflict = {"by": current.updated_by, "at": current.updated_at, "fields": differing}
    conflict["is_own"] = current.updated_by_id == request.user.pk
    return show_step(request, current, step, form, formsets, conflict=conflict, status=409)


@require_POST
def autosave(request, code, slug):
    """Save a step automatically. The response is JSON: the saved version, or a message, never a redirect."""
    step = step_of(slug)
    if not request.user.is_authenticated:
        message = _("La sessione è scaduta. Accedi in un’altra scheda del browser: il testo resta qui.")
        return JsonResponse({"message": message}, status=401)
    try:
        project = load(request, code, rules.can_see)
    except PermissionDenied:
        return JsonResponse({"message": _("Non hai accesso a questa scheda: copia il testo.")}, status=403)
    posted = request.POST
    form, formsets = step.form(posted, instance=project), step.formsets(project, posted)
    try:
        _store(project, step, form, formsets, posted, by=request.user, automatic=True)
    except StaleDraft:
        return _conflict_json(request, project.pk, step, form, formsets)
    except WrongMove:
        message = _("La scheda non si può più modificare: copia il testo che hai scritto.")
        return JsonResponse({"message": message}, status=410)
    return _saved(request, project, step, errors_of(form, formsets))


def _saved(request, project, step, errors=()):
    states = {
        item["step"].slug: [item["key"], item["state"]] for item in step_states(project, STEPS.index(step))
    }
    return JsonResponse(
        {
            "version": project.version,
            "message": saved_message(project),
            "errors": errors,
            "completeness": completeness(project),
            "states": states,
            "seconds": seconds_left(request),
        }
    )


def _conflict_json(request, pk: int, step, form, formsets):
    current = Project.objects.select_related(*RELATED).get(pk=pk)
    if not form.errors and not differences(step, current, form, formsets):
        return _saved(request, current, step)
    at = timezone.localtime(current.updated_at)
    if current.updated_by_id == request.user.pk:
        message = _("Hai modificato questa scheda in un’altra finestra alle {}.").format(f"{at:%H:%M}")
    else:
        message = _("Un collega ha modificato questa scheda alle {}.").format(f"{at:%H:%M}")
    return JsonResponse({"message": message, "compare": _("Confronta le versioni")}, status=409)


@require_safe
def check_code(request):
    """The warning about codes as JSON, the same as after saving: `{warning}`."""
    if not request.user.is_authenticated:
        return JsonResponse({"warning": ""}, status=401)
    scheme = request.GET.get("tipo", "")
    parts = [p for p in request.GET.get("valore", "")[:600].replace(";", ",").split(",") if p.strip()]
    codes = parts[:20] if scheme == "cup" else parts[:1]
    warnings = [(code.strip(), code_warning(scheme, code)) for code in codes]
    return JsonResponse({"warning": " ".join(f"{code}: {warning}." for code, warning in warnings if warning)})
