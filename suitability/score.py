"""F, how a project fits a municipality: two fact sheets in, five dimensions from 0 to 1 out. Pure.

F is the geometric mean of the known dimensions, so that one closed door shows. A dimension is the mean of
its known parts; a part that cannot be known is None: it weighs nothing and becomes a question to ask.
The project is compared with the municipality that is most like the reader's among those taking part.
q are the reader's inhabitants, p those of that municipality. The words are in suitability/wording.py.

institutional   body in charge (BODIES) · its size: 1 − 0.20 a class when q is smaller, 1 − 0.08 when larger
                (CLASSES) · same region 1, else 0.8 · supra-municipal: an agreement is needed, 0.8
technological   what its technologies ask (DEMANDS, by degree of urbanisation) · how proved it is (STAGES)
economic        burden 1 / (1 + x / 100), x = cost / √(p·q) euro per inhabitant, half-way between a cost that
                does not depend on inhabitants and one that grows with them · habit min(1, √(o / x)), o the
                mean cost per inhabitant of the reader's own published projects · the most open fund (FUNDS)
sociocultural   inhabitants 1 − |log10(q/p)| / SPANS[scale] · urbanisation 1, 0.7, 0.4 for 0, 1, 2 steps
environmental   relief 1, 0.75, 0.5 for 0, 1, 2 steps, 0.9 of it when one lies on the coast and one does
                not · altitude 1 − |metres| / 1200, at least 0.2 · density 1 − |log10| / 3, at least 0.1;
                where the ground matters little (SOFT_AREAS) half of the distance from 1
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, floor, log, sqrt

from municipalities.similar import Profile, decades, most_alike

DIMENSIONS = ("institutional", "technological", "economic", "sociocultural", "environmental")
LEAST = 0.05
BODIES = {
    "municipality": 1.0,
    "union": 0.9,
    "in_house": 0.8,
    "public_body": 0.7,
    "observatory": 0.7,
    "company": 0.6,
    "university": 0.6,
    "research": 0.6,
    "association": 0.6,
}
# Most inhabitants of each class: joint management of functions to 5,000, one-round election to 15,000,
# then what a general secretariat and specialised offices go with.
CLASSES = (5_000, 15_000, 60_000, 100_000, 250_000, 500_000)
STEP_DOWN, STEP_UP, LEAST_CLASS = 0.20, 0.08, 0.1
OTHER_REGION, AGREEMENT = 0.8, 0.8
# What technologies ask → value by degree of urbanisation 1, 2, 3
DEMANDS = {1: (1.0, 1.0, 1.0), 2: (1.0, 0.95, 0.85), 3: (1.0, 0.55, 0.25)}
STAGES = {
    "in_service": 1.0,
    "completed": 1.0,
    "running": 0.8,
    "procurement": 0.6,
    "funded": 0.55,
    "planned": 0.4,
    "idea": 0.25,
    "suspended": 0.3,
    "abandoned": 0.15,
}
HALF_BURDEN = 100
FUNDS = {
    "state": 0.9,
    "eu": 0.8,
    "private": 0.7,
    "other": 0.6,
    "municipality": 0.6,
    "region": 0.9,
    "province": 0.9,
}
# Funds of a region or a province are seldom open to those of another.
CLOSED_FUND = 0.4
SPANS = {"building": 6.0, "district": 4.5, "city": 3.0, "supra_municipal": 3.5}
SPAN = 3.0
URBANISATION, RELIEF, COAST = (1.0, 0.7, 0.4), (1.0, 0.75, 0.5), 0.9
ALTITUDE_SPAN, LEAST_ALTITUDE, DENSITY_SPAN, LEAST_DENSITY = 1200, 0.2, 3, 0.1
SOFT_AREAS = ("government", "people", "economy")
# Published digits of R × F and of F: what cannot be told apart by them stands in the order of the cards.
BOTH_STEPS, FIT_STEPS = 100, 10_000


@dataclass(frozen=True)
class ProjectProfile:
    """What the fit asks of a card. `places` are the municipalities taking part, the lead first.

    `cost` in euro; `demand` as in suitability.prerequisites; empty or None where the card does not say.
    """

    places: Sequence[Profile]
    body: str = ""
    scale: str = ""
    area: str = ""
    stage: str = ""
    cost: float | None = None
    demand: int | None = None
    funds: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReaderProfile:
    """The reader's municipality: its sheet, the mean cost per inhabitant of its published projects."""

    sheet: Profile
    own_cost: float | None = None


