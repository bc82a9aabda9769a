"""Pages of assessments: the form for offices and staff, the queue of staff, second readers, evidence."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.rules import is_officer, is_reviewer
from cards.document.diff import filled_fields
from cards.document.read import read_document
from cards.models import Edition
from lib.workflow import StaleDraft
from projects.models import Project
from projects.source import draft_document
from reuse import rules
from reuse.actions import assessing
from reuse.criteria import BY_KEY, CRITERIA, OBSERVATORY, RATER_NAMES, SELF
from reuse.models import Assessment, EvidenceFile
from reuse.reads.standing import assessments_in_force
from reuse.replicability.forms import AssessmentForm
from reuse.score import is_expired

PER_PAGE = 50
# The needs of a card, in the order of the queue.
UNRATED, EXPIRED, GAP, DONE = range(4)
RELATED = ("record__owner__territory", "promoter", "lead_municipality")


def _project(code: str) -> Project:
    return get_object_or_404(Project.objects.select_related(*RELATED), record__code=code)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def assess(request, code):
    """The form for an officer: their own body's project, or as a peer city a published one of another."""
    project = Project.objects.select_related(*RELATED).filter(record__code=code).first()
    rated_by = project and rules.rater_for(request.user, project.record)
    if not rated_by:
        raise PermissionDenied
    return _assess(
        request, project, rated_by, reverse("officer:assess", args=[code]), "reuse/office/assess.html"
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def assess_as_staff(request, code):
    """The form for staff, who rate published projects for the observatory."""
    if not is_reviewer(request.user):
        raise PermissionDenied
    project = _project(code)
    rated_by = rules.staff_rater_for(request.user, project.record)
    if not rated_by:
        raise Http404
    return _assess(request, project, rated_by, reverse("desk:assess", args=[code]), "reuse/desk/assess.html")


def _assess(request, project: Project, rated_by, address: str, template: str):
    rater, organisation = rated_by
    mine = {"rater": rater, "organisation": organisation}
    draft = project.record.assessments.open().filter(**mine).first()
    if request.method != "POST":
        source = draft or assessing.last_version(project.record, **mine)
        ratings = list(source.ratings.all()) if source else []
        draft = draft or Assessment(record=project.record, **mine)
        return _render(request, template, project, draft, AssessmentForm(assessment=draft, ratings=ratings))
    draft = draft or assessing.open_assessment(project.record, by=request.user, **mine)
    is_closing = request.POST.get("do") == "close"
    stored = draft.ratings.all()
    form = AssessmentForm(
        request.POST, request.FILES, assessment=draft, ratings=stored, is_closing=is_closing
    )
    is_valid = form.is_valid()
    # Files are stored also when the form is invalid: a browser would not send them again.
    form.attach(
        {key: assessing.store_evidence(evidence, by=request.user) for key, evidence in form.checked.items()}
    )
    if not is_valid:
        return _render(request, template, project, draft, form, status=422)
    values = {"by": request.user, "revision": form.cleaned_data["revision"], "ratings": form.ratings()}
    try:
        if is_closing:
            completed = assessing.complete_assessment(draft, **values)
            messages.success(request, _("Valutazione conclusa: versione {}.").format(completed.version))
            return redirect(_next_page(project, rater))
        assessing.save_assessment(draft, **values)
    except StaleDraft:
        return _conflict(request, template, project, mine, form)
    messages.success(request, _("Bozza della valutazione salvata."))
    return redirect(address)


def _next_page(project: Project, rater: str) -> str:
    if rater == OBSERVATORY:
        return reverse("desk:assessment-queue")
    if rater == SELF:
        return reverse("officer:project-status", args=[project.code])
    return reverse("public:card-detail", args=[project.slug])


def _conflict(request, template: str, project: Project, mine: dict, form: AssessmentForm):
    """409 when a colleague saved first: the form keeps its input and the next save overwrites theirs."""
    latest = assessing.open_assessment(project.record, by=request.user, **mine)
    form.data = form.data.copy()
    form.data["revision"] = str(latest.revision)
    saved = latest.ratings.all()
    theirs = [(BY_KEY[rating.key].name, rating.value, rating.motive) for rating in saved]
    extra = {"theirs": theirs, "saved_by": latest.by, "saved_at": latest.saved_at, "is_conflict": True}
    return _render(request, template, project, latest, form, status=409, **extra)


def _render(request, template, project, draft, form, *, status=200, **extra):
    former = project.record.assessments.completed().filter(
        rater=draft.rater, organisation=draft.organisation_id
    )
    card = project.record.editions.current().first()
    context = {
        "project": project,
        # Also other bodies read this page: of a published project the card's title, not the working copy's.
        "title": card.title if card else str(project),
        "draft": draft,
        "form": form,
        "rater_name": RATER_NAMES[draft.rater],
        "card": card,
        "told": filled_fields(read_document(card) if card else draft_document(project)),
        "versions": former.order_by("-made_at")[:10],
        "proofs": form.evidence_files.filter(ratings__assessment__in=former).distinct().order_by("-added_at"),
        "rated": sum(bool(form[f"{criterion.key}_value"].value()) for criterion in CRITERIA),
        **extra,
    }
    return render(request, template, context, status=status)


@login_required
@require_POST
def withdraw_evidence(request, pk):
    """Withdraw a file that proves a rating."""
    evidence = get_object_or_404(EvidenceFile.objects.select_related("record__owner"), pk=pk)
    if not rules.can_use_evidence(request.user, evidence):
        raise PermissionDenied
    assessing.withdraw_evidence(evidence, by=request.user)
    messages.success(request, _("File ritirato: «{}». Nessuno lo può più scaricare.").format(evidence.name))
    if evidence.rater == OBSERVATORY:
        return redirect("desk:assess", evidence.record.code)
    if is_officer(request.user, evidence.organisation_id):
        return redirect("officer:assess", evidence.record.code)
    return redirect("desk:assessment-queue")


@login_required
@require_safe
def queue(request):
    """Current cards by need: not rated by the observatory, expired, with gaps, then the rest."""
    if not is_reviewer(request.user):
        raise PermissionDenied
    entries = _queue_entries()
    page = Paginator(entries, PER_PAGE).get_page(request.GET.get("pagina"))
    cards = Edition.objects.in_bulk([pk for _why, _when, pk in page.object_list])
    rows = [{"card": cards[pk], "why": why, "when": when} for why, when, pk in page.object_list]
    in_force = assessments_in_force([row["card"].record_id for row in rows])
    for row in rows:
        assessments = in_force.get(row["card"].record_id, [])
        row["raters"] = [(a, RATER_NAMES[a.rater]) for a in assessments]
        row["ours"] = next((a for a in assessments if a.rater == OBSERVATORY), None)
        row["can_second"] = row["why"] == GAP and rules.can_second(request.user, row["ours"])
    counts = {name: sum(why == number for why, *_rest in entries) for number, name in NAMES.items()}
    return render(request, "reuse/desk/assessments.html", {"page": page, "rows": rows, "counts": counts})


NAMES = {UNRATED: "unrated", EXPIRED: "expired", GAP: "gap", DONE: "done"}


def _queue_entries() -> list[tuple]:
    """`(need, time, key)` of all current cards, the oldest first within each need.

    The time is that of the observatory's assessment, without one that of publication.
    """
    today = timezone.localdate()
    cards = Edition.objects.current().values_list("pk", "record_id", "published_at")
    rated = set(Assessment.objects.visible().values_list("record", flat=True))
    in_force = assessments_in_force(rated)
    entries = []
    for pk, record, published_at in cards.iterator():
        assessments = in_force.get(record, [])
        ours = next((a for a in assessments if a.rater == OBSERVATORY), None)
        need = UNRATED if ours is None else DONE
        if ours and is_expired(timezone.localdate(ours.made_at), today):
            need = EXPIRED
        elif ours and assessing.needs_second_reader(assessments):
            need = GAP
        entries.append((need, ours.made_at if ours else published_at, pk))
    return sorted(entries)


@login_required
@require_POST
def second(request, pk):
    """A second reader confirms the observatory's ratings."""
    if not is_reviewer(request.user):
        raise PermissionDenied
    assessment = get_object_or_404(Assessment.objects.completed(), pk=pk)
    if not rules.can_second(request.user, assessment):
        messages.error(request, _("Serve una seconda persona, e una volta sola."))
    else:
        assessing.second(assessment, by=request.user)
        messages.success(request, _("Hai confermato i voti dell’Osservatorio."))
    return redirect("desk:assessment-queue")
