"""The review desk: the queue, one card under review, decisions."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.rules import is_reviewer
from projects import actions, rules
from projects.actions import WrongMove
from projects.cards import draft_document, read_document
from projects.completeness import completeness, missing_required
from projects.cup import cup_warning
from projects.differences import differences
from projects.filters import QueueFilter
from projects.forms import CommentForm, MessageForm, ReasonForm, field_label
from projects.models import Card, Project
from projects.presentation import card_context
from projects.workflow import Status

ANSWER_DAYS = 10
PER_PAGE = 50


def _staff_only(request) -> None:
    if not is_reviewer(request.user):
        raise PermissionDenied


def load(request, code: str) -> Project:
    _staff_only(request)
    related = ("owner", "promoter", "lead_municipality__province", "lead_municipality__region")
    return get_object_or_404(Project.objects.select_related(*related), code=code)


@login_required
@require_safe
def queue(request):
    """What waits, from the oldest; published and other states by choice."""
    _staff_only(request)
    everything = Project.objects.select_related("owner").order_by("updated_at", "pk")
    queue_filter = QueueFilter(request.GET, queryset=everything)
    counts = dict(Project.objects.values_list("status").annotate(n=Count("pk")))
    page = Paginator(queue_filter.qs, PER_PAGE).get_page(request.GET.get("pagina"))
    context = {
        "page": page,
        "rows": [_queue_row(p) for p in _with_submission(page.object_list)],
        "filter": queue_filter,
        "waiting": counts.get(Status.SUBMITTED, 0),
        "in_review": counts.get(Status.IN_REVIEW, 0),
        "public": Card.objects.current().count(),
        "answer_days": ANSWER_DAYS,
    }
    return render(request, "desk/queue.html", context)


def _with_submission(projects):
    """The projects of one page with their last sending, in three queries."""
    projects = list(projects.prefetch_related("submissions__taken_by"))
    for project in projects:
        project.last_submission = max(project.submissions.all(), key=lambda s: s.number, default=None)
    return projects


def _queue_row(project: Project) -> dict:
    sent = project.last_submission
    days = (timezone.now() - sent.submitted_at).days if sent and not sent.decided_at else None
    return {
        "project": project,
        "submission": sent,
        "days": days,
        "overdue": days is not None and days > ANSWER_DAYS,
        "warnings": _warnings(project, light=True),
    }


def _warnings(project: Project, *, light: bool = False) -> list[str]:
    """What a reviewer should look at first. `light` leaves out what costs a query a project."""
    found = [str(text) for _step, text in missing_required(project).values()]
    if not light:
        cups = project.identifiers.filter(scheme="cup").values_list("value", flat=True)
        found += [f"{code}: {warning}" for code in cups if (warning := cup_warning(code))]
        same = Card.objects.current().exclude(project=project).filter(title__iexact=project.title)
        found += [_("Possibile doppione: {} {}").format(card.code, card.title) for card in same[:3]]
    return found


@login_required
@require_safe
def review(request, code):
    """One project under review: what was sent, the public edition beside it, comments, decisions."""
    return _show_review(request, load(request, code))


def _show_review(request, project, *, status=200, **forms):
    document = draft_document(project)
    card = project.cards.filter(is_current=True).first()
    submission = project.submissions.select_related("taken_by", "submitted_by").order_by("-number").first()
    notes = list(submission.comments.select_related("by").order_by("pk")) if submission else []
    for note in notes:
        note.label = field_label(note.field)
    context = {
        **card_context(document),
        "project": project,
        "submission": submission,
        "comments": notes,
        "differences": differences(read_document(card), document) if card else [],
        "public_card": card,
        "contents": [row for row in differences({}, document) if row["after"]],
        "earlier": _earlier(project, submission),
        "warnings": _warnings(project),
        "completeness": completeness(project),
        "can_take": rules.can_take(request.user, project),
        "can_review": rules.can_review(request.user, project),
        "comment_form": CommentForm(),
        "message_form": MessageForm(),
        "reason_form": ReasonForm(prefix="archive"),
        "withdraw_form": ReasonForm(prefix="withdraw"),
        "events": project.events.select_related("by").order_by("-at", "-pk")[:50],
        **forms,
    }
    return render(request, "desk/review.html", context, status=status)


def _earlier(project: Project, last) -> list[tuple]:
    """`[(sending, its comments with their labels)]` of the sendings before the last."""
    sendings = (
        project.submissions.exclude(pk=last and last.pk).prefetch_related("comments").order_by("-number")
    )
    found = []
    for sending in sendings:
        notes = sorted(sending.comments.all(), key=lambda note: note.pk)
        for note in notes:
            note.label = field_label(note.field)
        if notes:
            found.append((sending, notes))
    return found


def _act(request, project: Project, words: str, action, *, on=None, **told):
    """Make one move, on the project unless told, and go back to it; who was slower learns where it stands."""
    read = request.POST.get("submission")
    current = project.submissions.filter(decided_at=None).values_list("pk", flat=True).first()
    try:
        if read is not None and read != str(current):
            raise WrongMove
        action(on or project, by=request.user, **told)
    except WrongMove:
        messages.error(request, _("La scheda è cambiata nel frattempo: ecco dove si trova ora."))
    else:
        messages.success(request, words)
    return redirect("desk:project-review", project.code)


@login_required
@require_POST
def take(request, code):
    return _act(request, load(request, code), _("Hai preso in carico la scheda."), actions.take)


@login_required
@require_POST
def release(request, code):
    return _act(request, load(request, code), _("La scheda è tornata in coda."), actions.release)


@login_required
@require_POST
def comment(request, code):
    project = load(request, code)
    form = CommentForm(request.POST)
    if not form.is_valid():
        return _show_review(request, project, comment_form=form, status=422)
    words = _("Commento aggiunto: l’ente lo riceve quando chiedi le integrazioni.")
    return _act(request, project, words, actions.comment, **form.cleaned_data)


@login_required
@require_POST
def remove_comment(request, code, pk):
    return _act(request, load(request, code), _("Commento tolto."), actions.remove_comment, pk=pk)


@login_required
@require_POST
def request_changes(request, code):
    project = load(request, code)
    form = MessageForm(request.POST)
    form.full_clean()
    submission = project.submissions.filter(decided_at=None).first()
    if not form.cleaned_data.get("message") and not (submission and submission.comments.exists()):
        form.add_error("message", _("Scrivi un messaggio o almeno un commento a un campo"))
    if form.errors:
        return _show_review(request, project, message_form=form, status=422)
    words = _("Hai chiesto le integrazioni: abbiamo scritto all’ente.")
    return _act(request, project, words, actions.request_changes, **form.cleaned_data)


@login_required
@require_POST
def publish(request, code):
    project = load(request, code)
    words = _("La scheda è pubblica: edizione {}.").format(project.cards.count() + 1)
    note = request.POST.get("change_note", "").replace("\x00", "")[:300]
    return _act(request, project, words, actions.publish, change_note=note)


@login_required
@require_POST
def archive(request, code):
    project = load(request, code)
    form = ReasonForm(request.POST, prefix="archive")
    if not form.is_valid():
        return _show_review(request, project, reason_form=form, status=422)
    words = _("La scheda non sarà pubblicata: abbiamo scritto all’ente.")
    return _act(request, project, words, actions.archive, **form.cleaned_data)


@login_required
@require_POST
def withdraw(request, code):
    project = load(request, code)
    card = project.cards.current().first()
    if card is None:
        raise Http404
    form = ReasonForm(request.POST, prefix="withdraw")
    if not form.is_valid():
        return _show_review(request, project, withdraw_form=form, status=422)
    words = _("La scheda è stata ritirata: una pagina lo dice, con il motivo.")
    return _act(request, project, words, actions.withdraw, on=card, **form.cleaned_data)
