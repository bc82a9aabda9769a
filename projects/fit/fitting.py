"""Which projects fit a municipality: one card with its reasons, or all of them in order of R × F."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings
from django.db.models import Count, Sum
from pyroaring import BitMap

from cardindex.state import State
from municipalities.models import Territory
from municipalities.search import SHEETS
from municipalities.similar import Sheet, sheet_of
from projects.fit.prerequisites import demand
from projects.fit.score import DIMENSIONS, Fit, ProjectSheet, Town, fit
from projects.fit.table import Columns, Fits, fits
from projects.fit.words import Dimension, dimensions
from projects.index import SCORE, cost_size, euro_of
from projects.models import Card
from projects.replicability.criteria import EQUAL, PRESETS
from projects.replicability.ranking import Weighting
from projects.replicability.standing import DEMONSTRATION, chosen_scores
from projects.results import Results

EVEN = dict.fromkeys(DIMENSIONS, 1.0)
REMEMBERED = 8


@dataclass(frozen=True)
class Answer:
    """F of one card for one municipality: `fit` in figures, `dimensions` with reasons and questions."""

    town: Territory
    fit: Fit
    dimensions: list[Dimension]

    @property
    def percent(self) -> int | None:
        return None if self.fit.score is None else round(100 * self.fit.score)

    @property
    def is_own(self) -> bool:
        """The municipality takes part in the project already."""
        return self.fit.model is not None and self.fit.model.code == self.town.code


def fit_of(document: Mapping, town: Territory) -> Answer:
    """F of a card document whose places are named (cards.read_document). Three queries at most."""
    reader, project = town_of(town), project_sheet(document, SHEETS.read())
    found = fit(project, reader)
    return Answer(town, found, dimensions(found, project, reader))


def town_of(town: Territory) -> Town:
    """The reader's municipality with what its own published projects cost per inhabitant. One query."""
    sheet = SHEETS.read().get(town.code) or sheet_of(town)
    led = Card.objects.current().filter(municipality_code=town.code, total_cost__isnull=False)
    sums = led.aggregate(cost=Sum("total_cost"), count=Count("pk"))
    if not (sums["count"] and sheet.population):
        return Town(sheet)
    return Town(sheet, round(float(sums["cost"]) / sums["count"] / sheet.population, 6))


def project_sheet(document: Mapping, sheets: Mapping[str, Sheet]) -> ProjectSheet:
    """What the fit asks of a named card document. Costs count to three figures, as in the index."""
    places = [document["lead_municipality"], *document["other_municipalities"]]
    cost = document["total_cost"]
    return ProjectSheet(
        places=tuple(sheets[place["code"]] for place in places if place and place["code"] in sheets),
        body=(document["promoter"] or {}).get("kind") or "",
        scale=document["scale"] or "",
        area=document["primary_area"] or "",
        stage=document["stage"] or "",
        cost=None if cost is None else float(euro_of(cost_size(Decimal(cost)))),
        demand=demand(document["technologies"]),
        funds=tuple(sorted({line["source"] for line in document["funding_lines"]})),
    )


@dataclass(frozen=True)
class Order:
    """Cards by what suits best: those with R by R × F, then the others by F; the newest first among equals.

    Columns of the same length: `keys`, `fit` (0–1), `score` (R, 0–100, null without) and `both` (R × F).
    """

    table: pa.Table

    def among(self, cards: BitMap) -> "Order":
        """The same order of fewer cards."""
        if len(cards) == len(self.table):
            return self
        wanted = pa.array(cards.to_array(), pa.int64()).cast(pa.uint32())
        return Order(self.table.filter(pc.is_in(self.table["keys"], value_set=wanted)))

    def count(self) -> int:
        return len(self.table)

    __len__ = count

    @property
    def rated(self) -> int:
        """How many have R: they come first."""
        return len(self.table) - self.table["score"].null_count

    def rows(self, offset: int, limit: int) -> list[dict]:
        return self.table.slice(offset, limit).to_pylist()

    def __getitem__(self, part: slice) -> list[dict]:
        start = part.start or 0
        return self.rows(start, (len(self) if part.stop is None else part.stop) - start)


class Memory:
    """The columns of the newest version and the last orders worked out, for all threads of a process."""

    def __init__(self):
        self._columns, self._orders, self._lock = Columns(), OrderedDict(), threading.Lock()

    def order(self, state: State, town: Town, weights: Mapping[str, float], scores: "Scores") -> Order:
        """The order of all cards of a version of the index."""
        key = (state.mark, town, tuple(weights.items()), scores.key)
        with self._lock:
            if key in self._orders:
                self._orders.move_to_end(key)
                return self._orders[key]
            self._columns = self._columns.renewed(state)
            columns = self._columns
        order = ordered(fits(columns, SHEETS.read(), town, weights), scores.of(state))
        with self._lock:
            self._orders[key] = order
            while len(self._orders) > REMEMBERED:
                self._orders.popitem(last=False)
        return order


@dataclass(frozen=True)
class Scores:
    """R by card: as the index has it, or worked out with the reader's own weights of the ten criteria."""

    weighting: Weighting = field(default_factory=lambda: Weighting(EQUAL, PRESETS[EQUAL]))

    @property
    def key(self) -> tuple:
        return (settings.DEMO, self.weighting.preset, tuple(self.weighting.weights.items()))

    def of(self, state: State) -> Mapping[int, float]:
        """`{card: R}` of those that have one. No query with the default weights, one with others."""
        if self.weighting.preset == EQUAL:
            known, hidden = state.sets.get(SCORE, {}), BitMap() if settings.DEMO else demonstrations(state)
            return {n: int(tenths) / 10 for tenths, cards in known.items() if tenths for n in cards - hidden}
        return chosen_scores(self.weighting.weights)


def demonstrations(state: State) -> BitMap:
    """Cards whose R comes from a demonstration."""
    return state.any_of(DEMONSTRATION, ["yes"])


def ordered(found: Fits, scores: Mapping[int, float]) -> Order:
    keys = found.keys
    if scores:
        at = pc.index_in(keys, value_set=pa.array(list(scores), pa.uint32()))
        score = pc.take(pa.array(list(scores.values()), pa.float64()), at)
    else:
        score = pa.nulls(len(keys), pa.float64())
    both = pc.multiply(score, found.score)
    table = pa.table({"keys": keys, "fit": found.score, "score": score, "both": both, **found.values})
    ways = [(name, "descending", "at_end") for name in ("both", "fit", "keys")]
    return Order(table.take(pc.sort_indices(table, sort_keys=ways)))


MEMORY = Memory()


def suited(
    results: Results, town: Territory, *, weights: Mapping[str, float] = EVEN, scores: Scores = Scores()
) -> Order:
    """The cards that `results` finds, without those in which the municipality takes part, best first."""
    own = results.state.any_of("municipality", [town.code])
    return MEMORY.order(results.state, town_of(town), weights, scores).among(results.numbers - own)
