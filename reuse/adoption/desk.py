"""Pages of those who give and take projects: what waits for whom, a request, its life; the same for staff."""

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
from lib.forms.fields import tidied
from lib.workflow import WrongMove
from municipalities.models import Organisation
from reuse import rules
from reuse.actions import adopting
from reuse.actions.adopting import AlreadyAsked
from reuse.adoption.forms import MOVES_BY_SLUG, SLUG_OF_MOVE, AskForm, MoveForm, PracticeForm, ResultForm
from reuse.models import Adoption, AdoptionStep, OutsidePractice
from reuse.transitions import ADOPTION, NEXT, TASKS, AdoptionMove, Side, Step

RELATED = ("record__owner", "giver", "adopter", "parent__adopter")
WORDS = ("note", "note_is_public", "what_changed", "what_learnt", "lessons_are_public")
PER_PAGE = 50
# What the form of the project that came of it is called among the moves.
RESULT = "nato"


@login_required
@require_safe
def home(request):
    """What one's bodies take and what others take from them, first what waits for us."""
    if not is_officer(request.user):
        if is_reviewer(request.user):
            return redirect("desk:adoption-list")
        raise PermissionDenied
    mine = organisations_of(request.user)
    found = Adoption.objects.shown().of_bodies(mine).select_related(*RELATED).annotate(title=newest_title())
    rows = [_row(request.user, adoption) for adoption in found.order_by("waiting_since", "pk")]
    rows.sort(key=lambda row: not row["is_ours"])
    practices = OutsidePractice.objects.shown().filter(adopter__in=mine).select_related("adopter", "record")
    context = {
        "taken": [row for row in rows if row["adoption"].adopter_id in mine],
        "given": [row for row in rows if row["adoption"].adopter_id not in mine],
        "waiting": sum(row["is_ours"] for row in rows),
        "practices": practices.order_by("-created_at", "-pk"),
    }
    return render(request, "reuse/adoptions.html", context)


def _row(user, adoption: Adoption) -> dict:
    """One line of a list: who is waited for, for what, since when."""
    turn = ADOPTION.turn_of(adoption.step)
    return {
        "adoption": adoption,
        "waited": {Side.GIVER: adoption.giver, Side.ADOPTER: adoption.adopter}.get(turn),
        "next": TASKS.get(adoption.step, ""),
        "is_ours": turn is not None and turn in rules.sides_of(user, adoption),
    }


