"""Projects: the list with its filters, facets, cards and their editions."""

import re
from datetime import date
from hashlib import file_digest
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
from django.http import FileResponse, Http404
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from api.labels import labelled
from api.params import FILTERS, PAGING, choice, columns, day
from api.problems import BadParameters, Gone
from api.serializers import Facets, ProjectCard, ProjectItem, Version, list_of
from api.views.base import PublicView
from opendata.actions import write_projects
from opendata.search import cards_on
from projects.cards import FACETS, served
from projects.models import Card
from projects.search import ProjectQuery, Results, find, parse

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8; header=present",
    "jsonl": "application/jsonl",
    "geojson": "application/geo+json",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
CODE = re.compile(r"^[A-Za-z]{2}-\d{4}-\d{4,}$")


def query_of(request: Request) -> ProjectQuery:
    """The filters of the query string; values that do not exist are refused."""
    query, problems = parse(request.query_params)
    if problems:
        raise BadParameters([(p.parameter, p.detail) for p in problems])
    return query


def editions_of(key: str):
    """All editions of the project with this code or slug, newest first."""
    named = {"code": key.upper()} if CODE.match(key) else {"slug": key.lower()}
    return Card.objects.filter(**named).order_by("-edition")


def current_card(key: str) -> Card:
    """The public card. A project all of whose editions are withdrawn is gone, with the reason."""
    editions = editions_of(key).only("project", "is_current", "withdrawal_reason", "document")
    newest = editions.order_by("-is_current", "-edition").first()
    if newest is None:
        raise Http404
    if not newest.is_current:
        raise Gone(_("Scheda ritirata: %(reason)s") % {"reason": newest.withdrawal_reason})
    return newest


class ProjectList(PublicView):
    """Elenco dei progetti pubblicati.

    Un parametro ripetuto vale come alternativa, parametri diversi restringono. Con `format` lo stesso
    elenco, intero, come file: allora `limit` e `offset` non valgono.
    """

    name = "list_projects"
    parameters = (*FILTERS, "sort", "format", "fields", *PAGING)
    answer = list_of(ProjectItem)

    def get(self, request: Request) -> Response | FileResponse:
        cards = find(query_of(request))
        suffix = choice(request.query_params, "format", "json")
        if suffix != "json":
            self.check_downloads(request)
            return download(request, cards, suffix)
        return self.paged(
            request, cards.items(), cards.count(), lambda rows: list(map(orjson.Fragment, rows))
        )


def download(request: Request, cards: Results, suffix: str) -> FileResponse:
    """The filtered view, whole, as one file; 304 when the caller has it already.

    The file is written aside first and sent from there, so memory does not grow with the list.
    """
    if paging := [name for name in PAGING if name in request.query_params]:
        told = _("I file danno l’elenco intero, senza pagine")
        raise BadParameters([(name, told) for name in paging])
    fields = columns(request.query_params)
    with TemporaryDirectory(prefix="progetti-") as folder:
        path = Path(folder, f"progetti.{suffix}")
        write_projects(cards.ids(), path, suffix, fields)
        file = path.open("rb")
    answer = FileResponse(file, as_attachment=True, filename=path.name, content_type=MEDIA_TYPES[suffix])
    answer["ETag"] = f'"{file_digest(file, "sha256").hexdigest()}"'
    file.seek(0)
    return get_conditional_response(request, etag=answer["ETag"], response=answer)


class ProjectFacets(PublicView):
    """Quanti progetti per valore, con gli stessi filtri dell’elenco.

    Ogni gruppo è contato senza il proprio filtro.
    """

    name = "list_project_facets"
    parameters = FILTERS
    answer = Facets

    def get(self, request: Request) -> Response:
        cards = find(query_of(request))
        return Response({"count": cards.count(), "facets": labelled(cards.facets(FACETS))})


class ProjectDetail(PublicView):
    """La scheda di un progetto, oggi o come era in un giorno."""

    name = "get_project"
    parameters = ("as_of",)
    answer = ProjectCard

    def get(self, request: Request, key: str) -> Response:
        on = day(request.query_params, "as_of")
        card = current_card(key)
        return Response(orjson.Fragment(served((_card_on(card, on) if on else card).document)))


def _card_on(card: Card, on: date) -> Card:
    then = cards_on(on).filter(project=card.project_id).first()
    if then is None or then.withdrawn_at:
        raise Http404
    return then


class VersionList(PublicView):
    """Le edizioni della scheda di un progetto."""

    name = "list_project_versions"
    parameters = PAGING
    answer = list_of(Version)

    def get(self, request: Request, key: str) -> Response:
        editions = editions_of(key)
        count = editions.count()
        if not count:
            raise Http404
        fields = (
            "edition",
            "published_at",
            "change_note",
            "is_current",
            "withdrawn_at",
            "withdrawal_reason",
        )
        return self.paged(request, editions.values(*fields), count, list)


class VersionDetail(PublicView):
    """Una edizione della scheda di un progetto."""

    name = "get_project_version"
    answer = ProjectCard

    def get(self, request: Request, key: str, edition: int) -> Response:
        project = current_card(key).project_id
        card = Card.objects.filter(project=project, edition=edition).first()
        if card is None:
            raise Http404
        if card.withdrawn_at:
            raise Gone(_("Scheda ritirata: %(reason)s") % {"reason": card.withdrawal_reason})
        return Response(orjson.Fragment(served(card.document)))
