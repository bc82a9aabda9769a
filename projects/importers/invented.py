"""Invented projects for load tests: the n-th is always the same for one seed. Pure, no database.

Words follow Zipf's law over Italian-like stems, municipalities follow their population, every facet is
used. The texts mean nothing; their lengths and repetitions are those of real cards.
"""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import accumulate
from random import Random

from projects.areas import AREAS
from projects.cards import OWN_FIELDS, ROWS
from projects.vocabulary import FundingSource, Kind, PartnerRole, Stage

FIRST_DAY, EVERY = datetime(2014, 1, 1, tzinfo=UTC), timedelta(seconds=150)
VOCABULARY, STREAM = 28_000, 600_000
COMMON = [
    "progetto",
    "servizio",
    "città",
    "cittadini",
    "comune",
    "rete",
    "mobilità",
    "sostenibile",
    "energia",
    "illuminazione",
    "pubblica",
    "digitale",
    "piattaforma",
    "dati",
    "sensori",
    "monitoraggio",
    "qualità",
    "aria",
    "acqua",
    "verde",
    "urbano",
    "scuola",
    "edifici",
    "efficienza",
    "trasporto",
    "ciclabile",
    "parcheggi",
    "ricarica",
    "elettrica",
    "rifiuti",
    "raccolta",
    "differenziata",
    "turismo",
    "cultura",
    "anziani",
    "inclusione",
    "partecipazione",
    "imprese",
    "innovazione",
    "sperimentazione",
    "territorio",
    "pianificazione",
    "sicurezza",
    "videosorveglianza",
    "sportello",
    "telematico",
    "pagamenti",
    "identità",
    "cloud",
    "migrazione",
    "formazione",
    "competenze",
    "quartiere",
    "rigenerazione",
]
SMALL = ("di", "e", "la", "il", "per", "del", "della", "in", "con", "dei", "le", "un", "a", "che", "dell’")
ACTIONS = (
    "Realizzazione di",
    "Sviluppo di",
    "Rete di",
    "Piano per",
    "Sistema di",
    "Piattaforma per",
    "Riqualificazione di",
    "Abilitazione di",
    "Servizio di",
    "Laboratorio per",
    "Monitoraggio di",
    "Migrazione di",
)
TECHNOLOGIES = [
    "iot",
    "led",
    "sensori",
    "cloud",
    "gis",
    "app",
    "open",
    "data",
    "intelligenza",
    "artificiale",
    "fotovoltaico",
    "lorawan",
    "5g",
    "blockchain",
    "telecontrollo",
    "digital",
    "twin",
    "bim",
    "smart",
    "grid",
    "videoanalisi",
    "rfid",
    "chatbot",
    "realtà",
    "aumentata",
    "droni",
    "accumulo",
    "pompe",
    "di",
    "calore",
]
STARTS = [
    "ba",
    "be",
    "bi",
    "bo",
    "ca",
    "ce",
    "chi",
    "co",
    "cu",
    "da",
    "de",
    "di",
    "do",
    "fa",
    "fe",
    "fi",
    "fo",
    "ga",
    "ge",
    "gi",
    "go",
    "la",
    "le",
    "li",
    "lo",
    "ma",
    "me",
    "mi",
    "mo",
    "na",
    "ne",
    "no",
    "pa",
    "pe",
    "pi",
    "po",
]
MIDDLES = [
    "ra",
    "re",
    "ri",
    "ro",
    "sta",
    "ste",
    "sti",
    "sto",
    "la",
    "le",
    "li",
    "lo",
    "ma",
    "me",
    "mi",
    "mo",
    "nta",
    "nte",
    "nti",
    "nto",
    "rda",
    "rdi",
    "rna",
    "rne",
    "ca",
    "co",
    "da",
    "do",
    "va",
    "ve",
    "vi",
]
ENDS = [
    "re",
    "ne",
    "to",
    "te",
    "na",
    "ta",
    "zione",
    "mento",
    "ale",
    "ile",
    "oso",
    "ica",
    "ità",
    "ivo",
    "ario",
    "enza",
]
KINDS, STAGES, SOURCES, ROLES = (choices.values for choices in (Kind, Stage, FundingSource, PartnerRole))
# Running sums of the weights, as drawing wants them.
AREA_SUMS = list(accumulate((14, 15, 7, 9, 17, 12, 20, 6)))
STAGE_SUMS = list(accumulate((4, 7, 8, 6, 22, 16, 33, 2, 2)))
KIND_SUMS = list(accumulate((82, 6, 8, 4)))
SOURCE_SUMS = list(accumulate((22, 24, 18, 4, 22, 7, 3)))


