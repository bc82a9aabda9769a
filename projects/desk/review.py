"""The page of one project under review: submission beside public card, comments on fields, the decision."""

import json
from collections import defaultdict
from typing import NamedTuple

from django.contrib import messages
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.rules import staff_page
from cards.document.diff import LABELLED, display_value, label_of, links_of
from cards.document.read import read_document
from cards.models import Edition
from lib.forms.base import ReasonForm
from lib.workflow import HeldByAnother, WrongMove
from projects import publishing, reviewing, rules
from projects.completeness import completeness
from projects.desk.base import load
from projects.desk.checks import check
from projects.forms import AssignForm, CommentForm, NoteForm, ReviewForm, commentable_fields
from projects.history import labelled_history
from projects.models import Project, ReplyText, Submission
from projects.source import draft_document, shown_value

OUTSIDE_STEPS = ("sources", "reuse_costs")
CHECKLIST = {
    "plain": gettext_lazy("Titolo e sintesi si capiscono senza conoscere il progetto"),
    "facts": gettext_lazy("Date, importi e codici tornano con i documenti"),
    "people": gettext_lazy("Non ci sono dati personali: solo uffici e indirizzi istituzionali"),
    "rights": gettext_lazy("Immagini e documenti si possono pubblicare e hanno un testo alternativo"),
}


@staff_page
@require_safe
def review(request, code):
    """The page of a review."""
    return show_review(request, load(code))


def show_review(request, project, *, status=200, **forms):
    """The page of a review; after a rejected POST with its bound `forms`, by their name in the context."""
    document = draft_document(project)
    card = project.record.editions.filter(is_current=True).first()
    submission = project.submissions.select_related("taken_by", "submitted_by").order_by("-number").first()
    notes = list(submission.comments.select_related("by").order_by("pk")) if submission else []
    past = _past_submissions(project, submission)
    compared = Compared(document, read_document(card) if card else None, _sent_before(past))
    form = forms.pop("form", None) or ReviewForm(comments={note.field: note.text for note in notes})
    is_mine = bool(submission) and submission.taken_by_id == request.user.pk
    can_review = rules.can_review(request.user, project)
    context = {
        "project": project,
        "submission": submission,
        "public_card": card,
        "withdrawn": None if card else _withdrawn(project),
        "groups": _groups(compared, form, notes, _past_notes(past), with_empty=can_review and is_mine),
        "has_past": compared.before is not None,
        "form": form,
        "checks": check([project])[project.pk],
        "checklist": CHECKLIST.items(),
        "completeness": completeness(project),
        "can_take": rules.can_take(request.user, project),
        "can_review": can_review and is_mine,
        "can_take_over": can_review and not is_mine,
        "can_assign": can_review or rules.can_take(request.user, project),
        "assign_form": AssignForm(),
        "colleague_notes": project.desk_notes.select_related("by").order_by("-at", "-pk"),
        "note_form": NoteForm(prefix="note"),
        "reply_texts": list(ReplyText.objects.order_by("title")) if can_review and is_mine else (),
        "reason_form": ReasonForm(prefix="archive"),
        "withdraw_form": ReasonForm(prefix="withdraw"),
        "events": labelled_history(project.code),
        **forms,
    }
    return render(request, "projects/desk/review.html", context, status=status)


def _withdrawn(project: Project) -> Edition | None:
    """The last edition of a project, withdrawn; None without editions."""
    return project.record.editions.exclude(withdrawn_at=None).order_by("-edition").first()


class Compared(NamedTuple):
    """The documents that a review looks at: as sent, as public, as sent the time before."""

    sent: dict
    public: dict | None
    before: dict | None


def _groups(compared: Compared, form: ReviewForm, notes: list, past: dict, *, with_empty: bool) -> list[dict]:
    """`[{title, rows, empty, changed}]` by step of the form.

    `rows` have a value in one of the documents or a comment; `empty` are the others, for who may comment.
    """
    comment_of = {note.field: note for note in notes}
    fields = [*commentable_fields(), (_("Altro"), [(name, label_of(name)) for name in OUTSIDE_STEPS])]
    groups = []
    for title, names in fields:
        rows = [_row(name, label, compared, form, comment_of, past) for name, label in names]
        filled = [row for row in rows if row["is_filled"]]
        empty = [row for row in rows if not row["is_filled"] and row["field"]] if with_empty else []
        if filled or empty:
            changed = sum(row["is_changed"] or row["is_changed_since"] for row in filled)
            groups.append({"title": title, "rows": filled, "empty": empty, "changed": changed})
    return groups


