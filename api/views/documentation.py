"""The schema for machines and the page for people."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from drf_spectacular.generators import SchemaGenerator
from rest_framework.request import Request
from rest_framework.response import Response

from api.params import DEFAULT_LIMIT, FILTERS, MAX_LIMIT, MAX_QUERY, PARAMETERS
from api.schema import ERRORS, WRITE_ERRORS, complete
from api.throttles import AddressRate, DownloadRate, SubmissionRate
from api.views import adoptions, fit, places, projects, registry, replicability, submissions
from api.views.base import PublicView, StatusView, language_of


@dataclass(frozen=True)
class Endpoint:
    """A line of the page: an address as the schema has it, what it answers, an address to try."""

    path: str
    view: type[PublicView]
    words: str
    example: str = ""

    @property
    def method(self) -> str:
        return "POST" if "post" in self.view.http_method_names else "GET"

    @property
    def own(self) -> list[str]:
        """Its parameters, without the filters of projects, which one table lists."""
        return [name for name in self.view.parameters if not (self.is_filtered and name in FILTERS)]

    @property
    def is_filtered(self) -> bool:
        return set(FILTERS) <= set(self.view.parameters)


ENDPOINTS = (
    Endpoint(
        "/projects",
        projects.ProjectList,
        _("Elenco dei progetti, con filtri e ordine; con `format` intero, come file"),
        "projects?area=energy&province=TO&sort=cost",
    ),
    Endpoint(
        "/projects/facets",
        projects.ProjectFacets,
        _("Quanti progetti per valore"),
        "projects/facets?q=illuminazione&facet=area",
    ),
    Endpoint(
        "/projects/{code}", projects.ProjectDetail, _("La scheda di un progetto, anche come era in un giorno")
    ),
    Endpoint(
        "/projects/withdrawn",
        projects.WithdrawnList,
        _("Le schede ritirate, per toglierle dalle copie"),
        "projects/withdrawn?withdrawn_since=2026-01-01",
    ),
    Endpoint(
        "/projects/{code}/similar",
        projects.SimilarList,
        _("Progetti simili: stessa area, prima dello stesso Comune"),
    ),
    Endpoint("/projects/{code}/versions", projects.VersionList, _("Le edizioni di una scheda")),
    Endpoint("/projects/{code}/versions/{edition}", projects.VersionDetail, _("Una edizione")),
    Endpoint(
        "/projects/{code}/replicability",
        replicability.ReplicabilityView,
        _("Quanto è replicabile: punteggio, voti con i motivi, chi ha valutato"),
    ),
    Endpoint(
        "/projects/{code}/fit",
        fit.ProjectFitDetail,
        _("Quanto va bene per un Comune: cinque dimensioni, ragioni, domande da fare"),
    ),
    Endpoint("/projects/{code}/adoptions", adoptions.AdoptionList, _("Chi lo riusa, e a che passo è")),
    Endpoint(
        "/municipalities",
        places.MunicipalityList,
        _("I Comuni in vigore oggi o in un giorno"),
        "municipalities?province=TO&on=2015-06-30",
    ),
    Endpoint(
        "/municipalities/{code}",
        places.MunicipalityDetail,
        _("Un Comune e i totali dei suoi progetti"),
        "municipalities/L219",
    ),
    Endpoint("/areas", registry.AreaList, _("Le otto aree"), "areas"),
    Endpoint(
        "/organisations", registry.OrganisationList, _("Gli enti con progetti pubblicati"), "organisations"
    ),
    Endpoint("/protocols", registry.ProtocolList, _("I protocolli"), "protocols"),
    Endpoint("/stats", registry.StatsView, _("Le cifre di tutto il registro"), "stats"),
    Endpoint(
        "/datasets", registry.DatasetList, _("I dati aperti: file, formati, somme di controllo"), "datasets"
    ),
    Endpoint(
        "/submissions",
        submissions.SubmissionView,
        _("Crea la bozza di un progetto, con la chiave di un ente"),
    ),
    Endpoint("/status", StatusView, _("Il servizio risponde"), "status"),
)


def document(site: str) -> dict:
    """The OpenAPI document of the portal at `site`, in Italian."""
    with override("it"):
        generator = SchemaGenerator(patterns=[path("api/v1/", include("api.urls"))])
        return complete(generator.get_schema(request=None, public=True), site)


class OpenApi(PublicView):
    """The OpenAPI document, generated from the views."""

    schema = None

    def get(self, request: Request) -> Response:
        return Response(document(settings.SITE_URL))


def docs(request: HttpRequest) -> HttpResponse:
    """How to use the API, for people. Addresses, parameters, errors and limits come from where they work."""
    context = {
        "base": f"{settings.SITE_URL}/api/v1",
        "endpoints": ENDPOINTS,
        "filters": [_told(name) for name in FILTERS],
        "parameters": [_told(name) for name in PARAMETERS if name not in FILTERS],
        "default_limit": DEFAULT_LIMIT,
        "max_limit": MAX_LIMIT,
        "max_query": MAX_QUERY,
        "max_body": f"{submissions.MAX_BODY // 1_000_000} MB",
        "rate": AddressRate.limit,
        "download_rate": DownloadRate.limit,
        "submission_rate": SubmissionRate.limit,
        "errors": sorted((ERRORS | WRITE_ERRORS).items()),
    }
    language = language_of(request)
    with override(language):
        response = render(request, "api/docs.html", context)
    response["Content-Language"] = language
    patch_vary_headers(response, ["Accept-Language"])
    return response


def _told(name: str) -> dict:
    """A parameter as the page lists it: `{name, words, colon, choices, lowest, highest, is_day}`."""
    parameter = PARAMETERS[name]
    kind = parameter.type.get("items", parameter.type)
    choices, lowest, is_day = kind.get("enum", ()), kind.get("minimum"), kind.get("format") == "date"
    return {
        "name": name,
        "words": parameter.description,
        "colon": ":" if choices or is_day or lowest is not None else "",
        "choices": choices,
        "lowest": lowest,
        "highest": kind.get("maximum"),
        "is_day": is_day,
        "is_repeated": "items" in parameter.type,
    }
