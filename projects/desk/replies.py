"""The texts that reviewers use again in their messages to offices: a list, a form for each."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.rules import staff_page
from lib import audit
from projects.forms import ReplyTextForm
from projects.models import ReplyText

KIND = "reply_text"


@staff_page
@require_safe
def reply_list(request):
    """All texts, by title."""
    texts = ReplyText.objects.select_related("updated_by").order_by("title")
    return render(request, "projects/desk/reply_list.html", {"texts": texts})


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request, pk=None):
    """Write a new text, or change one."""
    reply = get_object_or_404(ReplyText, pk=pk) if pk else ReplyText()
    form = ReplyTextForm(request.POST or None, instance=reply)
    if request.method == "POST" and form.is_valid():
        form.instance.updated_by = request.user
        with transaction.atomic():
            saved = form.save()
            audit.record("write_reply_text", by=request.user, on=_subject(saved))
        messages.success(request, _("Testo salvato."))
        return redirect("desk:reply-list")
    context = {"form": form, "reply": reply}
    return render(request, "projects/desk/reply_edit.html", context, status=422 if form.errors else 200)


@staff_page
@require_POST
@transaction.atomic
def delete(request, pk):
    """Delete a text; messages that were sent with it stay as they are."""
    reply = get_object_or_404(ReplyText, pk=pk)
    audit.record("delete_reply_text", by=request.user, on=_subject(reply), changes={"text": reply.text})
    reply.delete()
    messages.success(request, _("Testo eliminato."))
    return redirect("desk:reply-list")


def _subject(reply: ReplyText) -> audit.Subject:
    return audit.Subject(KIND, str(reply.pk), reply.title, "")
