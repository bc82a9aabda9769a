"""An office's projects: list and search, a new draft, copies, the bin."""

import uuid
from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Case, Count, Q, When
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.rules import is_reviewer, organisations_of
from lib.workflow import WrongMove
from projects import drafts, rules
from projects.completeness import advice, completeness, missing_required
from projects.forms import STEPS, CopyForm, NewProjectForm
from projects.models import Project
from projects.office.loading import bodies_of, load, office_only
from projects.reminders import AGEING_AFTER
from projects.workflow import Status

PAGE, BIN_DAYS = 20, 30
# What waits for the office is listed before what waits for the desk.
WAITING_FOR_OFFICE = [Status.CHANGES_REQUESTED, Status.DRAFT]
WAITING_FIRST = Case(When(status__in=WAITING_FOR_OFFICE, then=0), default=1)


@login_required
@require_safe
def home(request):
    """A page of the projects of this office, with the next thing to do for each."""
    office_only(request)
    bodies = organisations_of(request.user)
    own = Project.objects.owned_by(bodies)
    text, state = request.GET.get("q", "").replace("\x00", "").strip()[:100], request.GET.get("stato", "")
    state = state if state in Status.values else ""
    projects = own.filter(Q(title__icontains=text) | Q(record__code__icontains=text)) if text else own
    projects = projects.filter(status=state) if state else projects
    page = Paginator(
        projects.select_related("record__owner").order_by(WAITING_FIRST, "-updated_at", "-pk"), PAGE
    ).get_page(request.GET.get("pagina"))
    cards = dict(
        own.filter(pk__in=[p.pk for p in page], record__editions__is_current=True).values_list(
            "pk", "record__editions__published_at"
        )
    )
    counts = dict(own.values_list("status").annotate(n=Count("pk")))
    context = {
        "rows": [_row(project, cards.get(project.pk)) for project in page],
        "page": page,
        "text": text,
        "state": state,
        "counts": [(s, s.label, counts[s]) for s in Status if s in counts],
        "total": sum(counts.values()),
        "waiting": sum(counts.get(s, 0) for s in WAITING_FOR_OFFICE),
        "has_bodies": len(bodies) > 1,
        "staff": is_reviewer(request.user),
    }
    return render(request, "projects/office/home.html", context)


def _row(project: Project, published_at) -> dict:
    confirmed = max(filter(None, [project.record.confirmed_at, published_at]), default=None)
    is_ageing = bool(published_at) and confirmed < timezone.now() - AGEING_AFTER
    is_withdrawn = project.status == Status.PUBLISHED and not published_at
    return {
        "project": project,
        "is_withdrawn": is_withdrawn,
        "next": _("Leggi perché, poi riaprila") if is_withdrawn else next_step(project, is_ageing=is_ageing),
        "is_ageing": is_ageing,
        "completeness": completeness(project),
        "advice": next((tip for tip in advice(project) if not tip["is_required"]), None),
        "is_ours": project.status in WAITING_FOR_OFFICE or is_ageing or is_withdrawn,
    }


def next_step(project: Project, *, is_ageing: bool = False) -> str:
    """The label of what the office can do now."""
    if project.status == Status.DRAFT:
        n = len({step for step, _text in missing_required(project).values()})
        if n:
            return _("Completa %(n)s passi") % {"n": n} if n > 1 else _("Completa un passo")
        return _("Invia alla redazione")
    if is_ageing and project.status == Status.PUBLISHED:
        return _("Conferma che è ancora valida")
    labels = {
        Status.CHANGES_REQUESTED: _("Rispondi alla redazione"),
        Status.SUBMITTED: _("In attesa della redazione"),
        Status.IN_REVIEW: _("La redazione la sta esaminando"),
        Status.PUBLISHED: _("Aggiorna quando qualcosa cambia"),
        Status.ARCHIVED: _("Leggi il motivo"),
    }
    return labels[project.status]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def create(request):
    """Create a draft; the same form sent twice creates one."""
    office_only(request)
    bodies = bodies_of(request.user)
    form = NewProjectForm(
        request.POST or None,
        bodies=bodies,
        initial={"idempotency_key": uuid.uuid4(), "owner": bodies.first() if len(bodies) == 1 else None},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        project = drafts.start_project(
            by=request.user, owner=data["owner"], idempotency_key=data["idempotency_key"], title=data["title"]
        )
        return redirect("officer:project-step", project.code, STEPS[0].slug)
    earlier = Project.objects.owned_by(organisations_of(request.user)).order_by("-updated_at")[:5]
    context = {"form": form, "bodies": bodies, "earlier": earlier}
    return render(request, "projects/office/create.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def duplicate(request, code):
    """Create a draft as a copy of an earlier project."""
    source = load(request, code, rules.can_see)
    form = CopyForm(request.POST or None, initial={"idempotency_key": uuid.uuid4()})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        project = drafts.duplicate_project(
            source, by=request.user, idempotency_key=data["idempotency_key"], title=data["title"]
        )
        messages.success(request, _("Bozza creata da «{}»: controlla ogni risposta.").format(source))
        return redirect("officer:project-step", project.code, STEPS[0].slug)
    context = {"form": form, "source": source}
    return render(request, "projects/office/duplicate.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request, code):
    """Put a draft into the bin, after a page that asks for confirmation."""
    project = load(request, code, rules.can_delete)
    if request.method != "POST":
        return render(request, "projects/office/delete.html", {"project": project, "days": BIN_DAYS})
    try:
        drafts.delete_draft(project, by=request.user)
    except WrongMove:
        messages.error(request, _("La scheda è cambiata nel frattempo: ecco dove si trova ora."))
        return redirect("officer:project-status", code)
    messages.success(request, _("Bozza eliminata. Resta nel cestino per {} giorni.").format(BIN_DAYS))
    return redirect("officer:bin")


@login_required
@require_safe
def deleted_drafts(request):
    """The bin: drafts deleted in the last BIN_DAYS days."""
    office_only(request)
    recent = timezone.now() - timedelta(days=BIN_DAYS)
    binned = Project.objects.in_bin_of(organisations_of(request.user)).filter(deleted_at__gte=recent)
    rows = [
        (project, project.deleted_at + timedelta(days=BIN_DAYS))
        for project in binned.select_related("deleted_by").order_by("-deleted_at")[:200]
    ]
    return render(request, "projects/office/bin.html", {"rows": rows, "days": BIN_DAYS})


@login_required
@require_http_methods(["POST"])
def restore(request, code):
    """Take a draft out of the bin."""
    project = load(request, code, rules.can_restore)
    try:
        drafts.restore_draft(project, by=request.user)
    except WrongMove as error:
        raise Http404 from error
    messages.success(request, _("La bozza è di nuovo tra i tuoi progetti."))
    return redirect("officer:project-status", code)
