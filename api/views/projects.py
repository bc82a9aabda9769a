"""Projects: the list with its filters, facets, cards and their editions."""

import re
from datetime import date
from hashlib import blake2b

import orjson
from django.http import Http404, QueryDict, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from api.cursors import cursor_page
from api.labels import labelled_json, most_frequent
from api.params import FACET_LIMIT, FILTERS, PAGING, choice, day, integer, limited, named
from api.problems import BadParameters, Gone
from api.serializers import (
    ITEM_FIELDS,
    Facets,
    ProjectCard,
    ProjectItem,
    ProjectSearchList,
    Version,
    Withdrawn,
    list_of,
)
from api.views.base import PublicView
from cards.document.read import document_json
from cards.models import Edition
from cards.reads.as_of import editions_as_of, withdrawn_since
from cards.reads.editions import newest_document
from cards.search.query import ProjectQuery, api_params, find, parse
from cards.search.results import Results
from cards.search.similar import similar_to
from cards.vocabulary.facets import FACETS
from opendata.export import CODES, PROJECT_FIELDS, project_chunks

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8; header=present",
    "jsonl": "application/jsonl",
    "geojson": "application/geo+json",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
SIMILAR = 10
# The columns that similar_to() reads.
NEAR = ("primary_area", "municipality_code", "province_code")
CODE = re.compile(r"^[A-Za-z]{2}-\d{4}-\d{4,}$")


def query_of(params: QueryDict) -> ProjectQuery:
    """The query of the filters in the query string. Raises BadParameters."""
    query, problems = parse(params)
    if problems:
        raise BadParameters([(p.parameter, p.detail) for p in problems])
    return query


def _named(key: str) -> tuple[str, str]:
    """`(column, value)` of the key in the path: a code or a slug."""
    return ("code", key.upper()) if CODE.match(key) else ("slug", key.lower())


def editions_of(key: str):
    """All editions of the project with this code or slug, newest first."""
    column, value = _named(key)
    return Edition.objects.filter(**{column: value}).order_by("-edition")


def current_document(key: str) -> str:
    """The stored document of the current card. One query. Raises Http404, and Gone as current_card does."""
    newest = newest_document(*_named(key))
    if newest is None:
        raise Http404
    is_current, reason, document = newest
    if not is_current:
        raise Gone(_("Scheda ritirata: %(reason)s") % {"reason": reason})
    return document


def current_card(key: str) -> Edition:
    """The current card. Raises Http404 without editions, Gone with the reason when all are withdrawn."""
    editions = editions_of(key).only("record", "is_current", "withdrawal_reason", "document", *NEAR)
    newest = editions.order_by("-is_current", "-edition").first()
    if newest is None:
        raise Http404
    if not newest.is_current:
        raise Gone(_("Scheda ritirata: %(reason)s") % {"reason": newest.withdrawal_reason})
    return newest


class ProjectList(PublicView):
    """Elenco dei progetti pubblicati.

    Un parametro ripetuto vale come alternativa, parametri diversi restringono. Con `cursor` si va in fondo
    a qualsiasi elenco, senza salti se nel frattempo si pubblica. Con `format` lo stesso elenco, intero, come
    file: allora `limit`, `offset` e `cursor` non valgono.
    """

    name = "list_projects"
    parameters = (*FILTERS, "sort", "format", "fields", "labels", "cursor", *PAGING)
    answer = ProjectSearchList

    def get(self, request: Request) -> Response | StreamingHttpResponse:
        cards = find(query_of(request.query_params))
        suffix = choice(request.query_params, "format", "json")
        if suffix != "json":
            self.check_downloads(request)
            return download(request, cards, suffix)
        if choice(request.query_params, "labels", CODES) != CODES:
            raise BadParameters([("labels", _("Vale solo per i file: aggiungi per esempio `format=csv`"))])
        shape = _chosen(named(request.query_params, ITEM_FIELDS))
        if "cursor" in request.query_params:
            response = cursor_page(request, cards, shape)
        else:
            response = self.paged(request, cards.items(), cards.count(), shape)
        response.data["search"] = _search(cards)
        return response


def _search(cards: Results) -> dict | None:
    """How the words were searched; None without words."""
    match = cards.match
    if match is None:
        return None
    return {
        "expressions": match.units,
        "matched": match.held,
        "corrections": match.corrected,
        "synonyms": match.synonyms,
        "former": [{"code": code, "former_name": name} for code, name in cards.former.items()],
    }


def _chosen(fields: list[str]):
    """A function from stored items to results: whole, or only the keys in `fields`."""
    if not fields:
        return lambda rows: list(map(orjson.Fragment, rows))
    return lambda rows: [{name: item[name] for name in fields} for item in map(orjson.loads, rows)]


