"""Pages of adoptions: lists of an office and of staff, the request, one adoption, practices from outside."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.rules import is_officer, is_reviewer, organisations_of
from cards.models import Edition
from cards.records import newest_title
from lib.workflow import WrongMove
from municipalities.models import Organisation
from reuse import rules
from reuse.actions import adopting
from reuse.actions.adopting import AlreadyRequested
from reuse.adoption.forms import (
    SLUG_OF_TRANSITION,
    TRANSITIONS_BY_SLUG,
    AskForm,
    PracticeForm,
    ResultForm,
    TransitionForm,
)
from reuse.models import Adoption, AdoptionStep, OutsidePractice
from reuse.transitions import ADOPTION, NEXT, TASKS, AdoptionState, AdoptionTransition, Side

RELATED = ("record__owner", "giver", "adopter", "parent__adopter")
TEXT_FIELDS = ("note", "note_is_public", "what_changed", "what_learnt", "lessons_are_public")
PER_PAGE = 50
# Value of `mossa` of the form of the result; those of transitions are in TRANSITIONS_BY_SLUG.
RESULT = "nato"


@login_required
@require_safe
def office_list(request):
    """Adoptions and practices of the user's organisations, first those in which they have to act."""
    if not is_officer(request.user):
        if is_reviewer(request.user):
            return redirect("desk:adoption-list")
        raise PermissionDenied
    mine = organisations_of(request.user)
    adoptions = Adoption.objects.visible().of_bodies(mine).select_related(*RELATED)
    adoptions = adoptions.annotate(title=newest_title())
    rows = [_row(request.user, adoption) for adoption in adoptions.order_by("waiting_since", "pk")]
    rows.sort(key=lambda row: not row["is_ours"])
    practices = OutsidePractice.objects.visible().filter(adopter__in=mine).select_related("adopter", "record")
    context = {
        "taken": [row for row in rows if row["adoption"].adopter_id in mine],
        "given": [row for row in rows if row["adoption"].adopter_id not in mine],
        "waiting": sum(row["is_ours"] for row in rows),
        "practices": practices.order_by("-created_at", "-pk"),
    }
    return render(request, "reuse/adoptions.html", context)


def _row(user, adoption: Adoption) -> dict:
    """The variables of an adoption in a list: who has to act, the task, whether it is the user's."""
    turn = ADOPTION.turn_of(adoption.step)
    return {
        "adoption": adoption,
        "awaited": {Side.GIVER: adoption.giver, Side.ADOPTER: adoption.adopter}.get(turn),
        "next": TASKS.get(adoption.step, ""),
        "is_ours": turn is not None and turn in rules.sides_of(user, adoption),
    }


