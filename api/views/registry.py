"""Areas, bodies, protocols, totals of the registry, datasets, and the index of the API."""

from django.db.models import Count, Q
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from api.labels import labelled
from api.params import PAGING
from api.serializers import AreaItem, DatasetItem, OrganisationItem, ProtocolItem, Stats, list_of
from api.views.base import PublicView
from cards.search.query import ProjectQuery, facet_counts, find
from cards.search.totals import whole_sum
from cards.vocabulary.areas import AREAS
from municipalities.models import Organisation
from opendata.datasets import DATASETS, LICENCE, LICENCE_URL, NATIONAL, exported_at, modified_at
from protocols.models import Protocol
from protocols.workflow import Status

PROTOCOL_FIELDS = (
    "slug",
    "title",
    "summary",
    "description",
    "promoter",
    "signed_year",
    "admitted_kinds",
    "source_url",
    "is_open",
    "members",
)
INDEX = (
    "projects",
    "municipalities",
    "areas",
    "organisations",
    "protocols",
    "stats",
    "datasets",
    "status",
    "schema",
    "docs",
)


class Index(PublicView):
    """The URLs of all lists."""

    schema = None

    def get(self, request: Request) -> Response:
        return Response({name: request.build_absolute_uri(reverse(f"api:{name}")) for name in INDEX})


class AreaList(PublicView):
    """Le otto aree, con quanti progetti le toccano."""

    name = "list_areas"
    parameters = PAGING
    answer = list_of(AreaItem)

    def get(self, request: Request) -> Response:
        counts = facet_counts(ProjectQuery(), ("area",))["area"]
        rows = [
            {
                "key": area.key,
                "slug": area.slug,
                "label": str(area.name),
                "hint": str(area.hint),
                "colour": area.colour,
                "projects": counts.get(area.key, 0),
            }
            for area in AREAS
        ]
        return self.paged(request, rows, len(rows), list)


class OrganisationList(PublicView):
    """Gli enti che hanno progetti pubblicati, per nome."""

    name = "list_organisations"
    parameters = ("q", *PAGING)
    answer = list_of(OrganisationItem)

    def get(self, request: Request) -> Response:
        published = Count("records__editions", filter=Q(records__editions__is_current=True))
        bodies = Organisation.objects.annotate(n=published).filter(n__gt=0)
        if words := request.query_params.get("q", "")[:200].strip():
            bodies = bodies.filter(name__icontains=words)
        bodies = bodies.select_related("territory").order_by("name", "pk")
        return self.paged(request, bodies, bodies.count(), _shape_bodies)


def _shape_bodies(bodies: list[Organisation]) -> list[dict]:
    return [
        {
            "slug": body.slug,
            "name": body.name,
            "kind": body.kind,
            "ipa_code": body.ipa_code,
            "website": body.website,
            "municipality": body.territory.code if body.territory else None,
            "projects": body.n,
        }
        for body in bodies
    ]


class ProtocolList(PublicView):
    """I protocolli a cui gli enti aderiscono."""

    name = "list_protocols"
    parameters = PAGING
    answer = list_of(ProtocolItem)

    def get(self, request: Request) -> Response:
        accepted = Count("adhesions", filter=Q(adhesions__status=Status.ACCEPTED))
        protocols = Protocol.objects.published().annotate(members=accepted).order_by("signed_year", "pk")
        return self.paged(request, protocols.values(*PROTOCOL_FIELDS), protocols.count(), list)


class StatsView(PublicView):
    """Le cifre di tutto il registro."""

    name = "get_stats"
    answer = Stats

    def get(self, request: Request) -> Response:
        cards = find(ProjectQuery())
        counts = cards.facets(("municipality", "area", "stage", "year", "region", "origin", "cost_band"))
        places, costs = len(counts.pop("municipality")), counts.pop("cost_band")
        facets = labelled(counts)
        facets["year"].sort(key=lambda row: row["value"])
        newest = cards[:1]
        figures = {
            "projects": cards.count(),
            "projects_with_cost": cards.count() - costs.get("unknown", 0),
            "total_cost": f"{whole_sum(cards.version)['cost']:.2f}",
            "last_published_at": newest[0].published_at if newest else None,
            "municipalities": places,
        }
        return Response({**figures, **facets})


class DatasetList(PublicView):
    """I dati aperti: ogni insieme con i suoi formati e indirizzi."""

    name = "list_datasets"
    parameters = PAGING
    answer = list_of(DatasetItem)

    def get(self, request: Request) -> Response:
        changed = {True: exported_at(), False: modified_at()}
        rows = [_dataset(dataset, changed[dataset.slug == NATIONAL]) for dataset in DATASETS]
        return self.paged(request, rows, len(rows), list)


def _dataset(dataset, changed) -> dict:
    fields = ("format", "media_type", "url", "size", "sha256")
    return {
        "slug": dataset.slug,
        "title": dataset.name,
        "description": dataset.description,
        "licence": LICENCE,
        "licence_url": LICENCE_URL,
        "modified_at": changed,
        "files": [{name: getattr(file, name) for name in fields} for file in dataset.files()],
    }
