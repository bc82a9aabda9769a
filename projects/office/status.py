"""The status of a project: receipt, deadlines, comments, history, preview, and actions on it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from cards.presentation.context import card_context
from lib.workflow import WrongMove
from projects import actions, drafts, reviewing, rules
from projects.completeness import completeness
from projects.forms import STEPS, AnswerForm, EaseForm
from projects.history import labelled_history
from projects.mail import answer_due
from projects.models import FieldComment, Project
from projects.office.loading import load
from projects.office.step_page import open_comments, tips
from projects.reminders import CHANGES_WITHIN, last_confirmation, needs_confirming, read_token
from projects.source import draft_document
from projects.workflow import Status


@login_required
@require_safe
def status(request, code):
    """The status page of one project."""
    project = load(request, code, rules.can_see)
    return _show(request, project)


def _show(request, project, *, comments=None, ease_form=None, http_status=200):
    submissions = project.submissions.select_related("submitted_by", "taken_by").order_by("-number")
    last = submissions.first()
    card = project.record.editions.filter(is_current=True).first()
    context = {
        "project": project,
        "submission": last,
        "due": answer_due(last) if last and last.decided_at is None else None,
        "changes_due": last.decided_at + CHANGES_WITHIN if _has_open_request(project, last) else None,
        "today": timezone.localdate(),
        "comments": open_comments(project) if comments is None else comments,
        "events": labelled_history(project.code),
        "card": card,
        "withdrawn": project.record.editions.exclude(withdrawn_at=None).order_by("-edition").first(),
        "is_withdrawn": project.status == Status.PUBLISHED and card is None,
        "needs_confirming": bool(card) and needs_confirming(project, card),
        "confirmed_at": last_confirmation(project, card) if card else None,
        "can_edit": rules.can_edit(request.user, project),
        "can_recall": rules.can_recall(request.user, project),
        "can_revise": rules.can_revise(request.user, project),
        "can_delete": last is None and rules.can_delete(request.user, project),
        "ease_form": ease_form
        or (EaseForm() if last and last.decided_at is None and last.ease is None else None),
        "completeness": completeness(project),
        "advice": tips(project) if project.is_editable else [],
    }
    return render(request, "projects/office/status.html", context, status=http_status)


def _has_open_request(project: Project, last) -> bool:
    return last is not None and last.decided_at is not None and project.status == Status.CHANGES_REQUESTED


@login_required
@require_safe
def preview(request, code):
    """The page of the card that publishing the working copy would issue."""
    project = load(request, code, rules.can_see)
    return render(
        request,
        "projects/office/preview.html",
        {**card_context(draft_document(project)), "file_route": "officer:draft-file", "project": project},
    )


@login_required
@require_POST
def answer(request, code, pk):
    """Answer one comment of the reviewer; an answer that is too long is shown again."""
    project = load(request, code, rules.can_edit)
    note = get_object_or_404(FieldComment, pk=pk, submission__project=project)
    form = AnswerForm(request.POST, prefix=str(pk))
    if not form.is_valid():
        again = [(other, form if other.pk == pk else own) for other, own in open_comments(project)]
        return _show(request, project, comments=again, http_status=422)
    reviewing.answer_comment(note, by=request.user, answer=form.cleaned_data["answer"])
    messages.success(request, _("Risposta salvata."))
    return redirect("officer:project-status", project.code)


@login_required
@require_POST
def rate(request, code):
    """Store how easy it was to submit the card."""
    project = load(request, code, rules.can_see)
    submission = project.submissions.order_by("-number").first()
    if submission is None:
        raise Http404
    form = EaseForm(request.POST)
    if not form.is_valid():
        return _show(request, project, ease_form=form, http_status=422)
    drafts.rate_submission(submission, by=request.user, **form.cleaned_data)
    messages.success(request, _("Grazie: la tua risposta aiuta a migliorare il servizio."))
    return redirect("officer:project-status", code)


ACTIONS = {
    "riprendi": (actions.recall, rules.can_recall),
    "modifica": (actions.revise, rules.can_revise),
    "conferma": (actions.confirm_current, rules.can_confirm),
}


@login_required
@require_POST
def move(request, code, verb):
    """Recall a submission, revise a published project, or confirm its public card."""
    if verb not in ACTIONS:
        raise Http404
    action, may = ACTIONS[verb]
    project = load(request, code, rules.can_see)
    try:
        if not may(request.user, project):
            raise WrongMove
        action(project, by=request.user)
    except WrongMove:
        messages.error(request, _("La scheda è cambiata nel frattempo: ecco dove si trova ora."))
        return redirect("officer:project-status", code)
    if verb == "modifica":
        messages.info(
            request, _("La scheda pubblica resta com’è finché la redazione non accetta le modifiche.")
        )
        return redirect("officer:project-step", code, STEPS[0].slug)
    if verb == "conferma":
        messages.success(request, _("Grazie: la scheda risulta valida a oggi."))
    return redirect("officer:project-status", code)


@require_http_methods(["GET", "HEAD", "POST"])
def confirm_by_link(request, token):
    """The page of the link in a reminder: a button that confirms the card in the name of the addressee.

    A GET changes nothing: mail scanners follow links.
    """
    try:
        payload = read_token(token)
    except signing.BadSignature:
        return render(request, "projects/office/confirm.html", {"expired": True}, status=410)
    project = Project.objects.filter(pk=payload["project"]).first()
    user = User.objects.filter(pk=payload["user"], is_active=True).first()
    card = project and project.record.editions.current().first()
    if not (user and card and card.edition == payload["edition"] and rules.can_confirm(user, project)):
        return render(request, "projects/office/confirm.html", {"expired": True}, status=410)
    is_done = (
        project.record.confirmed_at is not None and project.record.confirmed_at.timestamp() > payload["at"]
    )
    if request.method == "POST" and not is_done:
        actions.confirm_current(project, by=user)
        is_done = True
    context = {
        "project": project,
        "card": card,
        "done": is_done,
        "confirmed_at": last_confirmation(project, card),
    }
    return render(request, "projects/office/confirm.html", context)