def _row(name, label, compared: Compared, form, comment_of, past) -> dict:
    (key, sent), (_key, public), (_key, before) = (shown_value(document, name) for document in compared)
    is_changed = compared.public is not None and sent != public
    is_changed_since = compared.before is not None and sent != before
    field = form[f"comment-{name}"] if f"comment-{name}" in form.fields else None
    row = {
        "name": name,
        "label": label,
        "sent": display_value(key, sent),
        "links": links_of(key, sent),
        "public": display_value(key, public) if compared.public else "",
        "before": display_value(key, before) if is_changed_since else "",
        "is_changed": is_changed,
        "is_changed_since": is_changed_since,
        "is_written": key not in LABELLED and not key.endswith("_en"),
        "field": field,
        "was": form[f"was-{name}"] if field else None,
        "note": comment_of.get(name),
        "past": past.get(name, ()),
        "typed": bool(field and field.value()),
    }
    shown = ("sent", "public", "before", "note", "typed", "past")
    return {**row, "is_filled": any(row[part] for part in shown)}


def _past_submissions(project: Project, last: Submission | None) -> list[Submission]:
    """The submissions before the last, the newest first, with their comments. Two queries."""
    past = project.submissions.exclude(pk=last and last.pk).prefetch_related("comments")
    return list(past.order_by("-number"))


def _sent_before(past: list[Submission]) -> dict | None:
    return next((json.loads(submission.document) for submission in past if submission.document), None)


def _past_notes(past: list[Submission]) -> dict[str, list]:
    """`{field: comments of earlier submissions}`, the newest first."""
    notes = defaultdict(list)
    for submission in past:
        for note in sorted(submission.comments.all(), key=lambda note: note.pk):
            notes[note.field].append(note)
    return notes


def act(request, project: Project, success: str, action, *, on=None, form=None, **arguments):
    """Run an action on `on`, by default the project, and redirect to its page with the message `success`.

    The comments in `form` are stored with it; when the state forbids the action they are shown again.
    """
    loaded = request.POST.get("submission")
    current = project.submissions.filter(decided_at=None).values_list("pk", flat=True).first()
    try:
        if loaded is not None and loaded != str(current):
            raise WrongMove
        if form and (texts := form.texts()):
            reviewing.write_comments(project, by=request.user, texts=texts)
        action(on or project, by=request.user, **arguments)
    except HeldByAnother as held:
        messages.error(request, _("La scheda è in carico a {}: non puoi decidere tu.").format(held.args[0]))
        return _show_again(request, project, form)
    except WrongMove:
        messages.error(request, _("La scheda è cambiata nel frattempo: ecco dove si trova ora."))
        return _show_again(request, project, form)
    messages.success(request, success)
    return redirect("desk:project-review", project.code)


def _show_again(request, project: Project, form):
    """A redirect to the page, or the page itself with the texts of `form` that could not be stored."""
    unsaved = form.unsaved_texts() if form else []
    if not unsaved:
        return redirect("desk:project-review", project.code)
    return show_review(request, load(project.code), status=409, unsaved=unsaved)


def _review_form(data, project: Project) -> ReviewForm:
    submission = project.submissions.filter(decided_at=None).first()
    notes = submission.comments.values_list("field", "text") if submission else []
    form = ReviewForm(data, comments=dict(notes))
    form.full_clean()
    return form


@staff_page
@require_POST
def take(request, code):
    """Take a submission into review."""
    return act(request, load(code), _("Hai preso in carico la scheda."), reviewing.take)


@staff_page
@require_POST
def take_over(request, code):
    """Become the reviewer in the place of a colleague."""
    return act(request, load(code), _("Ora la scheda è in carico a te."), reviewing.take_over)


@staff_page
@require_POST
def release(request, code):
    """Store the comments and return the project to the queue."""
    project = load(code)
    form = _review_form(request.POST, project)
    if form.errors:
        return show_review(request, project, form=form, status=422)
    return act(request, project, _("La scheda è tornata in coda."), reviewing.release, form=form)


@staff_page
@require_POST
def comment(request, code):
    """Add one comment, on the field that is chosen from a list."""
    project = load(code)
    form = CommentForm(request.POST)
    if not form.is_valid():
        return show_review(request, project, comment_form=form, status=422)
    success = _("Commento aggiunto: l’ente lo riceve quando chiedi le integrazioni.")
    return act(request, project, success, reviewing.comment, **form.cleaned_data)


