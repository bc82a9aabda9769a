"""Invented projects for load tests: the n-th is always the same for one seed. Pure, no database.

Words follow Zipf's law over Italian-like stems, municipalities follow their population, every facet is
used. The texts mean nothing; their lengths and repetitions are those of real cards.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import accumulate
from random import Random
from typing import NamedTuple

from cards.document.shape import OWN_FIELDS, ROWS
from cards.vocabulary.areas import AREAS
from cards.vocabulary.lists import FundingSource, Kind, PartnerRole, Stage
from demo.generator_words import ACTIONS, STREAM, TECHNOLOGIES, Piece, stream

FIRST_DAY, EVERY = datetime(2014, 1, 1, tzinfo=UTC), timedelta(seconds=150)
SUMMARY_BYTES, DEGREE = 500, 100_000
KINDS, STAGES, SOURCES, ROLES = (choices.values for choices in (Kind, Stage, FundingSource, PartnerRole))
AREA_KEYS = [area.key for area in AREAS]
# Running sums of the weights, as drawing wants them.
AREA_SUMS = list(accumulate((14, 15, 7, 9, 17, 12, 20, 6)))
STAGE_SUMS = list(accumulate((4, 7, 8, 6, 22, 16, 33, 2, 2)))
KIND_SUMS = list(accumulate((82, 6, 8, 4)))
SOURCE_SUMS = list(accumulate((22, 24, 18, 4, 22, 7, 3)))


def weighed(dice: Random, values, sums: Sequence[float]):
    """One of the values, by the running sums of their weights."""
    return values[bisect_left(sums, dice.random() * sums[-1])]


def one(dice: Random, values):
    """One of the values, all alike. A third of the time of Random.choice."""
    return values[int(dice.random() * len(values))]


def between(dice: Random, least: int, most: int) -> int:
    """A whole number, both ends in. A third of the time of Random.randint."""
    return least + int(dice.random() * (most - least + 1))


@dataclass(frozen=True)
class Town:
    """A municipality to invent in: its codes, how many live there, where it lies.

    `point` is longitude and latitude in hundred-thousandths of a degree.
    """

    code: str
    province: str
    population: int
    point: tuple[int, int] | None


class Country:
    """Towns to draw from by population, with their neighbours."""

    def __init__(self, towns: list[Town]):
        self.towns = sorted(towns, key=lambda town: town.code)
        self._sums = list(accumulate(max(town.population, 1) for town in self.towns))
        self._near: dict[str, list[str]] = {}
        for town in self.towns:
            self._near.setdefault(town.province, []).append(town.code)

    def draw(self, dice: Random) -> Town:
        return weighed(dice, self.towns, self._sums)

    def others(self, dice: Random, town: Town) -> tuple[str, ...]:
        """Now and then the other towns of a joint project."""
        if dice.random() > 0.08:
            return ()
        near = self._near[town.province]
        return tuple(sorted({one(dice, near) for _ in range(between(dice, 1, 4))} - {town.code}))


class Drawn(NamedTuple):
    """What the dice said of a project. Texts are pieces of the stream, money whole euro."""

    number: int
    town: Town
    year: int
    area: str
    action: str
    title: Piece
    summary: Piece
    need: Piece
    solution: Piece
    kind: str
    other_towns: tuple[str, ...]
    other_areas: tuple[str, ...]
    technologies: tuple[str, ...]
    sdgs: tuple[int, ...]
    stage: str
    last_year: int
    point: tuple[int, int] | None
    cost: int | None
    sources: tuple[str, ...]
    cup: str
    partners: tuple[tuple[Piece, str], ...]

    @property
    def code(self) -> str:
        return f"{self.town.province}-{self.year}-{self.number:07d}"


def draw(number: int, seed: int, country: Country) -> Drawn:
    """Project `number`, before it is written. The order of the fields is that of the dice."""
    dice = Random(seed * 1_000_003 + number)
    town = country.draw(dice)
    year = min(2026, max(2006, round(dice.gauss(2020, 4))))
    area = weighed(dice, AREA_KEYS, AREA_SUMS)
    return Drawn(
        number,
        town,
        year,
        area,
        one(dice, ACTIONS),
        _text(dice, 2, 5),
        stream().within(_text(dice, 18, 35), SUMMARY_BYTES),
        _text(dice, 20, 50),
        _text(dice, 20, 60),
        weighed(dice, KINDS, KIND_SUMS),
        country.others(dice, town),
        _other_areas(dice, area),
        tuple(sorted({_rare(dice, TECHNOLOGIES) for _ in range(between(dice, 0, 3))})),
        tuple(sorted({between(dice, 1, 17) for _ in range(between(dice, 0, 3))})),
        weighed(dice, STAGES, STAGE_SUMS),
        year + between(dice, 0, 5),
        _point(dice, town),
        *_money(dice),
        _cup(dice, number),
        tuple([(_piece(dice, 2), one(dice, ROLES)) for _ in range(one(dice, (0, 0, 1, 2)))]),
    )


def _text(dice: Random, least: int, most: int) -> Piece:
    return _piece(dice, between(dice, least, most))


def _piece(dice: Random, length: int) -> Piece:
    return Piece(int(dice.random() * (STREAM - length)), length)


def _rare(dice: Random, values):
    """One of the values, the first ones much more often."""
    return values[int(len(values) * dice.random() ** 3)]


def _other_areas(dice: Random, primary: str) -> tuple[str, ...]:
    drawn = {one(dice, AREA_KEYS) for _ in range(one(dice, (0, 0, 1, 1, 2)))}
    return tuple(sorted(drawn - {primary}))


def _point(dice: Random, town: Town) -> tuple[int, int] | None:
    if town.point is None or dice.random() < 0.2:
        return None
    north, east = between(dice, -2000, 2000), between(dice, -2000, 2000)
    return town.point[0] + east, town.point[1] + north


def _money(dice: Random) -> tuple[int | None, tuple[str, ...]]:
    if dice.random() < 0.12:
        return None, ()
    cost = min(900_000_000, int(round(dice.lognormvariate(12.2, 1.8), -2)))
    drawn = [weighed(dice, SOURCES, SOURCE_SUMS) for _ in range(one(dice, (1, 1, 1, 2, 3)))]
    return cost, tuple(dict.fromkeys(drawn))


def _cup(dice: Random, number: int) -> str:
    if dice.random() < 0.3:
        return ""
    return f"{one(dice, 'BCDEFGHIJ')}{number:02d}{between(dice, 0, 10**11):011d}"[:15]


EMPTY = {
    **dict.fromkeys(OWN_FIELDS, ""),
    **{name: [] for name in ROWS},
    "documents": [],
    "contact_email": "",
    **{key: [] for key in ("other_areas", "target_groups", "technologies", "sdgs", "platforms")},
    **dict.fromkeys(("latitude", "longitude", "total_cost", "running_cost_per_year", "savings_per_year")),
    "cost_is_estimate": False,
    "cost_unknown": False,
    "promoter": None,
    "origin": "imported",
}


def facts_of(drawn: Drawn) -> dict:
    """The facts of a project as the rows of a real one give them, ready for cards.build_card."""
    told, here = stream(), drawn.point and [Decimal(part).scaleb(-5) for part in drawn.point]
    money = {"source": "", "programme": "", "amount": None}
    return EMPTY | {
        "code": drawn.code,
        "title": f"{drawn.action} {told.text(drawn.title)}",
        "summary": told.paragraph(drawn.summary).decode(),
        "need": told.paragraph(drawn.need).decode(),
        "solution": told.paragraph(drawn.solution).decode(),
        "kind": drawn.kind,
        "lead_municipality": drawn.town.code,
        "other_municipalities": list(drawn.other_towns),
        "primary_area": drawn.area,
        "other_areas": list(drawn.other_areas),
        "technologies": list(drawn.technologies),
        "sdgs": list(drawn.sdgs),
        "stage": drawn.stage,
        "start_actual": str(drawn.year),
        "end_planned": str(drawn.last_year),
        "longitude": here and here[0],
        "latitude": here and here[1],
        "total_cost": None if drawn.cost is None else Decimal(drawn.cost),
        "cost_unknown": drawn.cost is None,
        "funding_lines": [money | {"source": source} for source in drawn.sources],
        "identifiers": [{"scheme": "cup", "value": drawn.cup}] if drawn.cup else [],
        "partners": [{"name": told.text(piece).title(), "role": role} for piece, role in drawn.partners],
    }


def published_at(number: int) -> datetime:
    """Two and a half minutes after the one before: numbers and days follow each other."""
    return FIRST_DAY + number * EVERY
