"""R, how transferable a project is: one pure function of its inputs, and the completeness of its kit.

R = 100 · (0.55 · (mean of the ratings − 1) / 4 + 0.30 · completeness of the kit + 0.15 · diffusion).
Every input is rounded to four decimals first, so that the published inputs give the published score.
No query, no clock: the day is an argument.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from math import log2

from cards.vocabulary.bands import IN_EVALUATION, LOW
from lib.links.states import ALIVE, DEAD
from reuse.criteria import ASPECTS, BANDS, HIGHEST, KEYS, LOWEST, PRESETS, RATER_ORDER, Aspect

RATINGS_SHARE, KIT_SHARE, DIFFUSION_SHARE = Decimal("0.55"), Decimal("0.30"), Decimal("0.15")
# With fewer ratings than this, of ten, there is no score.
ENOUGH = 6
VALID_MONTHS = 24
GAP = 2
FOUR, ONE = Decimal("0.0001"), Decimal("0.1")

MAX_WEIGHT = Decimal(100)


@dataclass(frozen=True)
class Score:
    """R (0–100) with its inputs. `score` and `ratings_mean` are None with fewer than ENOUGH ratings."""

    score: Decimal | None
    band: str
    ratings_mean: Decimal | None
    rated: int
    kit_completeness: Decimal
    adoptions: int
    adoptions_under_way: int
    diffusion: Decimal

    @property
    def is_shown(self) -> bool:
        return self.score is not None


def replicability(
    ratings: Mapping[str, int],
    *,
    kit_completeness: Decimal,
    adoptions: int = 0,
    adoptions_under_way: int = 0,
    weights: Mapping[str, Decimal] | None = None,
) -> Score:
    """R from ratings `{criterion: 1..5}`, kit (0..1), counts of adoptions done and under way.

    Criteria without a rating are left out; the weights of the others count in proportion. Raises
    ValueError for an unknown criterion, a rating outside 1..5, a kit outside 0..1, a negative count.
    """
    _check(ratings, kit_completeness, adoptions, adoptions_under_way)
    kit = _rounded(kit_completeness, FOUR)
    spread = diffusion(adoptions, adoptions_under_way)
    mean = weighted_mean(ratings, PRESETS["equal"] if weights is None else weights)
    score = None
    if len(ratings) >= ENOUGH and mean is not None:
        transferable = (mean - LOWEST) / (HIGHEST - LOWEST)
        whole = RATINGS_SHARE * transferable + KIT_SHARE * kit + DIFFUSION_SHARE * spread
        score = _rounded(100 * whole, ONE)
    shown = mean if score is not None else None
    return Score(score, band_of(score), shown, len(ratings), kit, adoptions, adoptions_under_way, spread)


def _check(ratings: Mapping[str, int], kit: Decimal, adoptions: int, under_way: int) -> None:
    for key, value in ratings.items():
        if key not in KEYS:
            raise ValueError(f"no criterion is called {key}")
        if value not in range(LOWEST, HIGHEST + 1):
            raise ValueError(f"{key} is rated {value}, not from {LOWEST} to {HIGHEST}")
    if not 0 <= kit <= 1:
        raise ValueError("the completeness of a kit lies between 0 and 1")
    if min(adoptions, under_way) < 0:
        raise ValueError("adoptions are counted from 0")


def weighted_mean(ratings: Mapping[str, int], weights: Mapping[str, Decimal]) -> Decimal | None:
    """Weighted mean of the ratings, to four decimals; None when none of them has a weight."""
    total = sum((weights[key] for key in ratings), Decimal(0))
    if not total:
        return None
    return _rounded(sum(weights[key] * value for key, value in ratings.items()) / total, FOUR)


def diffusion(adoptions: int, under_way: int) -> Decimal:
    """min(1, log2(1 + adoptions + 0.5 · under way) / 3), to four decimals: seven adoptions give 1."""
    return _rounded(Decimal(min(1.0, log2(1 + adoptions + 0.5 * under_way) / 3)), FOUR)


def band_of(score: Decimal | None) -> str:
    """Key of the band of a score from 0 to 100; `in_evaluation` without one."""
    if score is None:
        return IN_EVALUATION
    return next((band for band, least in BANDS if score >= least), LOW)


def _rounded(value: Decimal, step: Decimal) -> Decimal:
    return Decimal(value).quantize(step, ROUND_HALF_UP)


def normalised(weights: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Weights of all ten criteria that sum to one, in their order; criteria not named weigh 0.

    Raises ValueError for an unknown criterion, a weight outside 0..100, or when all weights are 0.
    """
    for key, weight in weights.items():
        if key not in KEYS:
            raise ValueError(f"no criterion is called {key}")
        if not (weight.is_finite() and 0 <= weight <= MAX_WEIGHT):
            raise ValueError(f"the weight of {key} lies outside 0..{MAX_WEIGHT}")
    total = sum(weights.values(), Decimal(0))
    if not total:
        raise ValueError("at least one criterion must weigh something")
    return {key: weights.get(key, Decimal(0)) / total for key in KEYS}


