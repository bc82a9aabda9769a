"""City cards: every municipality has one, also with no project yet."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Case, F, Q, When
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cards.pages.maps import locator_of
from cards.presentation.context import list_item
from cards.search.query import ProjectQuery, find
from cards.search.totals import (
    area_bars,
    count_bars,
    municipality_totals,
    own_cards,
    projects_by_municipality,
    registry_counts,
)
from cards.vocabulary.areas import AREA_BY_KEY
from cards.vocabulary.lists import Stage
from cities.models import CityProfile
from cities.neighbours import neighbours
from cities.peers import money_per_head, peers_of
from imports.reads import told_of
from lib.text import fold
from municipalities.models import Territory, TerritoryChange
from municipalities.names import former_name, formerly, municipalities_meant, place_label
from municipalities.search import find_municipality, suggest_municipalities
from protocols.models import Adhesion
from reuse.reads.family import city_exchange

PER_PAGE = 50
SHOWN = 4
# Among so many of the most expensive cards of a municipality, those of others are looked for.
LOOKED_AT = 60


@require_safe
def city_list(request):
    """Municipalities by name and province, with the number of their projects.

    Context: `rows` [{municipality, projects}], `page`, `text`, `province`, `provinces`, `count`, `only_with`.
    With `vai` a name that only one municipality has leads straight to its card.
    """
    text = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    if text and "vai" in request.GET and (municipality := _only_one(text)):
        return _moved(text, municipality)
    province = request.GET.get("provincia", "").upper()[:8]
    only_with = request.GET.get("solo") == "con-progetti"
    counts = projects_by_municipality()
    municipalities = Territory.objects.municipalities().current().select_related("province", "region")
    if text:
        meant = [place.code for place in municipalities_meant(text)]
        named = Q(search_name__contains=fold(text)) | Q(code__in=[*meant, *formerly(text)])
        municipalities = municipalities.filter(named)
    if province:
        municipalities = municipalities.filter(province__code=province)
    if only_with:
        municipalities = municipalities.filter(code__in=list(counts))
    # Those with projects first: the others are a hundred times as many.
    is_empty = Case(When(code__in=list(counts), then=0), default=1)
    municipalities = municipalities.order_by(is_empty, "search_name", "pk")
    page = Paginator(municipalities, PER_PAGE).get_page(request.GET.get("pagina"))
    context = {
        "page": page,
        "rows": [{"municipality": t, "projects": counts.get(t.code, 0)} for t in page.object_list],
        "count": page.paginator.count,
        "text": text,
        "province": province,
        "only_with": only_with,
        "provinces": Territory.objects.provinces().current().order_by("name"),
        "base": _base(request),
    }
    return render(request, "cities/city_list.html", context)


def _only_one(text: str) -> Territory | None:
    """The municipality a person means: the only one with that name or code, or whose name holds the words."""
    found = municipalities_meant(text) or suggest_municipalities(text)
    return found[0] if len(found) == 1 else None


def _moved(text: str, municipality: Territory):
    """A redirect to a city page; `gia` names the former municipality that was asked for."""
    address = reverse("public:city-detail", args=[municipality.slug])
    former = former_name(text, municipality)
    return redirect(f"{address}?{urlencode({'gia': former})}" if former else address, permanent=False)


def _base(request) -> str:
    """The query string without the page, for the links of the pages."""
    params = request.GET.copy()
    params.pop("pagina", None)
    return params.urlencode()


@require_safe
def city_detail(request, slug):
    """A municipality's card; any code, old slug or merged municipality leads to the one in force."""
    municipality = find_municipality(slug)
    if municipality is None:
        raise Http404(_("Non c’è un Comune con questo nome o codice."))
    if municipality.slug != slug:
        ended = Territory.objects.municipalities().filter(slug=slug.lower()).exclude(valid_to=None).first()
        query = f"?{urlencode({'gia': ended.name})}" if ended and ended.name != municipality.name else ""
        address = reverse("public:city-detail", args=[municipality.slug])
        return redirect(address + query, permanent=True)
    figures = municipality_totals(municipality.code)
    registry = registry_counts()
    peers = peers_of(municipality)
    former = municipality.changes_in.filter(kind="merger").exclude(predecessor=F("successor"))
    former = list(former.select_related("predecessor"))
    context = {
        "municipality": municipality,
        "figures": figures,
        **_portfolio(figures, registry),
        **_own_words(municipality, figures["projects"]),
        "peers": peers,
        "money": money_per_head(peers, municipality, figures["own"]["cost"]),
        **_alike(peers, registry["municipality"]),
        "former": former,
        "moved_from": _change_of(request.GET.get("gia", ""), former),
        "adhesions": Adhesion.objects.filter(
            municipality=municipality, kind="municipality", status="accepted"
        ).select_related("protocol"),
        "neighbours": neighbours(municipality, registry["municipality"]),
        **_of_others(municipality, figures),
        "exchange": city_exchange([municipality, *(change.predecessor for change in former)]),
        "locator": locator_of(municipality.code),
        "density": density(municipality),
        "imported": told_of(municipality.code),
    }
    return render(request, "cities/city_detail.html", context)


