"""Reports of errors, questions and scores of pages, without an account; their answers."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F, Sum
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.rules import is_reviewer, organisations_of
from cards.models import Edition
from cards.records import newest_title
from feedback import actions as feedback_actions
from feedback.forms import AccessReportForm, QuestionAnswerForm, QuestionForm, ReportAnswerForm, ReportForm
from feedback.models import ErrorReport, PageRating
from lib.limits import HONEYPOT, is_trapped, open_form
from lib.workflow import WrongMove

PER_PAGE = 50
HOUR = 3600


@never_cache
@open_form(scope="report", limit=10, seconds=HOUR)
@require_http_methods(["GET", "HEAD", "POST"])
def report_card(request, slug):
    """«Segnala un errore» on a current card; sets no cookie."""
    card = get_object_or_404(Edition.objects.current(), slug=slug)
    form = ReportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _store(request, form, card=card)
    context = {"form": form, "card": card, "trap": HONEYPOT}
    return render(request, "feedback/card_report.html", context, status=422 if form.errors else 200)


@never_cache
@open_form(scope="report", limit=10, seconds=HOUR)
@require_http_methods(["GET", "HEAD", "POST"])
def ask_body(request, slug):
    """«Chiedi all’ente»: a question about a current card, which its office answers; sets no cookie."""
    card = get_object_or_404(Edition.objects.current(), slug=slug)
    form = QuestionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _store(request, form, card=card, topic=ErrorReport.Topic.QUESTION)
    context = {"form": form, "card": card, "trap": HONEYPOT}
    return render(request, "feedback/card_question.html", context, status=422 if form.errors else 200)


@never_cache
@open_form(scope="report", limit=10, seconds=HOUR)
@require_http_methods(["GET", "HEAD", "POST"])
def report_page(request):
    """The form of the accessibility statement: a page that somebody cannot use."""
    page = request.GET.get("pagina", "")[:300]
    form = AccessReportForm(request.POST if request.method == "POST" else None, initial={"page": page})
    if request.method == "POST" and form.is_valid():
        return _store(request, form, topic=ErrorReport.Topic.ACCESS)
    context = {"form": form, "trap": HONEYPOT}
    return render(request, "feedback/report_page.html", context, status=422 if form.errors else 200)


def _store(request, form, **subject) -> HttpResponse:
    """Store the report and redirect to its status; what a program sent is dropped with a redirect home."""
    if is_trapped(request):
        return redirect("public:home")
    fields = form.cleaned_data.copy()
    key = fields.pop("idempotency_key")
    report = feedback_actions.report_error(idempotency_key=key, **subject, **fields)
    return redirect("public:report-status", report.token)


@never_cache
@require_safe
def report_status(request, token):
    """The status of a report, at a secret URL that its sender alone knows."""
    report = get_object_or_404(ErrorReport.objects.select_related("record"), token=token)
    card = report.record and report.record.editions.current().first()
    context = {"report": report, "card": card, "answer_days": settings.ANSWER_WORKING_DAYS}
    return render(request, "feedback/report_status.html", context)


@open_form(scope="rating", limit=60, seconds=HOUR)
@require_POST
def rate(request):
    """Count a score of 1–5 for a public page; 204 for a script, else a page of thanks."""
    path = request.POST.get("pagina", "")[:200]
    score = request.POST.get("voto", "")
    if score not in ("1", "2", "3", "4", "5") or not _is_rated(path):
        return HttpResponseBadRequest(
            _("Scegli un voto da 1 a 5 e riprova."), content_type="text/plain; charset=utf-8"
        )
    if not is_trapped(request):
        feedback_actions.rate_page(path, int(score))
    if request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(status=204)
    return render(request, "feedback/rated.html", {"back": path})


def _is_rated(path: str) -> bool:
    """Whether the path belongs to a URL namespace whose pages can be rated."""
    try:
        app_name = resolve(path).app_name
    except (Resolver404, ValueError):
        return False
    return path.startswith("/") and "rated" in settings.URL_NAMESPACES.get(app_name, ())


def _questions(request):
    """The questions about cards of the bodies of the signed-in person. Raises PermissionDenied."""
    bodies = organisations_of(request.user)
    if not bodies:
        raise PermissionDenied
    return feedback_actions.questions_to(bodies).annotate(title=newest_title())


@login_required
@require_safe
def question_list(request):
    """Questions of readers to the bodies of this person: those not answered first, then the newest."""
    questions = _questions(request).order_by(F("answered_at").desc(nulls_first=True), "-created_at", "-pk")
    page = Paginator(questions, PER_PAGE).get_page(request.GET.get("pagina"))
    return render(request, "feedback/office/question_list.html", {"page": page})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def question_detail(request, pk):
    """One question with the form of its answer."""
    question = get_object_or_404(_questions(request).select_related("record", "answered_by"), pk=pk)
    form = QuestionAnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if _answered(request, question, status=ErrorReport.Status.ANSWERED, **form.cleaned_data):
            return redirect("officer:question-list")
        return redirect("officer:question-detail", pk)
    card = question.record.editions.current().first()
    context = {"question": question, "card": card, "form": form}
    return render(
        request, "feedback/office/question_detail.html", context, status=422 if form.errors else 200
    )


def _answered(request, report: ErrorReport, **fields) -> bool:
    """Store an answer, with a message; False when somebody has answered meanwhile."""
    try:
        feedback_actions.answer_report(report, by=request.user, **fields)
    except WrongMove:
        messages.error(request, _("Qualcuno ha già risposto."))
        return False
    messages.success(request, _("Risposta registrata."))
    return True


def _staff_only(request) -> None:
    if not is_reviewer(request.user):
        raise PermissionDenied


@login_required
@require_safe
def report_list(request):
    """Reports of one status, by default those not answered, from the oldest."""
    _staff_only(request)
    status = request.GET.get("stato", ErrorReport.Status.RECEIVED)
    if status not in ErrorReport.Status.values:
        status = ErrorReport.Status.RECEIVED
    reports = ErrorReport.objects.filter(status=status).annotate(title=newest_title())
    page = Paginator(reports.order_by("created_at", "pk"), PER_PAGE).get_page(request.GET.get("pagina"))
    context = {"page": page, "status": status, "states": ErrorReport.Status.choices}
    return render(request, "feedback/desk/report_list.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def report_detail(request, pk):
    """One report with the form of its answer."""
    _staff_only(request)
    reports = ErrorReport.objects.select_related("record__owner", "answered_by")
    report = get_object_or_404(reports.annotate(title=newest_title()), pk=pk)
    is_question = report.topic == ErrorReport.Topic.QUESTION
    answer_form = QuestionAnswerForm if is_question else ReportAnswerForm
    form = answer_form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        answer = {"status": ErrorReport.Status.ANSWERED, **form.cleaned_data}
        _answered(request, report, **answer)
        return redirect("desk:report-detail", pk)
    card = report.record and report.record.editions.current().first()
    context = {"report": report, "card": card, "form": form}
    return render(request, "feedback/desk/report_detail.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def rating_list(request):
    """The mean score of each page, the lowest first."""
    _staff_only(request)
    rows = PageRating.objects.values("path").annotate(n=Sum("count"), total=Sum(F("score") * F("count")))
    pages = [{**row, "mean": row["total"] / row["n"]} for row in rows.filter(count__gt=0)]
    pages.sort(key=lambda row: (row["mean"], -row["n"], row["path"]))
    return render(request, "feedback/desk/rating_list.html", {"pages": pages[:200], "count": len(pages)})
