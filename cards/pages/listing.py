"""The list of cards in its three views and as files, the map page, and GeoJSON of the map."""

from collections.abc import Iterator, Sequence

import orjson
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page, require_safe

from cards.document.read import passages
from cards.models import Edition
from cards.pages.filter_panel import (
    VIEWS,
    address,
    chips,
    counted,
    facet_groups,
    like_words,
    problem_links,
    widenings,
)
from cards.pages.result_map import frame_named, geojson, result_map
from cards.pages.result_map import points as points_of
from cards.presentation.context import list_item, raw_item
from cards.presentation.snippets import corrected_wording, marked, snippet
from cards.search.labels import labels_of
from cards.search.query import Problem, ProjectQuery, api_params, find, page_params, parse
from cards.search.results import Hit, Results
from cards.vocabulary.facets import SORTS

PER_PAGE = 10
MAX_ADDRESS = 8_000

FORMATS = ("xlsx", "csv", "json")
# Bytes of a CSV line for each byte of the stored item, measured on the sample projects.
CSV_SHARE = 1.0
SORT_LABELS = {
    "-published_at": gettext_lazy("Dalla più recente"),
    "published_at": gettext_lazy("Dalla meno recente"),
    "title": gettext_lazy("Titolo, A–Z"),
    "-title": gettext_lazy("Titolo, Z–A"),
    "cost": gettext_lazy("Costo, dal più basso"),
    "-cost": gettext_lazy("Costo, dal più alto"),
    "relevance": gettext_lazy("Pertinenza"),
    "replicability": gettext_lazy("Replicabilità, dalla più alta"),
}
SORTABLE = {"title": "title", "cost": "cost", "published": "published_at"}


def is_too_long(request: HttpRequest) -> bool:
    return len(request.META.get("QUERY_STRING", "")) > MAX_ADDRESS


def too_long(request: HttpRequest) -> HttpResponse:
    given = len(request.META["QUERY_STRING"])
    return render(request, "cards/too_long.html", {"given": given, "most": MAX_ADDRESS}, status=414)


def invalid(problems: Sequence[Problem]) -> HttpResponse:
    """400 for a machine-readable address whose filters cannot be read, with the reasons as plain text."""
    text = "\n".join(problem.detail for problem in problems)
    return HttpResponse(text + "\n", status=400, content_type="text/plain; charset=utf-8")


@require_safe
def card_list(request):
    """The list with its filters; the URL is the state.

    Context: `page`, `items`, `count`, `query`, `view`, `groups` (facets with counts), `chips` (active filters
    with the address that removes each), `sorts`, `columns` (of the table), `map`, `problems` (what was left
    out and why), `correction`, `base` and `api_base` (query strings).
    """
    if is_too_long(request):
        return too_long(request)
    query, problems = parse(request.GET, page=True)
    view = _choice(request.GET, "vista", VIEWS, problems)
    cards = find(query)
    suffix = _choice(request.GET, "formato", FORMATS, problems)
    if suffix and not problems:
        return _download(query, cards, suffix)
    paginator = Paginator(cards.hits(), PER_PAGE)
    paginator.count = cards.count()
    number = request.GET.get("pagina", "1")
    if number.isdecimal() and (len(number) > 9 or int(number) > paginator.num_pages):
        return redirect(request.path + address(query, vista=view, pagina=str(paginator.num_pages)))
    page = paginator.get_page(number)
    context = {
        **_filter_context(query, cards, view, paginator.count),
        **items_context(query, cards, page.object_list, is_table=view == "tabella"),
        "page": page,
        "problems": problem_links(query, problems, vista=view),
        "views": _views(query, view),
        "sorts": [(italian, sort_label(key), key == query.sort) for key, italian in SORTS.items()],
        "columns": _columns(query) if view == "tabella" else [],
        "map": result_map(query, cards, vista="mappa") if view != "tabella" else None,
        "xlsx_url": address(query, formato="xlsx"),
        "csv_url": address(query, formato="csv"),
        "json_url": address(query, formato="json"),
        "api_base": api_params(query).urlencode(),
    }
    context["here"] = address(query, vista=view, pagina=str(page.number) if page.number > 1 else "")
    context["sizes"] = _sizes(paginator.count, page.object_list)
    return render(request, "cards/card_list.html", context)


def _choice(params: QueryDict, name: str, known: tuple[str, ...], problems: list) -> str:
    """The value of a parameter among `known`; empty for none, and for another one, which is a problem."""
    raw = params.get(name, "")
    if raw and raw not in known:
        message = _("Il valore «%(value)s» di %(name)s non esiste")
        problems.append(Problem(name, message % {"value": raw[:60], "name": name}))
    return raw if raw in known else ""


def _filter_context(query: ProjectQuery, cards: Results, view: str, count: int) -> dict:
    """The context that list and map share: filters with counts, and widenings when no card matches."""
    active = chips(query, vista=view)
    return {
        "query": query,
        "view": view,
        "count": count,
        "base": address(query),
        "range_params": list(page_params(ProjectQuery(ranges=query.ranges)).items()),
        "chips": active,
        "groups": facet_groups(query, counted(query, cards)),
        "reset_url": address(ProjectQuery(), vista=view),
        "widenings": [] if count else widenings(query, active, vista=view),
        "like_words": [] if count else like_words(query, cards, vista=view),
    }


