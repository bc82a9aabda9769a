"""«Funzionerebbe nel mio Comune?»: one project for a municipality, and all projects in order for it."""

from collections.abc import Iterator
from itertools import islice

import orjson
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from pyroaring import BitMap

from cards.document.read import read_document
from cards.models import Edition
from cards.pages.filter_panel import Counted, chips, facet_groups
from cards.presentation.context import list_item
from cards.search.query import ProjectQuery, find, page_params, parse
from lib.tables.writers import CSV, XLSX, csv_lines, xlsx
from municipalities.models import Territory
from municipalities.search import find_municipality
from reuse.criteria import PRESET_NAMES
from reuse.ranking import BadWeights, read_weights
from suitability.chart import points, ticks
from suitability.fitting import Order, Scores, demonstrations, fit_of, suited
from suitability.reader_forms import (
    MAX_WEIGHT,
    WEIGHT_NAMES,
    read_dimension_weights,
    read_reader,
    weight_params,
)
from suitability.score import DIMENSIONS
from suitability.wording import HINTS, NAMES

PER_PAGE, BATCH, MOST_ROWS = 20, 500, 10_000
FACETS = ("area", "stage", "cost_band", "kind")


def shown_card(slug: str, route: str, params: QueryDict) -> Edition | HttpResponse:
    """The current card of a slug; a redirect for a code; 404 when there is none or it was withdrawn."""
    if card := Edition.objects.current().filter(slug=slug).first():
        return card
    if card := Edition.objects.current().filter(code=slug.upper()).first():
        query = f"?{params.urlencode()}" if params else ""
        return redirect(reverse(route, args=[card.slug]) + query, permanent=True)
    raise Http404(_("Non c’è una scheda con questo indirizzo."))


@require_safe
def card_fit(request, slug):
    """One project for one municipality: dimensions, reasons, questions; else the field to tell it."""
    card = shown_card(slug, "public:card-fit", request.GET)
    if isinstance(card, HttpResponse):
        return card
    document = read_document(card)
    reader = read_reader(request.GET)
    context = {
        "card": document,
        "reader": reader,
        "answer": fit_of(document, reader.municipality) if reader.municipality else None,
        "dimensions": [(NAMES[key], HINTS[key]) for key in DIMENSIONS],
    }
    return render(request, "suitability/card_fit.html", context)


@require_safe
def city_suited(request, slug):
    """The short address beside a city's card."""
    municipality = find_municipality(slug)
    if municipality is None:
        raise Http404(_("Non c’è un Comune con questo nome o codice."))
    return redirect(f"{reverse('public:suited-list')}?comune={municipality.slug}")


@require_safe
def suited_list(request):
    """Every published project in order for one municipality; the URL is the state, `formato` gives files.

    Context: `reader`, `page`, `items` (with number, percent, score, both, known), `points` and `ticks` of
    the chart, `rated` (how many have R), `groups` and `chips` of the filters, `weights`.
    """
    reader = read_reader(request.GET)
    query, problems = _query(request.GET)
    weights, unread = read_dimension_weights(request.GET)
    scores, refused = _scores(request.GET)
    context = {
        "reader": reader,
        "query": query,
        "problems": [problem.detail for problem in problems] + unread + refused,
        "presets": PRESET_NAMES.items(),
        "preset": scores.weighting.preset,
        "weights": [(key, WEIGHT_NAMES[key], NAMES[key], int(weights[key])) for key in DIMENSIONS],
        "steps": range(MAX_WEIGHT + 1),
    }
    if reader.municipality is None:
        return render(request, "suitability/suited_list.html", context)
    cards = find(query)
    order = suited(cards, reader.municipality, weights=weights, scores=scores)
    if (suffix := request.GET.get("formato")) in FILES:
        return FILES[suffix](order, reader.municipality)
    params = QueryDict(mutable=True)
    params.update({"comune": reader.municipality.slug, **weight_params(weights)})
    if not refused:
        params.update({name: request.GET[name] for name in ("preset", "pesi") if request.GET.get(name)})
    return render(
        request, "suitability/suited_list.html", context | _shown(request, order, cards, query, params)
    )


def _scores(params: QueryDict) -> tuple[Scores, list[str]]:
    """R with the preset or the weights of the URL, as in the ranking; else the default."""
    try:
        return Scores(read_weights(params.get("preset", ""), params.get("pesi", ""))), []
    except BadWeights as error:
        return Scores(), [str(error)]


