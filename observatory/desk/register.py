"""The register: the entries of the audit log, newest first."""

import csv
import json
from datetime import UTC
from itertools import chain

from django import forms
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q
from django.http import StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.rules import staff_page
from cards.records import RECORD
from lib.audit import Entry
from lib.tables.csv_text import neutralised
from observatory.desk.verbs import LABELS, label_of
from projects.models import Project

PER_PAGE = 50
DAY = forms.DateField(
    required=False,
    input_formats=["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d", "%d/%m/%y"],
    error_messages={"invalid": gettext_lazy("Scrivi la data come giorno/mese/anno, per esempio 1/3/2026")},
)


@staff_page
@require_safe
def register(request):
    """Filtered by person, verb, project and dates of the query string; an invalid date shows its error."""
    asked = {
        name: request.GET.get(name, "").replace("\x00", "").strip()[:120]
        for name in ("chi", "cosa", "scheda", "dal", "al")
    }
    entries = Entry.objects.all()
    if asked["chi"]:
        entries = entries.filter(Q(by__name__icontains=asked["chi"]) | Q(by__email__icontains=asked["chi"]))
    if asked["cosa"] in LABELS:
        entries = entries.filter(verb=asked["cosa"])
    if asked["scheda"]:
        words = asked["scheda"]
        entries = entries.filter(Q(kind=RECORD, code__iexact=words) | Q(title__icontains=words))
    wrong = {}
    for name, lookup in (("dal", "at__date__gte"), ("al", "at__date__lte")):
        if day := _day(asked, name, wrong):
            entries = entries.filter(**{lookup: day})
    if request.GET.get("formato") == "csv" and not wrong:
        return _as_csv(entries)
    # A draft erased from the bin has entries but no page.
    has_page = Exists(Project.objects.filter(record__code=OuterRef("code"))) & Q(kind=RECORD)
    rows = entries.annotate(has_page=ExpressionWrapper(has_page, BooleanField()))
    rows = rows.select_related("by", "person")
    page = Paginator(rows.order_by("-at", "-pk"), PER_PAGE).get_page(request.GET.get("pagina"))
    for entry in page.object_list:
        entry.label = label_of(entry.verb)
    verbs = sorted(((verb, str(words)) for verb, words in LABELS.items()), key=lambda pair: pair[1])
    context = {"page": page, "asked": asked, "verbs": verbs, "wrong": wrong, "nobody": _("Il sistema")}
    return render(request, "observatory/desk/register.html", context)


def _as_csv(entries) -> StreamingHttpResponse:
    """All entries as CSV in UTF-8, the oldest first: moments in UTC (ISO 8601), verbs as they are stored."""
    writer = csv.writer(_Echo(), lineterminator="\r\n")
    names = ("id", "at", "verb", "by", "person", "kind", "code", "title", "body", "address", "changes")
    rows = entries.select_related("by", "person").order_by("pk").iterator(chunk_size=2_000)
    lines = ([neutralised(value) for value in _values(entry)] for entry in rows)
    content = (writer.writerow(line) for line in chain([names], lines))
    response = StreamingHttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="registro.csv"'
    return response


class _Echo:
    """A file whose `write` gives the text back, as csv.writer passes it on."""

    def write(self, text: str) -> str:
        return text


def _values(entry: Entry) -> list:
    people = [person.email if person else "" for person in (entry.by, entry.person)]
    changes = json.dumps(entry.changes, ensure_ascii=False, sort_keys=True)
    at = entry.at.astimezone(UTC).isoformat(timespec="milliseconds")
    return [
        entry.pk,
        at,
        entry.verb,
        *people,
        entry.kind,
        entry.code,
        entry.title,
        entry.body,
        entry.address,
        changes,
    ]


def _day(asked: dict, name: str, wrong: dict):
    """The date of a parameter; None for an invalid one, whose error goes to `wrong`."""
    try:
        return DAY.clean(asked[name])
    except ValidationError as error:
        wrong[name] = error.messages[0]
        return None