def weighed(dice: Random, values, sums: list[float]):
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
    """A municipality to invent in: its codes, where it lies, how many live there."""

    code: str
    province: str
    population: int
    longitude: Decimal | None
    latitude: Decimal | None


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

    def others(self, dice: Random, town: Town) -> list[str]:
        """Now and then the other towns of a joint project."""
        if dice.random() > 0.08:
            return []
        near = self._near[town.province]
        return sorted({one(dice, near) for _ in range(between(dice, 1, 4))} - {town.code})


@cache
def vocabulary() -> tuple[list[str], list[float]]:
    """Words and the running sums of their weights, 1/rank; the common ones of real titles come first."""
    dice, words = Random(0), dict.fromkeys(COMMON)
    while len(words) < VOCABULARY:
        middle = "".join(dice.choice(MIDDLES) for _ in range(dice.randint(1, 3)))
        words[dice.choice(STARTS) + middle + dice.choice(ENDS)] = None
    return list(words), list(accumulate(1 / rank for rank in range(1, VOCABULARY + 1)))


@cache
def stream() -> list[str]:
    """A long text drawn once, of which every paragraph is a piece: drawing each word anew takes longer."""
    dice, (words, sums) = Random(0), vocabulary()
    drawn = dice.choices(words, cum_weights=sums, k=STREAM)
    drawn[1::3] = dice.choices(SMALL, k=len(drawn[1::3]))
    return drawn


def text(dice: Random, length: int) -> str:
    """A paragraph of `length` words."""
    start = int(dice.random() * (STREAM - length))
    return " ".join(stream()[start : start + length]).capitalize() + "."


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


def invent(number: int, seed: int, country: Country) -> dict:
    """The facts of project `number`, ready for cards.build_card."""
    dice = Random(seed * 1_000_003 + number)
    town = country.draw(dice)
    year = min(2026, max(2006, round(dice.gauss(2020, 4))))
    area = weighed(dice, AREAS, AREA_SUMS)
    return EMPTY | {
        "code": f"{town.province}-{year}-{number:07d}",
        "title": f"{one(dice, ACTIONS)} {text(dice, between(dice, 2, 5)).lower()[:-1]}"[:120].strip(),
        "summary": text(dice, between(dice, 18, 35))[:500],
        "need": text(dice, between(dice, 20, 50)),
        "solution": text(dice, between(dice, 20, 60)),
        "kind": weighed(dice, KINDS, KIND_SUMS),
        "lead_municipality": town.code,
        "other_municipalities": country.others(dice, town),
        "primary_area": area.key,
        "other_areas": _other_areas(dice, area.key),
        "technologies": sorted({_rare(dice, TECHNOLOGIES) for _ in range(between(dice, 0, 3))}),
        "sdgs": sorted({between(dice, 1, 17) for _ in range(between(dice, 0, 3))}),
        "stage": weighed(dice, STAGES, STAGE_SUMS),
        "start_actual": str(year),
        "end_planned": str(year + between(dice, 0, 5)),
        **_point(dice, town),
        **_money(dice),
        "identifiers": _identifiers(dice, number),
        "partners": _partners(dice),
    }


def published_at(number: int) -> datetime:
    """Two and a half minutes after the one before: numbers and days follow each other."""
    return FIRST_DAY + number * EVERY


def _rare(dice: Random, values):
    """One of the values, the first ones much more often."""
    return values[int(len(values) * dice.random() ** 3)]


def _other_areas(dice: Random, primary: str) -> list[str]:
    drawn = {one(dice, AREAS).key for _ in range(one(dice, (0, 0, 1, 1, 2)))}
    return sorted(drawn - {primary})


def _point(dice: Random, town: Town) -> Mapping:
    if town.latitude is None or dice.random() < 0.2:
        return {}
    aside = [Decimal(between(dice, -2000, 2000)).scaleb(-5) for _ in range(2)]
    return {"latitude": town.latitude + aside[0], "longitude": town.longitude + aside[1]}


def _money(dice: Random) -> Mapping:
    if dice.random() < 0.12:
        return {"cost_unknown": True}
    cost = Decimal(min(900_000_000, round(dice.lognormvariate(12.2, 1.8), -2)))
    sources = [weighed(dice, SOURCES, SOURCE_SUMS) for _ in range(one(dice, (1, 1, 1, 2, 3)))]
    lines = [{"source": source, "programme": "", "amount": None} for source in dict.fromkeys(sources)]
    return {"total_cost": cost, "funding_lines": lines}


def _identifiers(dice: Random, number: int) -> list[dict]:
    if dice.random() < 0.3:
        return []
    return [
        {
            "scheme": "cup",
            "value": f"{one(dice, 'BCDEFGHIJ')}{number:02d}{between(dice, 0, 10**11):011d}"[:15],
        }
    ]


def _partners(dice: Random) -> list[dict]:
    return [
        {"name": text(dice, 2)[:-1].title(), "role": one(dice, ROLES)} for _ in range(one(dice, (0, 0, 1, 2)))
    ]
