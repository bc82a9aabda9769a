"""Municipalities, today or on a day."""

from datetime import date

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from api.labels import labelled
from api.params import PAGING, day
from api.problems import BadParameters
from api.serializers import Municipality, MunicipalityItem, list_of
from api.views.base import PublicView
from cards.search.query import ProjectQuery, find
from lib.text import fold
from municipalities.models import Territory
from municipalities.names import formerly, municipalities_meant
from municipalities.search import find_municipality
from opendata.snapshot import codes_on

FIELDS = (
    "code",
    "istat_code",
    "name",
    "name_other",
    "slug",
    "valid_from",
    "valid_to",
    "population",
    "population_year",
    "area_km2",
    "altitude_m",
    "altitude_zone",
    "urbanisation_degree",
    "latitude",
    "longitude",
    "ipa_code",
    "website",
)
TOTALS = ("area", "stage", "year")


def municipality_item(place: Territory) -> dict:
    """A municipality as a list item."""
    item = {name: getattr(place, name) for name in FIELDS}
    item["province"] = place.province.code if place.province else None
    item["region"] = place.region.code if place.region else None
    item["former_name"] = None
    return item


class MunicipalityList(PublicView):
    """I Comuni in vigore oggi o in un giorno, per nome.

    Con `on` nomi, codici e province sono quelli di quel giorno.
    """

    name = "list_municipalities"
    parameters = ("on", "province", "region", "q", *PAGING)
    answer = list_of(MunicipalityItem)

    def get(self, request: Request) -> Response:
        on = day(request.query_params, "on")
        places = Territory.objects.municipalities().select_related("province", "region")
        places = narrowed(places.on(on) if on else places.current(), request.query_params, on)
        before = formerly(request.query_params.get("q", ""))
        shape = _shape_on(on) if on else lambda page: [_named(place, before) for place in page]
        return self.paged(request, places.order_by("search_name", "code"), places.count(), shape)


def _named(place: Territory, before: dict[str, str]) -> dict:
    """A list item with the former name that the query meant, where there is one."""
    item = municipality_item(place)
    return item | {"former_name": before.get(place.code) if before.get(place.code) != place.name else None}


def narrowed(places: QuerySet, params, on: date | None) -> QuerySet:
    """Municipalities by the parameters `province`, `region` and `q`. Raises BadParameters."""
    if provinces := _codes(params, "province", Territory.objects.provinces()):
        inside = Q()
        for sigla in provinces:
            inside |= Q(pk__in=Territory.objects.in_province(sigla, on).values("pk"))
        places = places.filter(inside)
    if regions := _codes(params, "region", Territory.objects.regions()):
        places = places.filter(region__code__in=regions)
    text = params.get("q", "")[:200]
    if words := fold(text).split():
        named = Q(code__in=[*(place.code for place in municipalities_meant(text)), *formerly(text)])
        in_name = Q()
        for word in words:
            in_name &= Q(search_name__contains=word)
        places = places.filter(named | in_name)
    return places


def _codes(params, name: str, territories: QuerySet) -> list[str]:
    """The codes of territories requested by code or slug. Raises BadParameters for an unknown one."""
    requested = [value.strip() for value in params.getlist(name) if value.strip()]
    if not requested:
        return []
    known = {}
    for code, slug in territories.values_list("code", "slug"):
        known[code], known[slug] = code, code
    if missing := [v for v in requested if v.upper() not in known and v.lower() not in known]:
        detail = _("Il valore «%(value)s» non esiste")
        raise BadParameters([(name, detail % {"value": value[:60]}) for value in missing])
    return [known.get(value.upper()) or known[value.lower()] for value in requested]


def _shape_on(on: date):
    def shape(page: list[Territory]) -> list[dict]:
        dated = codes_on(on, [place.pk for place in page])
        return [_as_then(municipality_item(place), dated.get(place.pk)) for place in page]

    return shape


def _as_then(item: dict, then) -> dict:
    if then is None:
        return item
    item |= {"name": then.name, "istat_code": then.istat_code}
    if then.province:
        item["province"] = then.province.code[:2]
    return item


class MunicipalityDetail(PublicView):
    """Un Comune e i totali dei suoi progetti.

    Il codice è quello catastale o uno ISTAT di ogni tempo; quello di un Comune fuso porta al successore.
    """

    name = "get_municipality"
    answer = Municipality

    def get(self, request: Request, code: str) -> Response:
        place = find_municipality(code)
        if place is None:
            raise Http404
        cards = find(ProjectQuery(facets={"municipality": (place.code,)}))
        totals: dict = labelled(cards.facets(TOTALS))
        totals["year"].sort(key=lambda row: row["value"])
        totals["projects"] = cards.count()
        return Response({**municipality_item(place), "requested_code": code, "totals": totals})
