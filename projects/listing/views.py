"""The list of projects in its three views, the map, the search of the whole site. They read cards."""

from collections.abc import Iterator, Sequence

import orjson
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import conditional_page, require_safe

from municipalities.models import Protocol
from municipalities.search import fold, suggest_municipalities
from projects.areas import AREAS
from projects.cards import passages
from projects.listing.atlas import frame_named, geojson, result_map
from projects.listing.atlas import points as points_of
from projects.listing.panel import VIEWS, address, chips, counted, facet_groups, widenings
from projects.models import Card
from projects.presentation import list_item, marked, snippet, undrawn, wording_shown
from projects.results import Hit
from projects.search import SORTS, ProjectQuery, Results, api_params, find, page_params, parse
from projects.site_pages import pages_with

PER_PAGE = 10
MAX_ADDRESS = 8_000
SUGGESTED, LEAST_TYPED = 4, 2
FORMATS = ("csv", "json")
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


def _is_too_long(request: HttpRequest) -> bool:
    return len(request.META.get("QUERY_STRING", "")) > MAX_ADDRESS


def _refused(request: HttpRequest) -> HttpResponse:
    given = len(request.META["QUERY_STRING"])
    return render(request, "projects/too_long.html", {"given": given, "most": MAX_ADDRESS}, status=414)


@require_safe
def card_list(request):
    """The list with its filters; the URL is the state.

    Context: `page`, `items`, `count`, `query`, `view`, `groups` (facets with counts), `chips` (active filters
    with the address that removes each), `sorts`, `columns` (of the table), `map`, `problems` (what was left
    out and why), `correction`, `base` and `api_base` (query strings).
    """
    if _is_too_long(request):
        return _refused(request)
    query, problems = parse(request.GET, page=True)
    view = _choice(request.GET, "vista", VIEWS, problems)
    cards = find(query)
    if suffix := _choice(request.GET, "formato", FORMATS, problems):
        return _download(query, cards, suffix)
    paginator = Paginator(cards.hits(), PER_PAGE)
    paginator.count = cards.count()
    number = request.GET.get("pagina", "1")
    if number.isdecimal() and (len(number) > 9 or int(number) > paginator.num_pages):
        return redirect(request.path + address(query, vista=view, pagina=str(paginator.num_pages)))
    page = paginator.get_page(number)
    context = {
        **_filtered(query, cards, view, paginator.count),
        **_found(query, cards, page.object_list, is_table=view == "tabella"),
        "page": page,
        "problems": [problem.detail for problem in problems],
        "views": _views(query, view),
        "sorts": [(italian, sort_label(key), key == query.sort) for key, italian in SORTS.items()],
        "columns": _columns(query) if view == "tabella" else [],
        "map": result_map(query, cards, vista="mappa") if view != "tabella" else None,
        "csv_url": address(query, formato="csv"),
        "json_url": address(query, formato="json"),
        "api_base": api_params(query).urlencode(),
    }
    context["here"] = address(query, vista=view, pagina=str(page.number) if page.number > 1 else "")
    context["sizes"] = _sizes(paginator.count, page.object_list)
    return render(request, "projects/card_list.html", context)


def _choice(params: QueryDict, name: str, known: tuple[str, ...], problems: list) -> str:
    """The word under `name`, empty for none; one that is not known is told."""
    raw = params.get(name, "")
    if raw and raw not in known:
        problems.append(_Unknown(name, raw))
    return raw if raw in known else ""


class _Unknown:
    def __init__(self, name: str, raw: str):
        self.parameter = name
        told = _("Il valore «%(value)s» di %(name)s non esiste")
        self.detail = told % {"value": raw[:60], "name": name}


def _filtered(query: ProjectQuery, cards: Results, view: str, count: int) -> dict:
    """What list and map share: the filters with their counts, and a way out where nothing is found."""
    active = chips(query, vista=view)
    return {
        "query": query,
        "view": view,
        "count": count,
        "base": address(query),
        "kept_ranges": list(page_params(ProjectQuery(ranges=query.ranges)).items()),
        "chips": active,
        "groups": facet_groups(query, counted(query, cards)),
        "reset_url": address(ProjectQuery(), vista=view),
        "widenings": [] if count else widenings(query, active, vista=view),
    }


def _found(
    query: ProjectQuery, cards: Results, hits: Sequence[Hit | Card], *, is_table: bool = False
) -> dict:
    """`items` with the words found marked, and `correction`, where others replaced those typed."""
    items = [list_item(card) if cards.forms or is_table else undrawn(card) for card in hits]
    if not cards.forms:
        return {"items": items, "correction": None, "is_unchecked": not cards.phrases_are_checked}
    documents = dict(Card.objects.filter(pk__in=[c.pk for c in hits]).values_list("pk", "document"))
    texts = [passages(orjson.loads(documents[card.pk])) for card in hits]
    for item, passage in zip(items, texts, strict=True):
        item["snippet"] = snippet(passage, cards.forms)
        item["marked_title"] = marked(item["title"], cards.forms)
    correction = None
    if cards.mended:
        said = [
            text for item, passage in zip(items, texts, strict=True) for text in (item["title"], *passage)
        ]
        shown, exact = wording_shown(query.text, cards.mended, said)
        correction = {"typed": query.text, "shown": shown, "exact": exact}
    return {"items": items, "correction": correction, "is_unchecked": not cards.phrases_are_checked}


