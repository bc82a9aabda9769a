"""«Quanto costerebbe da me»: the reuse costs of a project scaled to the reader's city."""

from collections.abc import Iterator
from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cards.document.read import read_document
from cards.vocabulary.lists import CostDriver, CostLine
from lib.tables.writers import CSV, XLSX, csv_lines, xlsx
from municipalities.models import Territory
from suitability.estimate.costs import Assumptions, Estimate, Line, Range, estimate, scaled
from suitability.estimate.forms import EstimateForm, Start, read_estimate
from suitability.reader_forms import read_reader
from suitability.views import shown_card


@require_safe
def card_estimate(request, slug):
    """The 12 lines with their range; every assumption is in the URL, `formato` gives CSV or XLSX.

    Context: `form`, `estimate` (None while nothing can be reckoned), `rows`, `has_lines` (the card has some).
    """
    card = shown_card(slug, "public:card-estimate", request.GET)
    if isinstance(card, HttpResponse):
        return card
    document, reader = read_document(card), read_reader(request.GET)
    there = _inhabitants(document)
    start = Start(document["reuse_costs"], reader.municipality and reader.municipality.population, there)
    form = read_estimate(request.GET, start)
    found = None
    if form.is_valid() and form.lines():
        found = estimate(form.lines(), form.assumptions())
    if found and request.GET.get("formato") in ("csv", "xlsx"):
        return _file(card.slug, form, found, request.GET["formato"])
    context = {
        "card": document,
        "reader": reader,
        "form": form,
        "estimate": found,
        "rows": _rows(form, found) if found else [],
        "has_lines": bool(document["reuse_costs"]),
        "rough": None if found else _rough(document, reader.municipality, there),
        "total_cost": document["total_cost"] and Decimal(document["total_cost"]),
        "is_typed": bool(request.GET) and set(request.GET) != {"comune"},
        "base": _base(request),
        "given": form.assumptions() if found else None,
    }
    return render(request, "suitability/card_estimate.html", context)


def _rough(document: dict, municipality: Territory | None, inhabitants: int | None) -> Range | None:
    """The whole cost scaled by inhabitants: all that can be said where no line of cost is known."""
    if document["total_cost"] is None or municipality is None:
        return None
    line = Line("whole", Decimal(document["total_cost"]), CostDriver.INHABITANTS.value)
    found = scaled(line, Assumptions(inhabitants, municipality.population))
    return found and found.rounded()


def _inhabitants(document: dict) -> int | None:
    """Inhabitants of all the municipalities taking part; None when those of one are not known."""
    places = [document["lead_municipality"], *document["other_municipalities"]]
    codes = {place["code"] for place in places if place}
    municipalities = Territory.objects.municipalities().filter(code__in=codes)
    counts = list(municipalities.values_list("population", flat=True))
    return sum(counts) if counts and all(counts) else None


def _base(request) -> str:
    params = request.GET.copy()
    params.pop("formato", None)
    return params.urlencode()


def _rows(form: EstimateForm, found: Estimate) -> list[dict]:
    """Each line with its words and range."""
    return [
        {
            "key": estimated.line.key,
            "label": str(CostLine(estimated.line.key).label),
            "driver": str(CostDriver(estimated.line.driver).label),
            "is_yearly": estimated.line.is_yearly,
            "amount": estimated.line.amount,
            "range": estimated.range,
        }
        for estimated in found.lines
    ]


def _file(slug: str, form: EstimateForm, found: Estimate, suffix: str) -> HttpResponse:
    head = [_("Voce"), _("Importo all’origine (€)"), _("Cresce con"), _("Ogni anno"), _("Da (€)"), _("A (€)")]
    if suffix == "csv":
        body, media_type = "".join(csv_lines(head, _csv_rows(form, found))), CSV
    else:
        body, media_type = xlsx(_("Stima"), head, _csv_rows(form, found)), XLSX
    answer = HttpResponse(body, content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="stima-{slug}.{suffix}"'
    return answer


def _csv_rows(form: EstimateForm, found: Estimate) -> Iterator[list]:
    """Lines, totals, then the assumptions: the file explains itself."""
    for row in _rows(form, found):
        ends = (row["range"].low, row["range"].high) if row["range"] else (None, None)
        yield [
            row["label"],
            row["amount"],
            str(row["driver"]),
            _("sì") if row["is_yearly"] else _("no"),
            *ends,
        ]
    for label, part in _totals(found):
        yield [label, None, None, None, part.low, part.high]
    for field in form.assumption_fields:
        yield [str(field.label), form.cleaned_data.get(field.name), None, None, None, None]


def _totals(found: Estimate) -> list[tuple]:
    return [
        (_("Per cominciare"), found.first),
        (_("Ogni anno, dopo"), found.yearly),
        (_("In tutto"), found.total),
    ]
