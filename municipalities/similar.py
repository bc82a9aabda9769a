"""How similar two municipalities are, as a number and in words. Pure functions of two profiles, no query.

likeness = weighted sum of six parts, each from 0 to 1; one that is unknown in either profile counts 0.5:
inhabitants 0.35: 1 − |log10(a/b)| / 2, never below 0 · urbanisation 0.20: 1, 0.6, 0.2 for 0, 1, 2 steps ·
relief 0.15: same 1, one step (mountain, hill, plain) 0.6, two 0.2 · altitude 0.10: 1 − |metres| / 1000 ·
density 0.10: as inhabitants · same province 0.10: 1, same region 0.7, else 0.4.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log10
from typing import final

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

WEIGHTS = {
    "population": 0.35,
    "urbanisation": 0.20,
    "relief": 0.15,
    "altitude": 0.10,
    "density": 0.10,
    "region": 0.10,
}
UNKNOWN = 0.5
STEPS = (1.0, 0.6, 0.2)
MOUNTAIN, HILL, PLAIN = range(3)
# ISTAT's altitude zones → relief; 2 and 4 lie on the coast
RELIEF = {1: MOUNTAIN, 2: MOUNTAIN, 3: HILL, 4: HILL, 5: PLAIN}
COASTAL = (2, 4)


@final
@dataclass(frozen=True)
class Profile:
    """The profile of a municipality; None where a value is unknown. Area in km², altitude in metres.

    `altitude_zone` and `urbanisation` are ISTAT's codes 1–5 and 1–3, `province` and `region` codes.
    """

    code: str
    name: str
    population: int | None = None
    area_km2: float | None = None
    altitude_m: int | None = None
    altitude_zone: int | None = None
    urbanisation: int | None = None
    province: str = ""
    region: str = ""

    @property
    def density(self) -> float | None:
        """Inhabitants per km²; None when either is unknown."""
        return self.population / self.area_km2 if self.population and self.area_km2 else None

    @property
    def relief(self) -> int | None:
        """MOUNTAIN, HILL or PLAIN; None when the altitude zone is unknown."""
        return RELIEF.get(self.altitude_zone)

    @property
    def is_coastal(self) -> bool:
        """Whether its altitude zone is one on the coast."""
        return self.altitude_zone in COASTAL


def profile_of(municipality) -> Profile:
    """The profile of a Territory that was read with its province and region (`select_related`)."""
    return Profile(
        municipality.code,
        municipality.name,
        municipality.population,
        float(municipality.area_km2) if municipality.area_km2 else None,
        municipality.altitude_m,
        municipality.altitude_zone,
        municipality.urbanisation_degree,
        municipality.province.code if municipality.province else "",
        municipality.region.code if municipality.region else "",
    )


def decades(one: float | None, other: float | None) -> float | None:
    """|log10(one / other)|: 1 for ten times, 2 for a hundred times as much. None when one is unknown or 0."""
    return abs(log10(one / other)) if one and other else None


def likeness_parts(one: Profile, other: Profile) -> dict[str, float]:
    """`{part: from 0 to 1}` of the parts of the likeness that are known in both profiles."""
    parts = {}
    if (apart := decades(one.population, other.population)) is not None:
        parts["population"] = max(0.0, 1 - apart / 2)
    if one.urbanisation and other.urbanisation:
        parts["urbanisation"] = STEPS[abs(one.urbanisation - other.urbanisation)]
    if one.relief is not None and other.relief is not None:
        parts["relief"] = STEPS[abs(one.relief - other.relief)]
    if one.altitude_m is not None and other.altitude_m is not None:
        parts["altitude"] = max(0.0, 1 - abs(one.altitude_m - other.altitude_m) / 1000)
    if (apart := decades(one.density, other.density)) is not None:
        parts["density"] = max(0.0, 1 - apart / 2)
    if one.region and other.region:
        same_region = 0.7 if one.region == other.region else 0.4
        parts["region"] = 1.0 if one.province and one.province == other.province else same_region
    return parts


def likeness(one: Profile, other: Profile) -> float:
    """The weighted sum of the parts, from 0 to 1; 0.5 when no part is known."""
    parts, total = likeness_parts(one, other), 0.0
    # Added one by one, as suitability/scoring.py adds columns: sum() compensates rounding since Python 3.12.
    for name, weight in WEIGHTS.items():
        total += weight * parts.get(name, UNKNOWN)
    return total


def most_alike(profiles: Sequence[Profile], profile: Profile) -> Profile:
    """The one of `profiles` most like `profile`; the lowest code among equals. ValueError when empty."""
    if len(profiles) == 1:
        return profiles[0]
    return min(profiles, key=lambda other: (-likeness(other, profile), other.code))


def traits(one: Profile, other: Profile) -> Iterator[str]:
    """What two municipalities have in common, as labels in the active language, the most telling first."""
    parts = likeness_parts(one, other)
    if parts.get("population", 0) >= 0.8:
        yield (
            _("abitanti simili: %(a)s e %(b)s")
            % {"a": grouped(one.population), "b": grouped(other.population)}
        )
    if parts.get("urbanisation") == 1:
        yield urbanisation_label(one.urbanisation)
    if one.altitude_zone and one.altitude_zone == other.altitude_zone:
        yield relief_label(one.altitude_zone)
    if parts.get("density", 0) >= 0.9:
        yield (
            _("densità simile: %(a)s e %(b)s abitanti per km²")
            % {"a": grouped(round(one.density)), "b": grouped(round(other.density))}
        )
    if one.province and one.province == other.province:
        yield _("stessa provincia")
    elif one.region and one.region == other.region:
        yield _("stessa regione")


def grouped(number: int) -> str:
    """The number with its thousands separated as in the active language: 4.200, in English 4,200."""
    return number_format(number, 0, force_grouping=True)


def urbanisation_label(degree: int) -> str:
    """That both municipalities have this degree of urbanisation (ISTAT's 1–3), in the active language."""
    return str(URBANISATION[degree])


def relief_label(zone: int) -> str:
    """That both municipalities lie in this altitude zone (ISTAT's 1–5), in the active language."""
    return str(ALTITUDE[zone])


URBANISATION = {
    1: gettext_lazy("entrambi densamente popolati"),
    2: gettext_lazy("entrambi piccole città o sobborghi"),
    3: gettext_lazy("entrambi in zona rurale"),
}
ALTITUDE = {
    1: gettext_lazy("entrambi in montagna interna"),
    2: gettext_lazy("entrambi in montagna litoranea"),
    3: gettext_lazy("entrambi in collina interna"),
    4: gettext_lazy("entrambi in collina litoranea"),
    5: gettext_lazy("entrambi in pianura"),
}