def _change_of(name: str, former: list[TerritoryChange]) -> TerritoryChange | None:
    """The change by which the municipality of that name became part of this one."""
    return next((change for change in former if name and change.predecessor.name == name), None)


def density(municipality: Territory) -> int | None:
    """Inhabitants for each km², where both are known."""
    return (
        round(municipality.population / float(municipality.area_km2))
        if municipality.population and municipality.area_km2
        else None
    )


def _of_others(municipality: Territory, figures: dict) -> dict:
    """Projects of others in the territory: `others`, their number, `others_items`, the most expensive."""
    others = figures["projects"] - figures["own"]["cards"]
    if others <= 0:
        return {"others": 0, "others_items": []}
    query = ProjectQuery(facets={"municipality": (municipality.code,)}, sort="-cost")
    items = [list_item(card) for card in find(query).hits()[:LOOKED_AT]]
    theirs = [item for item in items if _owner_of(item) != municipality.code]
    return {"others": others, "others_items": theirs[:SHOWN]}


def _owner_of(item: dict) -> str | None:
    """The municipality whose own project a list item is (Edition.own_municipality_code)."""
    lead = item["lead_municipality"]
    return item["promoter"].get("municipality") if item["promoter"] else lead and lead["code"]


def _news(by_year: dict[str, int]) -> list[dict]:
    """How recent the news is, in four steps `{label, count, share}`, from `{year: cards}`."""
    this = timezone.localdate().year
    steps = [
        (_("dal %(year)s") % {"year": this - 2}, range(this - 2, this + 100)),
        (f"{this - 6}–{this - 3}", range(this - 6, this - 2)),
        (_("fino al %(year)s") % {"year": this - 7}, range(0, this - 6)),
    ]
    years = {int(year): count for year, count in by_year.items() if year.isdigit()}
    rows = [(label, sum(n for year, n in years.items() if year in span)) for label, span in steps]
    return count_bars([*rows, (_("senza anno"), by_year.get("unknown", 0))])


def _portfolio(figures: dict, registry: dict) -> dict:
    """Tables with bars: by area with the mean, by stage, by year."""
    stages = [(s.label, figures["by_stage"][s.value]) for s in Stage if s.value in figures["by_stage"]]
    by_area = area_bars(figures["by_area"], registry)
    return {
        "by_area": by_area,
        "areas_covered": sum(row["count"] > 0 for row in by_area),
        "news": _news(figures["by_stage_year"]),
        "by_stage": count_bars(stages),
        "by_year": count_bars(sorted(figures["by_year"].items())),
    }


def _own_words(municipality: Territory, projects: int) -> dict:
    """What it wrote, unless hidden: `profile`, `needs`; of its own projects the chosen or the newest."""
    profile = CityProfile.objects.public().filter(municipality=municipality).prefetch_related("needs").first()
    codes = profile.featured if profile else []
    own = own_cards(municipality.code)
    chosen = {card.code: card for card in own.filter(code__in=codes)} if codes else {}
    cards = [chosen[code] for code in codes if code in chosen]
    if projects and not cards:
        cards = own.order_by("-published_at", "-pk")[:SHOWN]
    needs = profile.needs.all() if profile else []
    return {
        "profile": profile,
        "needs": [{"title": n.title, "text": n.text, "area": AREA_BY_KEY.get(n.area)} for n in needs],
        "items": [list_item(card) for card in cards],
    }