@login_required
@require_safe
def desk_list(request):
    """All adoptions in state `passo`, else those in which a side has to act; the longest waiting first."""
    if not is_reviewer(request.user):
        raise PermissionDenied
    adoptions = Adoption.objects.visible()
    counts = dict(adoptions.values_list("step").annotate(n=Count("pk")))
    state = request.GET.get("passo", "")
    state = state if state in AdoptionState.values else ""
    adoptions = adoptions.filter(step__in=[state] if state else list(ADOPTION.waits))
    adoptions = adoptions.select_related(*RELATED).annotate(title=newest_title())
    page = Paginator(adoptions.order_by("waiting_since", "pk"), PER_PAGE).get_page(request.GET.get("pagina"))
    context = {
        "page": page,
        "rows": [_row(request.user, adoption) for adoption in page.object_list],
        "state": state,
        "states": [(key, label, counts.get(key, 0)) for key, label in AdoptionState.choices],
        "base": f"passo={state}" if state else "",
    }
    return render(request, "reuse/desk/adoptions.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request, code):
    """The form by which an office requests a published project."""
    card = get_object_or_404(Edition.objects.current().select_related("record__owner"), code=code)
    record = card.record
    if not is_officer(request.user):
        raise PermissionDenied
    bodies = rules.adopters_for(request.user, record)
    if not bodies:
        messages.info(request, _("Questo progetto è già del tuo ente."))
        return redirect("officer:adoption-list")
    parents = Adoption.objects.public().filter(record=record).select_related("adopter")
    form = AskForm(
        request.POST if request.method == "POST" else None,
        record=record,
        bodies=bodies,
        parents=parents,
    )
    if request.method == "POST" and form.is_valid():
        try:
            data = form.cleaned_data
            adoption = adopting.ask(
                record,
                by=request.user,
                adopter=data["adopter"],
                idempotency_key=data["idempotency_key"],
                note=data["note"],
                parent=data.get("parent"),
            )
        except AlreadyRequested as error:
            messages.info(request, _("Il tuo ente ha già chiesto questo progetto: ecco a che punto è."))
            adoption = error.args[0]
        except WrongMove:
            form.add_error(None, _("Chi cede il progetto non può più farlo: scegli da chi prenderlo."))
            return _render_request(request, card, form, 409)
        else:
            messages.success(request, _("Richiesta inviata: abbiamo scritto a {}.").format(adoption.giver))
        return redirect("officer:adoption", adoption.pk)
    return _render_request(request, card, form, 422 if form.errors else 200)


def _render_request(request, card, form, status: int):
    return render(request, "reuse/adoption_ask.html", {"card": card, "form": form}, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def detail(request, pk):
    """One adoption, for both sides and staff, with a form for each transition that the user may make."""
    adoptions = Adoption.objects.visible().select_related(*RELATED).annotate(title=newest_title())
    adoption = adoptions.filter(pk=pk).first()
    if adoption is None or not rules.can_see_adoption(request.user, adoption):
        raise PermissionDenied
    if request.method == "POST":
        return _advance(request, adoption)
    return _render_adoption(request, adoption)


def _advance(request, adoption):
    if request.POST.get("mossa") == RESULT:
        return _save_result(request, adoption)
    transition = TRANSITIONS_BY_SLUG.get(request.POST.get("mossa", ""))
    if transition is None:
        raise Http404
    form = TransitionForm(request.POST, transition=transition, adoption=adoption)
    if not rules.sides_of(request.user, adoption):
        raise PermissionDenied
    if not form.is_valid():
        return _render_adoption(request, adoption, form, status=422)
    data = form.cleaned_data
    texts = {name: data[name] for name in TEXT_FIELDS if data.get(name)}
    side = rules.side_for(request.user, transition, adoption) or rules.sides_of(request.user, adoption)[0]
    try:
        adopting.advance(
            adoption,
            transition,
            by=request.user,
            side=side,
            idempotency_key=data["idempotency_key"],
            on=data.get("on"),
            **texts,
        )
    except WrongMove:
        messages.error(
            request, _("Il riuso è andato avanti nel frattempo: quello che hai scritto è qui sotto.")
        )
        adoption.refresh_from_db()
        return _render_adoption(request, adoption, form, status=409)
    messages.success(request, _("Fatto: abbiamo scritto all’altro ente."))
    return redirect("officer:adoption", adoption.pk)


def _save_result(request, adoption):
    if not rules.can_set_result(request.user, adoption):
        raise PermissionDenied
    form = ResultForm(request.POST, adoption=adoption)
    if not form.is_valid():
        return _render_adoption(request, adoption, result=form, status=422)
    try:
        adopting.set_result(adoption, by=request.user, result=form.cleaned_data["result"])
    except WrongMove:
        messages.error(request, _("Il riuso è andato avanti nel frattempo: rileggi a che punto è."))
    else:
        messages.success(request, _("Fatto: le due schede si nominano a vicenda."))
    return redirect("officer:adoption", adoption.pk)


def _render_adoption(
    request,
    adoption,
    bound: TransitionForm | None = None,
    *,
    result: ResultForm | None = None,
    status: int = 200,
):
    if result is None and rules.can_set_result(request.user, adoption):
        result = ResultForm(adoption=adoption)
    transitions = rules.transitions_for(request.user, adoption)
    forms = [
        bound
        if bound and bound.transition == transition
        else TransitionForm(transition=transition, adoption=adoption)
        for transition in transitions
    ]
    expected = NEXT.get(adoption.step)
    main = next((form for form in forms if form.transition == expected), None)
    context = {
        **_row(request.user, adoption),
        "steps": adoption.steps.select_related("by").order_by("at", "pk"),
        "main": main and _form_row(main, bound),
        "others": [_form_row(form, bound) for form in forms if form is not main],
        "form": bound or (result if result and result.is_bound else {}),
        "result": result,
        "rejected": bound if bound and bound.transition not in transitions else None,
        "card": adoption.record.editions.current().first(),
        "can_hide": is_reviewer(request.user),
    }
    return render(request, "reuse/adoption.html", context, status=status)


def _form_row(form: TransitionForm, bound) -> dict:
    """The variables of `_adoption_move.html`."""
    return {
        "form": form,
        "slug": SLUG_OF_TRANSITION[form.transition],
        "label": AdoptionTransition(form.transition).label,
        "is_open": form is bound,
        "is_end": form.transition in (AdoptionTransition.DECLINE, AdoptionTransition.WITHDRAW),
    }


@login_required
@require_POST
def hide(request, pk):
    """Staff hide the public texts of a step."""
    if not is_reviewer(request.user):
        raise PermissionDenied
    step = get_object_or_404(
        AdoptionStep.objects.select_related("adoption__record__owner", "adoption__adopter"), pk=pk
    )
    adopting.hide(step, by=request.user)
    messages.success(request, _("Le parole di questo passo non sono più pubbliche."))
    return redirect("officer:adoption", step.adoption_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add_practice(request):
    """The form of a practice adopted from outside the registry."""
    bodies = Organisation.objects.filter(pk__in=organisations_of(request.user)).order_by("name")
    if not bodies:
        raise PermissionDenied
    form = PracticeForm(request.POST if request.method == "POST" else None, bodies=bodies)
    if request.method == "POST" and form.is_valid():
        form.instance.idempotency_key = form.cleaned_data["idempotency_key"]
        adopting.add_practice(form.save(commit=False), by=request.user)
        messages.success(request, _("Pratica aggiunta: si vede nella scheda della città."))
        return redirect("officer:adoption-list")
    return render(request, "reuse/practice.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_POST
def remove_practice(request, pk):
    """Remove a practice from the public pages."""
    practice = get_object_or_404(OutsidePractice.objects.select_related("record__owner"), pk=pk)
    if not rules.can_remove_practice(request.user, practice):
        raise PermissionDenied
    adopting.remove_practice(practice, by=request.user)
    messages.success(request, _("Pratica tolta: «{}».").format(practice.name))
    return redirect("officer:adoption-list")
