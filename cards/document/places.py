"""Municipalities of documents: a document stores Belfiore codes, readers see the current municipalities."""

from collections.abc import Mapping
from dataclasses import dataclass

from municipalities.models import Territory
from municipalities.search import PLACE_CACHE, municipalities_of, successor_of


@dataclass(frozen=True)
class Place:
    """A current municipality: Belfiore code, names, codes of ISTAT, of its province (letters) and region."""

    code: str
    name: str
    slug: str
    istat_code: str
    province: str
    region: str


def place_dict(place: Place) -> dict:
    """A municipality as documents, list items and the API show it."""
    return {
        "code": place.code,
        "istat_code": place.istat_code,
        "name": place.name,
        "slug": place.slug,
        "province": place.province,
        "region": place.region,
    }


def places_of(documents: list[Mapping]) -> dict[str, Place]:
    """`{code in the documents: current municipality}`, without codes that have none.

    One query, and a few for each merged municipality, which is followed to its successor.
    """
    return _current_places(municipality_codes(documents))


def municipality_codes(documents: list[Mapping]) -> set[str | None]:
    """The Belfiore codes in the documents; None for a document without a lead municipality."""
    codes = {code for d in documents for code in (d["lead_municipality"], promoting_municipality(d))}
    return codes | {c for d in documents for c in d["other_municipalities"]}


def promoting_municipality(document: Mapping) -> str | None:
    """The Belfiore code of the promoter where that is a municipality."""
    return (document.get("promoter") or {}).get("municipality")


def _current_places(codes: set[str | None]) -> dict[str, Place]:
    rows = municipalities_of(codes - {None})
    places = {code: Place(code, *fields) for code, *fields, end in rows if not end}
    if ended := [code for code, *_fields, end in rows if end]:
        territories = Territory.objects.municipalities().filter(code__in=ended)
        territories = territories.select_related("province", "region")
        places |= {territory.code: _place(successor_of(territory)) for territory in territories}
    return places


def cached_places(codes: set[str | None]) -> dict[str, Place]:
    """`places_of` of codes, each read once until the territory changes."""
    known = PLACE_CACHE.namespace("places")
    if missing := codes - known.keys() - {None}:
        known |= dict.fromkeys(missing) | _current_places(missing)
    return {code: known[code] for code in codes if known.get(code)}


def cached_places_of(document: Mapping) -> dict[str, Place]:
    """`places_of` one document that is about to be stored.

    A cached absence is not trusted: what is derived here stays until the next edition.
    """
    codes = municipality_codes([document])
    places = cached_places(codes)
    return places if codes - {None} <= places.keys() else _current_places(codes)


def _place(territory: Territory) -> Place:
    return Place(
        territory.code,
        territory.name,
        territory.slug,
        territory.istat_code,
        territory.province.code if territory.province else "",
        territory.region.code if territory.region else "",
    )


def resolve_places(document: dict) -> dict:
    """Replace the codes of a document, in place, by their current municipalities; gives the document."""
    return with_places(document, places_of([document]))


def with_places(document: dict, places: Mapping[str, Place]) -> dict:
    """`resolve_places` with municipalities already read."""
    lead = places.get(document["lead_municipality"])
    document["lead_municipality"] = lead and place_dict(lead)
    document["other_municipalities"] = [
        place_dict(places[code]) for code in document["other_municipalities"] if code in places
    ]
    return document