def _views(query: ProjectQuery, view: str) -> list[dict]:
    labels = {"elenco": _("Elenco"), "mappa": _("Mappa"), "tabella": _("Tabella")}
    current = view or VIEWS[0]
    return [
        {
            "name": name,
            "label": labels[name],
            "url": address(query, vista="" if name == VIEWS[0] else name) or "?",
            "is_current": name == current,
        }
        for name in VIEWS
    ]


def _columns(query: ProjectQuery) -> dict[str, dict]:
    """`{column: {url, sorted}}` of the columns that sort: pressing the one in use turns its order round."""
    current = query.sort or "-published_at"
    found = {}
    for column, key in SORTABLE.items():
        is_first_falling = column == "published"
        turned = f"-{key}" if current == key or (is_first_falling and current != f"-{key}") else key
        found[column] = {
            "url": address(ProjectQuery(query.text, query.facets, query.ranges, turned), vista="tabella"),
            "sorted": {key: "ascending", f"-{key}": "descending"}.get(current, ""),
        }
    return found


def sort_label(key: str) -> str:
    return str(SORT_LABELS[key])


def _sizes(count: int, shown: Sequence[Hit]) -> dict[str, int]:
    """About how many bytes each download has, from the cards on the page."""
    if not shown:
        return {}
    each = sum(len(card.item.encode()) for card in shown) / len(shown)
    return {"csv": round(count * each * CSV_SHARE), "json": round(count * (each + 2))}


def _download(query: ProjectQuery, cards: Results, suffix: str) -> HttpResponse:
    """The whole list as a file: CSV from the API, which knows the columns; JSON as stored."""
    if suffix == "csv":
        params = api_params(query)
        params["format"] = "csv"
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
    """The projects found, counted by place: shapes, and the table that says the same."""
    if _is_too_long(request):
        return _refused(request)
    query, problems = parse(request.GET, page=True)
    cards = find(query)
    context = {
        **_filtered(query, cards, "", cards.count()),
        "problems": [problem.detail for problem in problems],
        "map": result_map(query, cards),
        "is_map": True,
        "is_unchecked": not cards.phrases_are_checked,
    }
    return render(request, "projects/map.html", context)


@require_safe
@conditional_page
def boundaries(request, key):
    """The boundaries of a map as GeoJSON, WGS84; 304 for whoever has them."""
    frame = frame_named(key)
    found = frame and geojson(frame)
    if not found:
        raise Http404(_("Questi confini non ci sono."))
    response = HttpResponse(orjson.dumps(found), content_type="application/geo+json")
    response["Cache-Control"] = "public, max-age=86400"
    return response


@require_safe
@conditional_page
def points(request):
    """Where the cards found lie, one by one: for the map that moves."""
    if _is_too_long(request):
        return _refused(request)
    query, _problems = parse(request.GET, page=True)
    return HttpResponse(orjson.dumps(points_of(find(query))), content_type="application/geo+json")


@require_safe
def search(request):
    """The whole site: projects, cities, protocols, pages, areas."""
    if _is_too_long(request):
        return _refused(request)
    query, problems = parse(request.GET, page=True)
    query = ProjectQuery(query.text)
    text = query.text
    cards = find(query)
    context = {
        "text": text,
        "problems": [problem.detail for problem in problems if problem.parameter == "q"],
        "count": cards.count() if text else 0,
        **(_found(query, cards, cards[:PER_PAGE]) if text else {"items": []}),
        "towns": suggest_municipalities(text, limit=10) if text else [],
        "areas": areas_with(text),
        "protocols": _protocols(text) if text else [],
        "pages": pages_with(text),
        "all_url": reverse("projects:card-list") + address(query),
    }
    context["is_empty"] = not any(context[k] for k in ("count", "towns", "areas", "protocols", "pages"))
    return render(request, "projects/search.html", context)


def areas_with(text: str) -> list:
    """The areas whose name holds the words."""
    words = fold(text)
    return [area for area in AREAS if words and words in fold(str(area.name))]


def _protocols(text: str) -> list[Protocol]:
    """Published protocols with all the words in title, summary or promoter: a handful, read whole."""
    words = fold(text).split()
    found = Protocol.objects.published().order_by("-signed_year", "title")
    return [
        p for p in found if words and all(w in fold(f"{p.title} {p.summary} {p.promoter}") for w in words)
    ]


@require_safe
def suggestions(request):
    """What a typed beginning may mean: `{"suggestions": [{kind, text, url}]}`, titles, places, areas."""
    query, _problems = parse(request.GET, page=True)
    found = []
    if len(fold(query.text)) >= LEAST_TYPED:
        found = [*_project_hints(query), *_town_hints(query.text), *_area_hints(query.text)]
    return JsonResponse({"suggestions": found})


def _project_hints(query: ProjectQuery) -> list[dict]:
    shown = find(ProjectQuery(query.text))[: SUGGESTED + 1]
    return [
        {"kind": _("Progetto"), "text": card.title, "url": reverse("projects:card-detail", args=[card.slug])}
        for card in shown
    ]


def _town_hints(text: str) -> list[dict]:
    towns = suggest_municipalities(text, limit=SUGGESTED)
    return [
        {
            "kind": _("Comune"),
            "text": f"{town.name} ({town.province.code})" if town.province else town.name,
            "url": reverse("projects:city-detail", args=[town.slug]),
        }
        for town in towns
    ]


def _area_hints(text: str) -> list[dict]:
    return [
        {"kind": _("Area"), "text": str(area.name), "url": reverse("projects:area-detail", args=[area.slug])}
        for area in areas_with(text)[:SUGGESTED]
    ]