@dataclass(frozen=True)
class Fit:
    """`values` of the five dimensions by key, None where unknown; `model` is whom it is compared with."""

    values: Mapping[str, float | None]
    parts: Mapping[str, Mapping[str, float | None]]
    model: Profile | None

    @property
    def known(self) -> int:
        return sum(value is not None for value in self.values.values())

    @property
    def score(self) -> float | None:
        """F from 0 to 1; None when no dimension is known."""
        return geometric_mean(self.values)


def fit(project: ProjectProfile, reader: ReaderProfile) -> Fit:
    """The five dimensions of a project for a municipality, with the parts each is made of."""
    model = most_alike(project.places, reader.sheet) if project.places else None
    parts = {name: PARTS[name](project, reader, model) for name in DIMENSIONS}
    return Fit({name: mean(parts[name].values()) for name in DIMENSIONS}, parts, model)


def mean(values: Iterable[float | None]) -> float | None:
    """Mean of the known ones, never below 0.05; None when none is."""
    known = [value for value in values if value is not None]
    return max(LEAST, added(known) / len(known)) if known else None


def added(values: Iterable[float]) -> float:
    """The sum, one after the other, as columns are added: sum() of newer Pythons corrects the last digit."""
    total = 0.0
    for value in values:
        total += value
    return total


def geometric_mean(
    values: Mapping[str, float | None], weights: Mapping[str, float] | None = None
) -> float | None:
    """Weighted geometric mean of the known values, weights 1 by default; None when nothing weighs."""
    known = [
        (log(value), 1.0 if weights is None else weights[name]) for name, value in values.items() if value
    ]
    total = added(weight for _value, weight in known)
    return exp(added(value * weight for value, weight in known) / total) if total else None


def order_key(score: float | None, found: float | None, number: int) -> tuple[int, int, int]:
    """The place among the projects that suit a municipality, the highest first.

    R × F to two decimals where there is R, then F to four, as they are published, then the newest card.
    """
    both = None if score is None or found is None else score * found
    return _figure(both, BOTH_STEPS), _figure(found, FIT_STEPS), number


def _figure(value: float | None, steps: int) -> int:
    return 0 if value is None else floor(value * steps + 0.5) + 1


def institutional(
    project: ProjectProfile, reader: ReaderProfile, model: Profile | None
) -> dict[str, float | None]:
    return {
        "body": BODIES.get(project.body),
        "size": body_size(reader.sheet.population, model and model.population),
        "region": same_region(reader.sheet, model),
        **({"agreement": AGREEMENT} if project.scale == "supra_municipal" else {}),
    }


def body_size(mine: int | None, theirs: int | None) -> float | None:
    """Classes of inhabitants apart: growing is easier than shrinking."""
    if not (mine and theirs):
        return None
    return size_apart(size_class(mine) - size_class(theirs))


def size_class(inhabitants: int) -> int:
    """Place of a municipality in CLASSES, from 0."""
    return bisect_left(CLASSES, inhabitants)


def size_apart(apart: int) -> float:
    """1 within a class; `apart` is negative when the reader's is the smaller."""
    return max(LEAST_CLASS, 1 - (STEP_UP * apart if apart > 0 else STEP_DOWN * -apart))


def same_region(mine: Profile, theirs: Profile | None) -> float | None:
    if not (theirs and mine.region and theirs.region):
        return None
    return 1.0 if mine.region == theirs.region else OTHER_REGION


def technological(
    project: ProjectProfile, reader: ReaderProfile, model: Profile | None
) -> dict[str, float | None]:
    return {
        "demand": demanded(project.demand, reader.sheet.urbanisation),
        "stage": STAGES.get(project.stage),
    }