@login_required
@require_safe
def all_of_them(request):
    """Every reuse, for staff: the longest waiting first."""
    if not is_reviewer(request.user):
        raise PermissionDenied
    found = Adoption.objects.shown()
    counts = dict(found.values_list("step").annotate(n=Count("pk")))
    step = request.GET.get("passo", "")
    found = found.filter(step=step) if step in Step.values else found.filter(step__in=list(ADOPTION.waits))
    found = found.select_related(*RELATED).annotate(title=newest_title()).order_by("waiting_since", "pk")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("pagina"))
    context = {
        "page": page,
        "rows": [_row(request.user, adoption) for adoption in page.object_list],
        "step": step if step in Step.values else "",
        "steps": [(key, label, counts.get(key, 0)) for key, label in Step.choices],
        "base": f"passo={step}" if step in Step.values else "",
    }
    return render(request, "reuse/desk/adoptions.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request, code):
    """The request of an office for a published project."""
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
        tidied(request.POST) if request.method == "POST" else None,
        record=record,
        bodies=bodies,
        parents=parents,
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = adopting.ask(record, by=request.user, **form.cleaned_data)
        except AlreadyAsked as error:
            messages.info(request, _("Il tuo ente ha già chiesto questo progetto: ecco a che punto è."))
            made = error.args[0]
        except WrongMove:
            form.add_error(None, _("Chi cede il progetto non può più farlo: scegli da chi prenderlo."))
            return _show_ask(request, card, form, 409)
        else:
            messages.success(request, _("Richiesta inviata: abbiamo scritto a {}.").format(made.giver))
        return redirect("officer:adoption", made.pk)
    return _show_ask(request, card, form, 422 if form.errors else 200)


def _show_ask(request, card, form, status: int):
    return render(request, "reuse/adoption_ask.html", {"card": card, "form": form}, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def detail(request, pk):
    """The life of one reuse, for both sides and staff, with the forms of what one may do next."""
    found = Adoption.objects.shown().select_related(*RELATED).annotate(title=newest_title())
    adoption = found.filter(pk=pk).first()
    if adoption is None or not rules.can_see_adoption(request.user, adoption):
        raise PermissionDenied
    if request.method == "POST":
        return _move(request, adoption)
    return _show(request, adoption)


def _move(request, adoption):
    if request.POST.get("mossa") == RESULT:
        return _tell_result(request, adoption)
    move = MOVES_BY_SLUG.get(request.POST.get("mossa", ""))
    if move is None:
        raise Http404
    form = MoveForm(tidied(request.POST), move=move, adoption=adoption)
    if not rules.sides_of(request.user, adoption):
        raise PermissionDenied
    if not form.is_valid():
        return _show(request, adoption, form, status=422)
    data = form.cleaned_data
    words = {name: data[name] for name in WORDS if data.get(name)}
    side = rules.side_for(request.user, move, adoption) or rules.sides_of(request.user, adoption)[0]
    try:
        adopting.advance(
            adoption, move, by=request.user, side=side, nonce=data["nonce"], on=data.get("on"), **words
        )
    except WrongMove:
        messages.error(
            request, _("Il riuso è andato avanti nel frattempo: quello che hai scritto è qui sotto.")
        )
        adoption.refresh_from_db()
        return _show(request, adoption, form, status=409)
    messages.success(request, _("Fatto: abbiamo scritto all’altro ente."))
    return redirect("officer:adoption", adoption.pk)


def _tell_result(request, adoption):
    if not rules.can_tell_result(request.user, adoption):
        raise PermissionDenied
    form = ResultForm(tidied(request.POST), adoption=adoption)
    if not form.is_valid():
        return _show(request, adoption, result=form, status=422)
    try:
        adopting.tell_result(adoption, by=request.user, result=form.cleaned_data["result"])
    except WrongMove:
        messages.error(request, _("Il riuso è andato avanti nel frattempo: rileggi a che punto è."))
    else:
        messages.success(request, _("Fatto: le due schede si nominano a vicenda."))
    return redirect("officer:adoption", adoption.pk)


def _show(
    request,
    adoption,
    bound: MoveForm | None = None,
    *,
    result: ResultForm | None = None,
    status: int = 200,
):
    if result is None and rules.can_tell_result(request.user, adoption):
        result = ResultForm(adoption=adoption)
    moves = rules.moves_for(request.user, adoption)
    forms = [
        bound if bound and bound.move == move else MoveForm(move=move, adoption=adoption) for move in moves
    ]
    expected = NEXT.get(adoption.step)
    main = next((form for form in forms if form.move == expected), None)
    context = {
        **_row(request.user, adoption),
        "steps": adoption.steps.select_related("by").order_by("at", "pk"),
        "main": main and _shown(main, bound),
        "others": [_shown(form, bound) for form in forms if form is not main],
        "form": bound or (result if result and result.is_bound else {}),
        "result": result,
        "lost": bound if bound and bound.move not in moves else None,
        "card": adoption.record.editions.current().first(),
        "can_hide": is_reviewer(request.user),
    }
    return render(request, "reuse/adoption.html", context, status=status)


def _shown(form: MoveForm, bound) -> dict:
    return {
        "form": form,
        "slug": SLUG_OF_MOVE[form.move],
        "label": AdoptionMove(form.move).label,
        "is_open": form is bound,
        "is_end": form.move in (AdoptionMove.DECLINE, AdoptionMove.WITHDRAW),
    }


@login_required
@require_POST
def hide(request, pk):
    """Staff take public words off the card."""
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
    """Tell of a practice taken from outside the registry."""
    bodies = Organisation.objects.filter(pk__in=organisations_of(request.user)).order_by("name")
    if not bodies:
        raise PermissionDenied
    form = PracticeForm(tidied(request.POST) if request.method == "POST" else None, bodies=bodies)
    if request.method == "POST" and form.is_valid():
        form.instance.nonce = form.cleaned_data["nonce"]
        adopting.add_practice(form.save(commit=False), by=request.user)
        messages.success(request, _("Pratica aggiunta: si vede nella scheda della città."))
        return redirect("officer:adoption-list")
    return render(request, "reuse/practice.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_POST
def remove_practice(request, pk):
    """Take a practice off the public pages."""
    practice = get_object_or_404(OutsidePractice.objects.select_related("record__owner"), pk=pk)
    if not rules.can_remove_practice(request.user, practice):
        raise PermissionDenied
    adopting.remove_practice(practice, by=request.user)
    messages.success(request, _("Pratica tolta: «{}».").format(practice.name))
    return redirect("officer:adoption-list")
