"""City cards: every municipality has one, also with no project yet."""

from django.core.paginator import Paginator
from django.db.models import F
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from municipalities.models import Adhesion, Territory
from municipalities.search import find_municipality, fold
from projects.areas import AREAS
from projects.maps import locator
from projects.portfolio import city_totals, projects_by_municipality
from projects.presentation import list_item
from projects.search import ProjectQuery, find
from projects.vocabulary import Stage

PER_PAGE = 50
SHOWN = 6


@require_safe
def city_list(request):
    """Municipalities by name and province, with the number of their projects.

    Context: `rows` [{town, projects}], `page`, `text`, `province`, `provinces`, `count`, `only_with`.
    """
    text = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    province = request.GET.get("provincia", "").upper()[:8]
    only_with = request.GET.get("solo") == "con-progetti"
    counts = projects_by_municipality()
    towns = Territory.objects.municipalities().current().select_related("province", "region")
    if text:
        towns = towns.filter(search_name__contains=fold(text))
    if province:
        towns = towns.filter(province__code=province)
    if only_with:
        towns = towns.filter(code__in=list(counts))
    page = Paginator(towns.order_by("search_name", "pk"), PER_PAGE).get_page(request.GET.get("pagina"))
    context = {
        "page": page,
        "rows": [{"town": t, "projects": counts.get(t.code, 0)} for t in page.object_list],
        "count": page.paginator.count,
        "text": text,
        "province": province,
        "only_with": only_with,
        "provinces": Territory.objects.provinces().current().order_by("name"),
        "base": _base(request),
    }
    return render(request, "projects/city_list.html", context)


def _base(request) -> str:
    """The query string without the page, for the links of the pages."""
    params = request.GET.copy()
    params.pop("pagina", None)
    return params.urlencode()


@require_safe
def city_detail(request, slug):
    """A municipality's card; any code, old slug or merged municipality leads to the one in force."""
    town = find_municipality(slug)
    if town is None:
        raise Http404(_("Non c’è un Comune con questo nome o codice."))
    if town.slug != slug:
        return redirect("projects:city-detail", town.slug, permanent=True)
    query = ProjectQuery(facets={"municipality": (town.code,)})
    figures = city_totals(town.code)
    context = {
        "town": town,
        "figures": figures,
        "items": [list_item(card) for card in find(query)[:SHOWN]],
        "by_area": _by_area(figures["by_area"]),
        "by_stage": [
            (stage.label, figures["by_stage"][stage.value])
            for stage in Stage
            if stage.value in figures["by_stage"]
        ],
        "former": town.changes_in.filter(kind="merger")
        .exclude(predecessor=F("successor"))
        .select_related("predecessor"),
        "adhesions": Adhesion.objects.filter(
            municipality=town, kind="municipality", status="accepted"
        ).select_related("protocol"),
        "neighbours": _neighbours(town),
        "locator": locator(town),
        "density": round(town.population / float(town.area_km2))
        if town.population and town.area_km2
        else None,
    }
    return render(request, "projects/city_detail.html", context)


def _by_area(counts: dict[str, int]) -> list[dict]:
    """The eight areas with the count and its share of the largest, for bars."""
    most = max(counts.values(), default=0)
    return [
        {
            "area": a,
            "count": counts.get(a.key, 0),
            "share": round(100 * counts.get(a.key, 0) / most) if most else 0,
        }
        for a in AREAS
    ]


def _neighbours(town: Territory) -> list[dict]:
    """Municipalities of the same province with most projects: what to look at when there is none here."""
    counts = projects_by_municipality()
    near = (
        Territory.objects.municipalities()
        .filter(province=town.province, code__in=list(counts))
        .exclude(pk=town.pk)
    )
    rows = [{"town": place, "projects": counts[place.code]} for place in near]
    return sorted(rows, key=lambda row: (-row["projects"], row["town"].name))[:5]