def demanded(demand: int | None, urbanisation: int | None) -> float | None:
    """How likely a place of that degree of urbanisation has what the technologies ask."""
    return DEMANDS[demand][urbanisation - 1] if demand and urbanisation else None


def economic(
    project: ProjectProfile, reader: ReaderProfile, model: Profile | None
) -> dict[str, float | None]:
    share = cost_share(project.cost, reader.sheet.population, model and model.population)
    return {
        "burden": burden(share),
        "habit": habit(share, reader.own_cost),
        "funds": open_funds(project.funds, reader.sheet, model),
    }


def cost_share(cost: float | None, mine: int | None, theirs: int | None) -> float | None:
    """Euro per inhabitant of the reader's municipality, cost / √(p·q)."""
    return cost / sqrt(mine * theirs) if cost is not None and mine and theirs else None


def burden(share: float | None) -> float | None:
    """1 for nothing, 0.5 for 100 euro per inhabitant."""
    return None if share is None else 1 / (1 + share / HALF_BURDEN)


def habit(share: float | None, own: float | None) -> float | None:
    """1 up to what the reader's own projects cost, less beyond."""
    if share is None or not own:
        return None
    return 1.0 if share <= own else sqrt(own / share)


def open_funds(funds: Iterable[str], mine: Profile, theirs: Profile | None) -> float | None:
    """The most open of the funds; None when no source is told."""
    return max((value for fund in funds if (value := open_fund(fund, mine, theirs))), default=None)


def open_fund(fund: str, mine: Profile, theirs: Profile | None) -> float | None:
    closed = theirs and (
        (fund == "region" and mine.region != theirs.region)
        or (fund == "province" and mine.province != theirs.province)
    )
    return CLOSED_FUND if closed else FUNDS.get(fund)


def sociocultural(
    project: ProjectProfile, reader: ReaderProfile, model: Profile | None
) -> dict[str, float | None]:
    return {
        "population": population(reader.sheet.population, model and model.population, project.scale),
        "urbanisation": steps_apart(reader.sheet.urbanisation, model and model.urbanisation, URBANISATION),
    }


def population(mine: int | None, theirs: int | None, scale: str) -> float | None:
    """1 for as many inhabitants; the smaller the scale of the project, the less they matter."""
    apart = decades(mine, theirs)
    return None if apart is None else max(LEAST, 1 - apart / SPANS.get(scale, SPAN))


def steps_apart(mine: int | None, theirs: int | None, values: Sequence[float]) -> float | None:
    return None if mine is None or theirs is None else values[abs(mine - theirs)]


def environmental(
    project: ProjectProfile, reader: ReaderProfile, model: Profile | None
) -> dict[str, float | None]:
    parts = ground(reader.sheet, model)
    return {name: softened(value, project.area) for name, value in parts.items()}


def ground(mine: Profile, theirs: Profile | None) -> dict[str, float | None]:
    """Relief, altitude and density of two municipalities, each from 0 to 1."""
    if theirs is None:
        return dict.fromkeys(("relief", "altitude", "density"))
    relief = steps_apart(mine.relief, theirs.relief, RELIEF)
    if relief is not None and mine.is_coastal != theirs.is_coastal:
        relief *= COAST
    altitude = None
    if mine.altitude_m is not None and theirs.altitude_m is not None:
        apart = abs(mine.altitude_m - theirs.altitude_m)
        altitude = max(LEAST_ALTITUDE, 1 - apart / ALTITUDE_SPAN)
    apart = decades(mine.density, theirs.density)
    density = None if apart is None else max(LEAST_DENSITY, 1 - apart / DENSITY_SPAN)
    return {"relief": relief, "altitude": altitude, "density": density}


def softened(value: float | None, area: str) -> float | None:
    return value if value is None or area not in SOFT_AREAS else (1 + value) / 2


PARTS = {
    "institutional": institutional,
    "technological": technological,
    "economic": economic,
    "sociocultural": sociocultural,
    "environmental": environmental,
}