def _alike(peers: dict | None, counts: dict[str, int]) -> dict:
    """What similar cities do: those with most projects, and the newest three of their projects."""
    codes = [code for code in (peers["codes"] if peers else ()) if code in counts]
    if not codes:
        return {"alike": [], "alike_items": []}
    first = sorted(codes, key=lambda code: (-counts[code], code))[:5]
    found = Territory.objects.municipalities().current().select_related("province").filter(code__in=first)
    municipalities = {municipality.code: municipality for municipality in found}
    rows = [
        {"municipality": municipalities[code], "projects": counts[code]}
        for code in first
        if code in municipalities
    ]
    newest = find(ProjectQuery(facets={"municipality": tuple(codes)}))[:3]
    return {"alike": rows, "alike_items": [list_item(card) for card in newest]}


@require_safe
def city_compare(request):
    """Two municipalities side by side: `?a=…&b=…`, slugs or codes or names; a form until both are known.

    Context: `municipalities` (two or none), `rows` [{label, values, kind, differs}], `only` (differences),
    `typed` and `problems` of the form.
    """
    typed = [request.GET.get(name, "").replace("\x00", "").strip()[:100] for name in "ab"]
    municipalities = [_only_one(text) if text else None for text in typed]
    problems = [
        _("Non c’è un solo Comune che si chiama «%(text)s»: scrivi il nome per intero o il codice.")
        % {"text": text}
        for text, municipality in zip(typed, municipalities, strict=True)
        if text and municipality is None
    ]
    if None not in municipalities and municipalities[0] == municipalities[1]:
        problems.append(_("Scegli due Comuni diversi."))
    names = [
        place_label(municipality) if municipality else text
        for municipality, text in zip(municipalities, typed, strict=True)
    ]
    context = {"typed": names, "problems": problems, "municipalities": []}
    if None not in municipalities and not problems:
        only = request.GET.get("solo") == "differenze"
        rows = _compared(municipalities)
        context |= {
            "municipalities": municipalities,
            "rows": [row for row in rows if row["differs"]] if only else rows,
            "only": only,
            "base": urlencode({"a": municipalities[0].slug, "b": municipalities[1].slug}),
        }
    return render(request, "cities/city_compare.html", context)


def _compared(municipalities: list[Territory]) -> list[dict]:
    """The rows of a comparison: facts, portfolio by area and stage, money."""
    figures = [municipality_totals(municipality.code) for municipality in municipalities]
    rows = [
        _row(
            _("Provincia"),
            [municipality.province and municipality.province.name for municipality in municipalities],
        ),
        _row(_("Abitanti"), [municipality.population for municipality in municipalities], "number"),
        _row(_("Superficie in km²"), [municipality.area_km2 for municipality in municipalities], "number"),
        _row(_("Abitanti per km²"), [density(municipality) for municipality in municipalities], "number"),
        _row(
            _("Zona altimetrica"),
            [_display(municipality, "altitude_zone") for municipality in municipalities],
        ),
        _row(
            _("Grado di urbanizzazione"),
            [_display(municipality, "urbanisation_degree") for municipality in municipalities],
        ),
        _row(_("Progetti pubblicati"), [f["projects"] for f in figures], "number"),
        _row(_("Progetti del Comune"), [f["own"]["cards"] for f in figures], "number"),
        _row(_("Costo dei progetti del Comune"), [f["own"]["cost"] for f in figures], "euro"),
        _row(_("Schede che dicono il costo"), [_coverage(f["own"]) for f in figures]),
        _row(
            _("Euro per abitante"),
            [_per_head(*pair) for pair in zip(municipalities, figures, strict=True)],
            "euro",
        ),
    ]
    for area in AREA_BY_KEY.values():
        counts = [f["by_area"].get(area.key, 0) for f in figures]
        rows.append(_row(_("Progetti: %(name)s") % {"name": area.name}, counts, "number"))
    for stage in Stage:
        counts = [f["by_stage"].get(stage.value, 0) for f in figures]
        if any(counts):
            rows.append(_row(_("Stato: %(name)s") % {"name": stage.label}, counts, "number"))
    return rows


def _row(label: str, values: list, kind: str = "text") -> dict:
    return {"label": label, "values": values, "kind": kind, "differs": values[0] != values[1]}


def _coverage(own: dict) -> str:
    return _("%(known)s su %(cards)s") % own


def _display(municipality: Territory, field: str) -> str | None:
    return getattr(municipality, f"get_{field}_display")() if getattr(municipality, field) else None


def _per_head(municipality: Territory, figures: dict):
    cost = figures["own"]["cost"]
    return cost / municipality.population if cost is not None and municipality.population else None
