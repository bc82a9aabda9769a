"""The schema for machines and the page for people."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from drf_spectacular.generators import SchemaGenerator
from rest_framework.request import Request
from rest_framework.response import Response

from api.params import DEFAULT_LIMIT, MAX_LIMIT, WORDS
from api.schema import complete
from api.throttles import AddressRate
from api.views.base import PublicView, language_of

ENDPOINTS = (
    ("projects", _("Elenco dei progetti, con filtri e ordine"), "projects?area=energy&province=TO&sort=cost"),
    ("projects?format=csv", _("Lo stesso elenco, intero, come file"), "projects?format=csv&area=energy"),
    ("projects/facets", _("Quanti progetti per valore"), "projects/facets?q=illuminazione"),
    ("projects/{code}", _("La scheda di un progetto, anche come era in un giorno"), ""),
    ("projects/{code}/versions", _("Le edizioni di una scheda"), ""),
    ("projects/{code}/versions/{n}", _("Una edizione"), ""),
    (
        "municipalities",
        _("I Comuni in vigore oggi o in un giorno"),
        "municipalities?province=TO&on=2015-06-30",
    ),
    ("municipalities/{code}", _("Un Comune e i totali dei suoi progetti"), "municipalities/L219"),
    ("areas", _("Le otto aree"), "areas"),
    ("organisations", _("Gli enti con progetti pubblicati"), "organisations"),
    ("protocols", _("I protocolli"), "protocols"),
    ("stats", _("Le cifre di tutto il registro"), "stats"),
    ("status", _("Il servizio risponde"), "status"),
)


def document(site: str) -> dict:
    """The OpenAPI document of the portal at `site`, in Italian."""
    with override("it"):
        generator = SchemaGenerator(patterns=[path("api/v1/", include("api.urls"))])
        return complete(generator.get_schema(request=None, public=True), site)


class OpenApi(PublicView):
    """The OpenAPI document, made from the views themselves."""

    schema = None

    def get(self, request: Request) -> Response:
        return Response(document(settings.SITE_URL))


def docs(request: HttpRequest) -> HttpResponse:
    """How to use the API, for people."""
    context = {
        "base": f"{settings.SITE_URL}/api/v1/",
        "endpoints": ENDPOINTS,
        "filters": WORDS.items(),
        "default_limit": DEFAULT_LIMIT,
        "max_limit": MAX_LIMIT,
        "rate": AddressRate.limit,
    }
    with override(language_of(request)):
        return render(request, "api/docs.html", context)
