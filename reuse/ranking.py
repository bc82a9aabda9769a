"""The order of projects by R, and the weights that a reader may choose in the URL."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext_lazy as _

from reuse.criteria import EQUAL, KEYS, PRESETS
from reuse.score import Score, normalised, replicability

FIRST = 100
# (key, most inhabitants, label); the last has no upper bound
CITY_SIZES = (
    ("up_to_5k", 5_000, _("Fino a 5.000 abitanti")),
    ("5k_20k", 20_000, _("Da 5.001 a 20.000 abitanti")),
    ("20k_60k", 60_000, _("Da 20.001 a 60.000 abitanti")),
    ("60k_250k", 250_000, _("Da 60.001 a 250.000 abitanti")),
    ("over_250k", None, _("Oltre 250.000 abitanti")),
)


class BadWeights(ValueError):
    """Weights in the query string that cannot be read: `parameter` is its name, `args[0]` the message."""

    def __init__(self, parameter: str, detail: str):
        super().__init__(detail)
        self.parameter = parameter


@dataclass(frozen=True)
class Weighting:
    """The weights that apply; `preset` is their key in PRESETS, empty for the reader's own."""

    preset: str
    weights: Mapping[str, Decimal]


@dataclass(frozen=True)
class Entry:
    """One project of the ranking: its published ratings and the other inputs of R."""

    code: str
    ratings: Mapping[str, int]
    kit_completeness: Decimal
    adoptions: int
    adoptions_under_way: int
    rated_on: date


@dataclass(frozen=True)
class Placed:
    """A ranked project. Projects with the same score share the position: 1, 2, 2, 4."""

    position: int
    entry: Entry
    score: Score


def city_size(population: int | None) -> str:
    """Key in CITY_SIZES of a municipality with so many inhabitants; empty when unknown."""
    if population is None:
        return ""
    return next(key for key, most, _name in CITY_SIZES if most is None or population <= most)


def read_weights(preset: str, raw: str, *, names: tuple[str, str] = ("preset", "pesi")) -> Weighting:
    """Weights from the query string: `raw` is `key:weight,key:weight`, else `preset` is a key of PRESETS.

    Weights in `raw` are normalised to sum to one. `names` are the parameters to name in BadWeights, which
    is raised when either cannot be read.
    """
    if not raw:
        key = preset or EQUAL
        if key not in PRESETS:
            raise BadWeights(
                names[0], _("Questa combinazione di pesi non esiste: scegli equal o small_municipality")
            )
        return Weighting(key, PRESETS[key])
    try:
        return Weighting("", normalised(_pairs(raw)))
    except (ValueError, InvalidOperation) as error:
        detail = _(
            "Scrivi i pesi come criterio:peso, separati da virgole: da 0 a 100, e almeno uno maggiore di zero"
        )
        raise BadWeights(names[1], detail) from error


def _pairs(raw: str) -> dict[str, Decimal]:
    pairs = [part.strip().partition(":") for part in raw.split(",") if part.strip()]
    weights = {key.strip(): Decimal(value.strip()) for key, _colon, value in pairs}
    if len(pairs) > len(KEYS) or len(weights) != len(pairs):
        raise ValueError(raw)
    return weights


def weights_param(weights: Mapping[str, Decimal]) -> str:
    """The weights in the form that read_weights parses, at most four decimals each."""
    pairs = ((key, f"{weights[key]:.4f}".rstrip("0").rstrip(".")) for key in KEYS if weights.get(key))
    return ",".join(f"{key}:{value}" for key, value in pairs)


def score_of(entry: Entry, weights: Mapping[str, Decimal]) -> Score:
    """R of one entry under these weights."""
    return replicability(
        entry.ratings,
        kit_completeness=entry.kit_completeness,
        adoptions=entry.adoptions,
        adoptions_under_way=entry.adoptions_under_way,
        weights=weights,
    )


def ranked(entries: Iterable[Entry], weights: Mapping[str, Decimal]) -> list[Placed]:
    """Entries with a score, best first.

    Ties are ordered by number of rated criteria, then newest rating, then code: a total order, the same on
    both databases.
    """
    scored = [(entry, score) for entry in entries if (score := score_of(entry, weights)).is_shown]
    scored.sort(key=_sort_key)
    placed: list[Placed] = []
    for number, (entry, score) in enumerate(scored, 1):
        tied = placed and placed[-1].score.score == score.score
        placed.append(Placed(placed[-1].position if tied else number, entry, score))
    return placed


def _sort_key(pair: tuple[Entry, Score]) -> tuple:
    entry, score = pair
    return (-score.score, -score.rated, -entry.rated_on.toordinal(), entry.code)


def position_changes(now: Mapping[str, int], before: Mapping[str, int]) -> dict[str, int | None]:
    """`{code: positions gained}` since the last release, negative when lost; None for new projects.

    `now` and `before` are `{code: position}`.
    """
    return {code: before[code] - position if code in before else None for code, position in now.items()}