def download(request: Request, cards: Results, suffix: str) -> StreamingHttpResponse:
    """The filtered list as one file, streamed; 304 when the client has it. Raises BadParameters."""
    params = request.query_params
    if paging := [name for name in (*PAGING, "cursor") if name in params]:
        detail = _("I file danno l’elenco intero, senza pagine")
        raise BadParameters([(name, detail) for name in paging])
    fields, labels = named(params, PROJECT_FIELDS), choice(params, "labels", CODES)
    parts = (cards.version, api_params(cards.query).urlencode(), suffix, labels, *(fields or PROJECT_FIELDS))
    etag = f'W/"{blake2b("|".join(parts).encode(), digest_size=12).hexdigest()}"'
    if unchanged := get_conditional_response(request, etag=etag):
        return unchanged
    chunks = project_chunks(cards.ids(), suffix, fields, labels) if request.method == "GET" else ()
    answer = StreamingHttpResponse(chunks, content_type=MEDIA_TYPES[suffix])
    answer["Content-Disposition"] = f'attachment; filename="progetti.{suffix}"'
    answer["ETag"] = etag
    return answer


class ProjectFacets(PublicView):
    """Quanti progetti per valore, con gli stessi filtri dell’elenco.

    Ogni gruppo è contato senza il proprio filtro. `omitted` dice quanti valori mancano ai gruppi che ne hanno
    più di `facet_limit`.
    """

    name = "list_project_facets"
    parameters = (*FILTERS, "facet", "facet_limit")
    answer = Facets

    def get(self, request: Request) -> Response:
        cards = find(query_of(request.query_params))
        limit = integer(request.query_params, "facet_limit", FACET_LIMIT)
        wanted = limited(request.query_params, "facet", FACETS)
        counts, omitted = most_frequent(cards, wanted, limit)
        return Response({"count": cards.count(), "facets": labelled_json(counts), "omitted": omitted})


class WithdrawnList(PublicView):
    """Le schede ritirate, dalla più recente: chi tiene una copia dei dati le toglie.

    Una scheda pubblicata di nuovo non è più qui.
    """

    name = "list_withdrawn_projects"
    parameters = ("withdrawn_since", *PAGING)
    answer = list_of(Withdrawn)

    def get(self, request: Request) -> Response:
        rows = withdrawn_since(day(request.query_params, "withdrawn_since"))
        fields = ("code", "slug", "edition", "withdrawn_at", "withdrawal_reason")
        return self.paged(request, rows.values(*fields), rows.count(), list)


class ProjectDetail(PublicView):
    """La scheda di un progetto, oggi o come era in un giorno."""

    name = "get_project"
    parameters = ("as_of",)
    answer = ProjectCard

    def get(self, request: Request, key: str) -> Response:
        on = day(request.query_params, "as_of")
        document = _card_on(current_card(key), on).document if on else current_document(key)
        return Response(orjson.Fragment(document_json(document)))


def _card_on(card: Edition, on: date) -> Edition:
    then = editions_as_of(on).filter(record=card.record_id).first()
    if then is None or then.withdrawn_at:
        raise Http404
    return then


class SimilarList(PublicView):
    """Progetti simili: stessa area, prima lo stesso Comune, poi la provincia, poi i più recenti."""

    name = "list_similar_projects"
    parameters = ("limit",)
    answer = list_of(ProjectItem)

    def get(self, request: Request, key: str) -> Response:
        limit = integer(request.query_params, "limit", SIMILAR)
        items = [orjson.Fragment(card.item) for card in similar_to(current_card(key), limit)]
        return Response({"count": len(items), "next": None, "previous": None, "results": items})


class VersionList(PublicView):
    """Le edizioni della scheda di un progetto."""

    name = "list_project_versions"
    parameters = PAGING
    answer = list_of(Version)

    def get(self, request: Request, key: str) -> Response:
        current_card(key)
        editions = editions_of(key)
        fields = (
            "edition",
            "published_at",
            "change_note",
            "is_current",
            "withdrawn_at",
            "withdrawal_reason",
        )
        return self.paged(request, editions.values(*fields), editions.count(), list)


class VersionDetail(PublicView):
    """Una edizione della scheda di un progetto."""

    name = "get_project_version"
    answer = ProjectCard

    def get(self, request: Request, key: str, edition: int) -> Response:
        record = current_card(key).record_id
        card = Edition.objects.filter(record=record, edition=edition).first()
        if card is None:
            raise Http404
        if card.withdrawn_at:
            raise Gone(_("Scheda ritirata: %(reason)s") % {"reason": card.withdrawal_reason})
        return Response(orjson.Fragment(document_json(card.document)))