@staff_page
@require_POST
def comments(request, code):
    """Store the comments of the page; the office receives them with the request for changes.

    JSON for the script that saves them while they are written (static/js/commenti.js).
    """
    project = load(code)
    form = _review_form(request.POST, project)
    if request.headers.get("X-Requested-With") == "fetch":
        return _save_comments(request, project, form)
    if form.errors:
        return show_review(request, project, form=form, status=422)
    success = _("Commenti salvati: l’ente li riceve quando chiedi le integrazioni.")
    return act(request, project, success, reviewing.write_comments, form=form, texts={})


def _save_comments(request, project: Project, form: ReviewForm) -> JsonResponse:
    loaded = request.POST.get("submission")
    current = project.submissions.filter(decided_at=None).values_list("pk", flat=True).first()
    if form.errors:
        return JsonResponse({"message": _("Un commento è troppo lungo: accorcialo.")}, status=422)
    try:
        if loaded != str(current):
            raise WrongMove
        reviewing.write_comments(project, by=request.user, texts=form.texts())
    except WrongMove:
        message = _("La scheda è cambiata nel frattempo: copia i commenti e ricarica la pagina.")
        return JsonResponse({"message": message}, status=409)
    at = timezone.localtime()
    return JsonResponse({"message": _("Commenti salvati alle {}").format(f"{at:%H:%M}")})


@staff_page
@require_POST
def insert_reply(request, code):
    """The page again, with the chosen text of `/redazione/testi/` added to the message; nothing is stored."""
    project = load(code)
    texts = dict(ReplyText.objects.values_list("title", "text"))
    data = request.POST.copy()
    chosen = texts.get(data.get("reply"), "")
    data["message"] = f"{data.get('message', '').rstrip()}\n\n{chosen}".strip()
    form = _review_form(data, project)
    return show_review(request, project, form=form)


@staff_page
@require_POST
def remove_comment(request, code, pk):
    """Delete one comment."""
    return act(request, load(code), _("Commento tolto."), reviewing.remove_comment, pk=pk)


@staff_page
@require_POST
def request_changes(request, code):
    """Store the comments and request changes; needs a message or a comment."""
    project = load(code)
    form = _review_form(request.POST, project)
    submission = project.submissions.filter(decided_at=None).first()
    has_text = any(now for _loaded, now in form.texts().values()) if not form.errors else True
    has_text = has_text or form.cleaned_data.get("message") or (submission and submission.comments.exists())
    if not has_text:
        form.add_error("message", _("Scrivi un messaggio o almeno un commento a un campo"))
    if form.errors:
        return show_review(request, project, form=form, status=422)
    success = _("Hai chiesto le integrazioni: abbiamo scritto all’ente.")
    message = form.cleaned_data["message"]
    return act(request, project, success, reviewing.request_changes, form=form, message=message)


@staff_page
@require_POST
def publish(request, code):
    """Store the comments and publish."""
    project = load(code)
    form = _review_form(request.POST, project)
    if form.errors:
        return show_review(request, project, form=form, status=422)
    success = _("La scheda è pubblica: edizione {}.").format(project.record.editions.count() + 1)
    note = request.POST.get("change_note", "").replace("\x00", "")[:300]
    checked = [key for key in CHECKLIST if key in request.POST.getlist("checked")]
    arguments = {"change_note": note, "checked": checked, "form": form}
    return act(request, project, success, publishing.publish, **arguments)


@staff_page
@require_POST
def archive(request, code):
    """Store the comments and decide not to publish."""
    project = load(code)
    form = ReasonForm(request.POST, prefix="archive")
    review_form = _review_form(request.POST, project)
    if not form.is_valid() or review_form.errors:
        return show_review(request, project, form=review_form, reason_form=form, status=422)
    success = _("La scheda non sarà pubblicata: abbiamo scritto all’ente.")
    return act(request, project, success, reviewing.archive, form=review_form, **form.cleaned_data)


@staff_page
@require_POST
def withdraw(request, code):
    """Withdraw the public card. Raises Http404 when there is none."""
    project = load(code)
    card = project.record.editions.current().first()
    if card is None:
        raise Http404
    form = ReasonForm(request.POST, prefix="withdraw")
    if not form.is_valid():
        return show_review(request, project, withdraw_form=form, status=422)
    success = _("La scheda è stata ritirata: una pagina lo dice, con il motivo.")
    return act(request, project, success, publishing.withdraw, on=card, **form.cleaned_data)


@staff_page
@require_POST
def restore(request, code):
    """Bring a withdrawn card back, as its next edition."""
    project = load(code)
    card = _withdrawn(project)
    if card is None:
        raise Http404
    return act(request, project, _("La scheda è di nuovo pubblica."), publishing.restore, on=card)
