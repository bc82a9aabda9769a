from collections.abc import Mapping
from dataclasses import dataclass

from municipalities.models import Territory
from municipalities.search import PLACE_CACHE, municipalities_of, successor_of


@dataclass(frozen=True)
class Place:
    """A municipality as a card needs it; `code` is that of the one in force today."""

    code: str
    name: str
    slug: str
    istat_code: str
    province: str
    region: str


def named_place(place: Place) -> dict:
    return {
        "code": place.code,
        "istat_code": place.istat_code,
        "name": place.name,
        "slug": place.slug,
        "province": place.province,
        "region": place.region,
    }


def places_of(documents: list[Mapping]) -> dict[str, Place]:
    """The municipalities in force today for every code the documents name. Constant queries
    but for merged municipalities, each of which is followed to its successor."""
    return _in_force(_codes_of(documents))


def _codes_of(documents: list[Mapping]) -> set[str | None]:
    codes = {d["lead_municipality"] for d in documents}
    return codes | {c for d in documents for c in d["other_municipalities"]}


def _in_force(codes: set[str | None]) -> dict[str, Place]:
    rows = municipalities_of(codes - {None})
    found = {code: Place(code, *told) for code, *told, end in rows if not end}
    if ended := [code for code, *_told, end in rows if end]:
        towns = Territory.objects.municipalities().filter(code__in=ended)
        found |= {t.code: _place(successor_of(t)) for t in towns.select_related("province", "region")}
    return found


def _places_today(codes: set[str | None]) -> dict[str, Place]:
    """The municipalities in force for these codes, each asked for once while no place changes."""
    known = PLACE_CACHE.namespace("places")
    if missing := codes - known.keys() - {None}:
        known |= dict.fromkeys(missing) | _in_force(missing)
    return {code: known[code] for code in codes if known.get(code)}


def places_at_hand(document: Mapping) -> dict[str, Place]:
    """places_of one document. A town that is not known is asked for each time: a card stays."""
    codes = {document["lead_municipality"], *document["other_municipalities"]}
    found = _places_today(codes)
    return found if codes - {None} <= found.keys() else _in_force(codes)


def _place(territory: Territory) -> Place:
    return Place(
        territory.code,
        territory.name,
        territory.slug,
        territory.istat_code,
        territory.province.code if territory.province else "",
        territory.region.code if territory.region else "",
    )


def name_places(document: dict) -> dict:
    """Replace the municipal codes of a document by their places of today."""
    return _with_places(document, places_of([document]))


def _with_places(document: dict, places: Mapping[str, Place]) -> dict:
    lead = places.get(document["lead_municipality"])
    document["lead_municipality"] = lead and named_place(lead)
    document["other_municipalities"] = [
        named_place(places[code]) for code in document["other_municipalities"] if code in places
    ]
    return document
