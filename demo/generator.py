"""Generated projects for load tests: the n-th is always the same for one seed. Pure, no database.

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
from demo.generator_words import ACTIONS, CORPUS_WORDS, TECHNOLOGIES, Span, corpus

FIRST_DAY, EVERY = datetime(2014, 1, 1, tzinfo=UTC), timedelta(seconds=150)
SUMMARY_BYTES, DEGREE = 500, 100_000
KINDS, STAGES, SOURCES, ROLES = (choices.values for choices in (Kind, Stage, FundingSource, PartnerRole))
AREA_KEYS = [area.key for area in AREAS]
# Cumulative weights.
AREA_SUMS = list(accumulate((14, 15, 7, 9, 17, 12, 20, 6)))
STAGE_SUMS = list(accumulate((4, 7, 8, 6, 22, 16, 33, 2, 2)))
KIND_SUMS = list(accumulate((82, 6, 8, 4)))
SOURCE_SUMS = list(accumulate((22, 24, 18, 4, 22, 7, 3)))


def weighted_choice(rng: Random, values, sums: Sequence[float]):
    """One of the values, by their cumulative weights."""
    return values[bisect_left(sums, rng.random() * sums[-1])]


def choice(rng: Random, values):
    """One of the values, all equally likely. A third of the time of Random.choice."""
    return values[int(rng.random() * len(values))]


def integer(rng: Random, least: int, most: int) -> int:
    """An integer from `least` to `most`, both included. A third of the time of Random.randint."""
    return least + int(rng.random() * (most - least + 1))


@dataclass(frozen=True)
class Municipality:
    """A municipality to place projects in: Belfiore code, province, inhabitants, point.

    `point` is longitude and latitude in hundred-thousandths of a degree.
    """

    code: str
    province: str
    population: int
    point: tuple[int, int] | None


class Country:
    """Towns to draw from by population, with their neighbours."""

    def __init__(self, municipalities: list[Municipality]):
        self.municipalities = sorted(municipalities, key=lambda municipality: municipality.code)
        self._sums = list(accumulate(max(municipality.population, 1) for municipality in self.municipalities))
        self._by_province: dict[str, list[str]] = {}
        for municipality in self.municipalities:
            self._by_province.setdefault(municipality.province, []).append(municipality.code)

    def draw(self, rng: Random) -> Municipality:
        return weighted_choice(rng, self.municipalities, self._sums)

    def others(self, rng: Random, municipality: Municipality) -> tuple[str, ...]:
        """The other municipalities of a joint project, in 8 % of the cases; else ()."""
        if rng.random() > 0.08:
            return ()
        near = self._by_province[municipality.province]
        return tuple(sorted({choice(rng, near) for _ in range(integer(rng, 1, 4))} - {municipality.code}))


class Drawn(NamedTuple):
    """The drawn values of a project. Texts are spans of the corpus, money is in whole euro."""

    number: int
    municipality: Municipality
    year: int
    area: str
    action: str
    title: Span
    summary: Span
    need: Span
    solution: Span
    kind: str
    other_municipalities: tuple[str, ...]
    other_areas: tuple[str, ...]
    technologies: tuple[str, ...]
    sdgs: tuple[int, ...]
    stage: str
    last_year: int
    point: tuple[int, int] | None
    cost: int | None
    sources: tuple[str, ...]
    cup: str
    partners: tuple[tuple[Span, str], ...]

    @property
    def code(self) -> str:
        return f"{self.municipality.province}-{self.year}-{self.number:07d}"


def draw(number: int, seed: int, country: Country) -> Drawn:
    """The values of project `number`. Fields are drawn in their order: another order gives other projects."""
    rng = Random(seed * 1_000_003 + number)
    municipality = country.draw(rng)
    year = min(2026, max(2006, round(rng.gauss(2020, 4))))
    area = weighted_choice(rng, AREA_KEYS, AREA_SUMS)
    return Drawn(
        number,
        municipality,
        year,
        area,
        choice(rng, ACTIONS),
        _text(rng, 2, 5),
        corpus().within(_text(rng, 18, 35), SUMMARY_BYTES),
        _text(rng, 20, 50),
        _text(rng, 20, 60),
        weighted_choice(rng, KINDS, KIND_SUMS),
        country.others(rng, municipality),
        _other_areas(rng, area),
        tuple(sorted({_rare(rng, TECHNOLOGIES) for _ in range(integer(rng, 0, 3))})),
        tuple(sorted({integer(rng, 1, 17) for _ in range(integer(rng, 0, 3))})),
        weighted_choice(rng, STAGES, STAGE_SUMS),
        year + integer(rng, 0, 5),
        _point(rng, municipality),
        *_money(rng),
        _cup(rng, number),
        tuple([(_span(rng, 2), choice(rng, ROLES)) for _ in range(choice(rng, (0, 0, 1, 2)))]),
    )


def _text(rng: Random, least: int, most: int) -> Span:
    return _span(rng, integer(rng, least, most))


def _span(rng: Random, length: int) -> Span:
    return Span(int(rng.random() * (CORPUS_WORDS - length)), length)


def _rare(rng: Random, values):
    """One of the values, the first ones much more often."""
    return values[int(len(values) * rng.random() ** 3)]


def _other_areas(rng: Random, primary: str) -> tuple[str, ...]:
    drawn = {choice(rng, AREA_KEYS) for _ in range(choice(rng, (0, 0, 1, 1, 2)))}
    return tuple(sorted(drawn - {primary}))


def _point(rng: Random, municipality: Municipality) -> tuple[int, int] | None:
    if municipality.point is None or rng.random() < 0.2:
        return None
    north, east = integer(rng, -2000, 2000), integer(rng, -2000, 2000)
    return municipality.point[0] + east, municipality.point[1] + north


def _money(rng: Random) -> tuple[int | None, tuple[str, ...]]:
    if rng.random() < 0.12:
        return None, ()
    cost = min(900_000_000, int(round(rng.lognormvariate(12.2, 1.8), -2)))
    drawn = [weighted_choice(rng, SOURCES, SOURCE_SUMS) for _ in range(choice(rng, (1, 1, 1, 2, 3)))]
    return cost, tuple(dict.fromkeys(drawn))


def _cup(rng: Random, number: int) -> str:
    if rng.random() < 0.3:
        return ""
    return f"{choice(rng, 'BCDEFGHIJ')}{number:02d}{integer(rng, 0, 10**11):011d}"[:15]


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


def source_of(drawn: Drawn) -> dict:
    """The project as projects.source.collect gives one, ready for cards.document.build.build_card."""
    texts, point = corpus(), drawn.point and [Decimal(part).scaleb(-5) for part in drawn.point]
    money = {"source": "", "programme": "", "amount": None}
    return EMPTY | {
        "code": drawn.code,
        "title": f"{drawn.action} {texts.text(drawn.title)}",
        "summary": texts.paragraph(drawn.summary).decode(),
        "need": texts.paragraph(drawn.need).decode(),
        "solution": texts.paragraph(drawn.solution).decode(),
        "kind": drawn.kind,
        "lead_municipality": drawn.municipality.code,
        "other_municipalities": list(drawn.other_municipalities),
        "primary_area": drawn.area,
        "other_areas": list(drawn.other_areas),
        "technologies": list(drawn.technologies),
        "sdgs": list(drawn.sdgs),
        "stage": drawn.stage,
        "start_actual": str(drawn.year),
        "end_planned": str(drawn.last_year),
        "longitude": point and point[0],
        "latitude": point and point[1],
        "total_cost": None if drawn.cost is None else Decimal(drawn.cost),
        "cost_unknown": drawn.cost is None,
        "funding_lines": [money | {"source": source} for source in drawn.sources],
        "identifiers": [{"scheme": "cup", "value": drawn.cup}] if drawn.cup else [],
        "partners": [{"name": texts.text(span).title(), "role": role} for span, role in drawn.partners],
    }


def published_at(number: int) -> datetime:
    """Two and a half minutes after the project before: the order of numbers is that of publication."""
    return FIRST_DAY + number * EVERY