@dataclass(frozen=True)
class KitDocument:
    """A document of a kit: `state` is that of its link (lib.links.states), files are always ALIVE.

    `file` is the key of a DemonstrationDocument with a file, None for any other document.
    """

    type: str
    title: str
    url: str = ""
    state: str = ALIVE
    is_demonstration: bool = False
    file: int | None = None


@dataclass(frozen=True)
class KitAspect:
    """The documents of one aspect; `covered` and `missing` are parts, tuples of document types."""

    aspect: Aspect
    covered: tuple[tuple[str, ...], ...]
    missing: tuple[tuple[str, ...], ...]
    documents: tuple[KitDocument, ...]

    @property
    def share(self) -> Decimal:
        """Covered parts of all parts, from 0 to 1."""
        return Decimal(len(self.covered)) / (len(self.covered) + len(self.missing))


def kit_aspects(documents: Iterable[KitDocument]) -> list[KitAspect]:
    """Covered and missing parts of the five aspects. A document with a dead link does not count."""
    documents = tuple(documents)
    usable = {document.type for document in documents if document.state != DEAD}
    aspects = []
    for aspect in ASPECTS:
        covered = tuple(part for part in aspect.parts if usable & {*part})
        missing = tuple(part for part in aspect.parts if part not in covered)
        types = {name for part in aspect.parts for name in part}
        mine = tuple(document for document in documents if document.type in types)
        aspects.append(KitAspect(aspect, covered, missing, mine))
    return aspects


def kit_completeness(documents: Iterable[KitDocument]) -> Decimal:
    """Mean of the shares of the five aspects, to four decimals; from 0 to 1."""
    aspects = kit_aspects(documents)
    return _rounded(sum((aspect.share for aspect in aspects), Decimal(0)) / len(aspects), FOUR)


def months_before(day: date, months: int) -> date:
    """The same day that many months earlier, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise ValueError(day)


def is_expired(rated_on: date, today: date) -> bool:
    """Whether a rating is older than VALID_MONTHS: it stays visible, in grey."""
    return rated_on < months_before(today, VALID_MONTHS)


def gaps(by_rater: Mapping[str, Mapping[str, int]]) -> dict[str, tuple[str, str]]:
    """`{criterion: (rater of the lowest, rater of the highest)}` where raters differ by GAP or more.

    `by_rater` is `{rater: {criterion: rating}}`.
    """
    pairs = {}
    for key in KEYS:
        rated = [(ratings[key], rater) for rater, ratings in by_rater.items() if key in ratings]
        if rated and max(rated)[0] - min(rated)[0] >= GAP:
            pairs[key] = (min(rated)[1], max(rated)[1])
    return pairs


def published_rater(rated: Mapping[str, Collection[str]]) -> str | None:
    """The rater whose ratings are published: the first in RATER_ORDER with at least ENOUGH ratings.

    `rated` is `{rater: criteria rated}`. Where nobody rated enough, the first in order; None without raters.
    """
    raters = [rater for rater in RATER_ORDER if rater in rated]
    return next((rater for rater in raters if len(rated[rater]) >= ENOUGH), raters[0] if raters else None)