def _query(params: QueryDict) -> tuple[ProjectQuery, list]:
    """The filters of the list; here `comune` is the reader's own city, not a filter."""
    params = params.copy()
    for name in ("comune", "ordina"):
        params.pop(name, None)
    return parse(params, page=True)


def _shown(request, order: Order, cards, query: ProjectQuery, params: QueryDict) -> dict:
    page = Paginator(order, PER_PAGE).get_page(request.GET.get("pagina"))
    items = _items(page.object_list, page.start_index(), demonstrations(cards.snapshot))
    own = params.urlencode()
    return {
        "page": page,
        "items": items,
        "count": len(order),
        "formats": ("CSV", "XLSX", "JSON"),
        "own_count": cards.count() - len(order),
        "rated": order.rated,
        "points": points(items),
        "ticks": ticks(),
        "groups": facet_groups(query, {name: Counted({}, 0) for name in FACETS}),
        "chips": [{**chip, "url": _joined(own, chip["without"])} for chip in chips(query)],
        "base": "&".join(filter(None, (own, page_params(query).urlencode()))),
        "reset": own,
    }


def _items(rows: list[dict], start: int, demonstration_cards: BitMap) -> list[dict]:
    """List items of the rows shown, with their place and figures. One query."""
    cards = Edition.objects.in_bulk([row["keys"] for row in rows])
    return [
        {
            **list_item(cards[row["keys"]]),
            "number": number,
            "fit": row["fit"],
            "score": row["score"],
            "is_demonstration": row["score"] is not None and row["keys"] in demonstration_cards,
            "percent": None if row["fit"] is None else round(100 * row["fit"]),
            "both": None if row["both"] is None else round(row["both"]),
            "known": sum(row[key] is not None for key in DIMENSIONS),
        }
        for number, row in enumerate(rows, max(start, 1))
        if row["keys"] in cards
    ]


HEAD = (
    "position",
    "code",
    "title",
    "municipality",
    "primary_area",
    "stage",
    "replicability",
    "fit",
    "replicability_by_fit",
    *DIMENSIONS,
)
PLACES = {"score": 1, "fit": 4, "both": 2, **dict.fromkeys(DIMENSIONS, 4)}


def _records(order: Order) -> Iterator[list]:
    """All rows in order, a batch of cards at a time."""
    for start in range(0, len(order), BATCH):
        rows = order.rows(start, BATCH)
        fields = ("pk", "code", "title", "municipality_code", "primary_area", "stage")
        found = Edition.objects.filter(pk__in=[row["keys"] for row in rows]).values_list(*fields)
        columns = {key: rest for key, *rest in found}
        for number, row in enumerate(rows, start + 1):
            figures = [None if row[name] is None else round(row[name], most) for name, most in PLACES.items()]
            yield [number, *columns[row["keys"]], *figures]


def _csv(order: Order, municipality: Territory) -> HttpResponseBase:
    return _file(csv_lines(HEAD, _records(order)), CSV, f"adatti-{municipality.slug}.csv")


def _xlsx(order: Order, municipality: Territory) -> HttpResponseBase:
    """In memory: the first MOST_ROWS, as many as a workbook of this size can be read with ease."""
    body = xlsx(_("Progetti adatti"), HEAD, islice(_records(order), MOST_ROWS))
    answer = HttpResponse(body, content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="adatti-{municipality.slug}.xlsx"'
    return answer


def _json(order: Order, municipality: Territory) -> HttpResponseBase:
    return _file(_json_parts(order, municipality), "application/json", f"adatti-{municipality.slug}.json")


def _json_parts(order: Order, municipality: Territory) -> Iterator[bytes]:
    head = orjson.dumps({"municipality": municipality.code, "count": len(order)})
    yield head[:-1] + b',"results":['
    for number, record in enumerate(_records(order)):
        yield (b",\n" if number else b"\n") + orjson.dumps(dict(zip(HEAD, record, strict=True)))
    yield b"\n]}"


def _file(parts: Iterator, media_type: str, name: str) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(parts, content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


FILES = {"csv": _csv, "xlsx": _xlsx, "json": _json}


def _joined(own: str, query: ProjectQuery) -> str:
    """The query string of this page with these filters."""
    return "&".join(filter(None, (own, page_params(query).urlencode())))