def items_context(
    query: ProjectQuery, cards: Results, hits: Sequence[Hit | Edition], *, is_table: bool = False
) -> dict:
    """Context of a list of cards: `items` with searched words marked, and the `correction` of the query."""
    items = [list_item(card) if cards.forms or is_table else raw_item(card) for card in hits]
    searched = {"held": cards.held, "synonyms": sorted({o for many in cards.synonyms.values() for o in many})}
    places = labels_of("municipality", cards.former)
    searched["former"] = [(name, places[code]) for code, name in cards.former.items() if code in places]
    searched["is_unchecked"] = not cards.phrases_are_checked
    if not cards.forms:
        return {"items": items, "correction": None, **searched}
    documents = dict(Edition.objects.filter(pk__in=[c.pk for c in hits]).values_list("pk", "document"))
    texts = [passages(orjson.loads(documents[card.pk])) for card in hits]
    for item, passage in zip(items, texts, strict=True):
        item["snippet"] = snippet(passage, cards.forms)
        item["marked_title"] = marked(item["title"], cards.forms)
    correction = None
    if cards.corrections:
        texts_shown = [
            text for item, passage in zip(items, texts, strict=True) for text in (item["title"], *passage)
        ]
        wording, exact = corrected_wording(query.text, cards.corrections, texts_shown)
        correction = {"typed": query.text, "searched": wording, "exact": exact}
    return {"items": items, "correction": correction, **searched}


def _views(query: ProjectQuery, view: str) -> list[dict]:
    labels = {"elenco": _("Elenco"), "mappa": _("Mappa"), "tabella": _("Tabella")}
    icons = {"elenco": "it-list", "mappa": "it-map-marker-circle", "tabella": "it-file"}
    current = view or VIEWS[0]
    return [
        {
            "name": name,
            "label": labels[name],
            "icon": icons[name],
            "url": address(query, vista="" if name == VIEWS[0] else name) or "?",
            "is_current": name == current,
        }
        for name in VIEWS
    ]


def _columns(query: ProjectQuery) -> dict[str, dict]:
    """`{column: {url, sorted}}` of the sortable columns; the link of the current one reverses its order."""
    current = query.sort or "-published_at"
    columns = {}
    for column, key in SORTABLE.items():
        is_first_falling = column == "published"
        turned = f"-{key}" if current == key or (is_first_falling and current != f"-{key}") else key
        columns[column] = {
            "url": address(ProjectQuery(query.text, query.facets, query.ranges, turned), vista="tabella"),
            "sorted": {key: "ascending", f"-{key}": "descending"}.get(current, ""),
        }
    return columns


def sort_label(key: str) -> str:
    return str(SORT_LABELS[key])


def _sizes(count: int, hits: Sequence[Hit]) -> dict[str, int]:
    """Estimated size of each download in bytes, from the cards on the page."""
    if not hits:
        return {}
    each = sum(len(card.item.encode()) for card in hits) / len(hits)
    return {"csv": round(count * each * CSV_SHARE), "json": round(count * (each + 2))}


def _download(query: ProjectQuery, cards: Results, suffix: str) -> HttpResponse:
    """The whole list as a file: a redirect to the API for XLSX and CSV, the stored list items for JSON.

    A spreadsheet is for people: it has labels in their language.
    """
    if suffix in ("xlsx", "csv"):
        params = api_params(query)
        params["format"] = suffix
        if suffix == "xlsx":
            params["labels"] = get_language()
        return redirect(f"{reverse('api:projects')}?{params.urlencode()}")
    response = StreamingHttpResponse(_json(cards), content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="progetti.json"'
    return response


def _json(cards: Results) -> Iterator[str]:
    between = "[\n"
    for batch in cards.batches():
        for card in batch:
            yield between + card.item
            between = ",\n"
    yield "\n]\n" if between == ",\n" else "[]\n"


@require_safe
def map_page(request):
    """The matching cards counted by place, as a map and as a table."""
    if is_too_long(request):
        return too_long(request)
    query, problems = parse(request.GET, page=True)
    cards = find(query)
    context = {
        **_filter_context(query, cards, "", cards.count()),
        "problems": problem_links(query, problems),
        "map": result_map(query, cards),
        "is_map": True,
        "is_unchecked": not cards.phrases_are_checked,
    }
    return render(request, "cards/map.html", context)


@require_safe
@conditional_page
def boundaries(request, key):
    """The boundaries of a map as GeoJSON in WGS84; 304 when unchanged."""
    frame = frame_named(key)
    collection = frame and geojson(frame)
    if not collection:
        raise Http404(_("Questi confini non ci sono."))
    response = HttpResponse(orjson.dumps(collection), content_type="application/geo+json")
    response["Cache-Control"] = "public, max-age=86400"
    return response


@require_safe
@conditional_page
def points(request):
    """The points of the matching cards as GeoJSON, for the interactive map."""
    if is_too_long(request):
        return too_long(request)
    query, problems = parse(request.GET, page=True)
    if problems:
        return invalid(problems)
    return HttpResponse(orjson.dumps(points_of(find(query))), content_type="application/geo+json")
