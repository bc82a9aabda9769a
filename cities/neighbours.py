"""Municipalities near another one, by distance as the crow flies."""

from collections.abc import Mapping
from decimal import Decimal
from math import asin, cos, radians, sin, sqrt

from municipalities.models import Territory

EARTH_KM = 6371.0
# Half the sides of the square that is looked at, in degrees: some 55 km to the north, 55 to 65 to the east.
NORTH, EAST = Decimal("0.5"), Decimal("0.75")


def kilometres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """The distance of two points `(latitude, longitude)` in degrees, by the haversine formula."""
    (north, east), (other_north, other_east) = (tuple(map(radians, point)) for point in (a, b))
    half = sin((other_north - north) / 2) ** 2
    half += cos(north) * cos(other_north) * sin((other_east - east) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(half))


def neighbours(municipality: Territory, counts: Mapping[str, int], limit: int = 6) -> list[dict]:
    """The nearest municipalities with cards: `{municipality, projects, km}`. One query; none without a point.

    `counts` is `{Belfiore code: cards}`.
    """
    if municipality.latitude is None or municipality.longitude is None:
        return []
    here = (float(municipality.latitude), float(municipality.longitude))
    square = {
        "latitude__range": (municipality.latitude - NORTH, municipality.latitude + NORTH),
        "longitude__range": (municipality.longitude - EAST, municipality.longitude + EAST),
    }
    near = Territory.objects.municipalities().current().filter(**square).exclude(pk=municipality.pk)
    rows = [
        {
            "municipality": place,
            "projects": counts[place.code],
            "km": kilometres(here, (float(place.latitude), float(place.longitude))),
        }
        for place in near.select_related("province")
        if place.code in counts
    ]
    return sorted(rows, key=lambda row: (row["km"], row["municipality"].name))[:limit]
