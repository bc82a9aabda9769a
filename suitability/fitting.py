"""Which projects fit a municipality: one card with its reasons, or all of them in order of R × F."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings
from django.db.models import Count, Sum
from pyroaring import BitMap

from cardindex.snapshot import Snapshot
from cards.document.read import read_document
from cards.index.terms import SCORE, cost_size, euro_of
from cards.models import Edition
from cards.search.results import Results
from cards.vocabulary.bands import DEMONSTRATION
from municipalities.models import Territory
from municipalities.search import PLACE_CACHE, successors_of
from municipalities.similar import Profile, profile_of
from reuse.criteria import EQUAL, PRESETS
from reuse.ranking import Weighting
from reuse.reads.standing import chosen_scores
from suitability.card_columns import Columns, Places
from suitability.prerequisites import demand
from suitability.score import BOTH_STEPS, DIMENSIONS, FIT_STEPS, Fit, ProjectProfile, ReaderProfile, fit
from suitability.scoring import Fits, NamedMunicipalities, fits
from suitability.wording import Dimension, dimensions

EVEN = dict.fromkeys(DIMENSIONS, 1.0)
# Rows of all the orders that a process caches.
MAX_CACHED_ROWS = 1_000_000
# Up to here the first ones are looked for, beyond all are sorted once.
NEAR = 1_000
# A mark, from its highest bit: 14 of R × F, 14 of F, 32 of the row of the card.
FIT_BIT, BOTH_BIT = 32, 46


@dataclass(frozen=True)
class Answer:
    """F of one card for one municipality: `fit` in figures, `dimensions` with reasons and questions."""

    municipality: Territory
    fit: Fit
    dimensions: list[Dimension]

    @property
    def percent(self) -> int | None:
        return None if self.fit.score is None else round(100 * self.fit.score)

    @property
    def is_own(self) -> bool:
        """The municipality takes part in the project already."""
        return self.fit.model is not None and self.fit.model.code == self.municipality.code


def fit_of(document: Mapping, municipality: Territory, reader: ReaderProfile | None = None) -> Answer:
    """F of a card document whose places are named (cards.read_document). Three queries at most.

    Whoever asks of several cards gives `reader`, which is reader_profile(municipality): then none.
    """
    reader, project = (
        reader or reader_profile(municipality),
        project_profile(document, PLACE_CACHE.profiles()),
    )
    found = fit(project, reader)
    return Answer(municipality, found, dimensions(found, project, reader))


def reader_profile(municipality: Territory) -> ReaderProfile:
    """The reader's municipality with what its own published projects cost per inhabitant. One query."""
    sheet = PLACE_CACHE.profiles().get(municipality.code) or profile_of(municipality)
    own = Edition.objects.current().filter(own_municipality_code=municipality.code, total_cost__isnull=False)
    sums = own.aggregate(cost=Sum("total_cost"), count=Count("pk"))
    if not (sums["count"] and sheet.population):
        return ReaderProfile(sheet)
    return ReaderProfile(sheet, round(float(sums["cost"]) / sums["count"] / sheet.population, 6))


def project_profile(document: Mapping, sheets: Mapping[str, Profile]) -> ProjectProfile:
    """What the fit asks of a named card document. Costs count to three figures, as in the index."""
    places = [document["lead_municipality"], *document["other_municipalities"]]
    cost = document["total_cost"]
    return ProjectProfile(
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

    `marks` holds the order_key of each row of the table in one number; `chosen` are the rows that count,
    all of them where it is None. Only what is shown is sorted.
    """

    fits: Fits
    score: pa.Array
    marks: pa.Array
    chosen: pa.Array | None = None

    def among(self, cards: BitMap) -> "Order":
        """The same order of fewer cards."""
        if len(cards) == len(self.marks):
            return self
        return replace(self, chosen=self.fits.table.rows_of(cards))

    @cached_property
    def _marks(self) -> pa.Array:
        return self.marks if self.chosen is None else pc.take(self.marks, self.chosen)

    @cached_property
    def _sorted(self) -> pa.Array:
        return pc.array_sort_indices(self._marks, order="descending")

    def count(self) -> int:
        return len(self._marks)

    __len__ = count

    @property
    def rated(self) -> int:
        """How many have R: they come first."""
        return pc.sum(pc.greater_equal(self._marks, 1 << BOTH_BIT)).as_py() or 0

    def rows(self, offset: int, limit: int) -> list[dict]:
        """`{keys, fit, score, both, …}` of some cards in order: F and its dimensions 0–1, R 0–100, R × F."""
        at = self._first(offset, limit)
        at = at if self.chosen is None else pc.take(self.chosen, at)
        found, score = pc.take(self.fits.score, at), pc.take(self.score, at)
        columns = {"keys": pc.take(self.fits.table.keys, at), "fit": found, "score": score}
        columns["both"] = pc.multiply(score, found)
        columns |= {name: value.of(at) for name, value in self.fits.values.items()}
        return pa.table(columns).to_pylist()

    def _first(self, offset: int, limit: int) -> pa.Array:
        """Places of a stretch of the order. Near its head only those are looked for."""
        end = min(offset + limit, len(self))
        if "_sorted" in self.__dict__ or end > NEAR:
            return self._sorted[offset:end]
        return pc.select_k_unstable(self._marks, end, sort_keys=[("mark", "descending")])[offset:]

    def __getitem__(self, part: slice) -> list[dict]:
        start = part.start or 0
        return self.rows(start, (len(self) if part.stop is None else part.stop) - start)


class OrderCache:
    """The columns of the newest index version and the orders last computed, for all threads of a process."""

    def __init__(self):
        self._columns, self._orders, self._lock = Columns(), OrderedDict(), threading.Lock()
        self._municipalities: tuple[Places, Mapping, NamedMunicipalities] | None = None

    def order(
        self, snapshot: Snapshot, reader: ReaderProfile, weights: Mapping[str, float], scores: "Scores"
    ) -> Order:
        """The order of all cards of a version of the index."""
        sheets = PLACE_CACHE.profiles()
        key = (snapshot.stamp, reader, tuple(weights.items()), scores.key)
        with self._lock:
            if (cached := self._orders.get(key)) and cached[0] is sheets:
                self._orders.move_to_end(key)
                return cached[1]
            columns = self._columns = self._columns.updated(snapshot)
            municipalities = self._municipalities_of(columns.places, sheets)
        order = ordered(fits(columns, municipalities, reader, weights), scores.column(columns))
        with self._lock:
            self._orders[key] = sheets, order
            while (
                len(self._orders) > 1
                and sum(len(o) for _sheets, o in self._orders.values()) > MAX_CACHED_ROWS
            ):
                self._orders.popitem(last=False)
        return order

    def _municipalities_of(self, places: Places, sheets: Mapping[str, Profile]) -> NamedMunicipalities:
        if (
            self._municipalities is None
            or self._municipalities[0] is not places
            or self._municipalities[1] is not sheets
        ):
            # Municipalities merged since a card was published: their successors speak, as on its page.
            abolished = places.municipalities.keys() - sheets.keys()
            successors = successors_of(abolished) if abolished else {}
            today = {code: sheets[new] for code, new in successors.items() if new in sheets}
            self._municipalities = (
                places,
                sheets,
                NamedMunicipalities(places, {**sheets, **today} if today else sheets),
            )
        return self._municipalities[2]

    def codes_of(self, municipality: Territory) -> list[str]:
        """The codes under which cards name a municipality: its own, and those merged into it."""
        municipalities = self._municipalities[2] if self._municipalities else None
        return [
            municipality.code,
            *(municipalities.former.get(municipality.code, ()) if municipalities else ()),
        ]


@dataclass(frozen=True)
class Scores:
    """R by card: as the index has it, or worked out with the reader's own weights of the ten criteria."""

    weighting: Weighting = field(default_factory=lambda: Weighting(EQUAL, PRESETS[EQUAL]))

    @property
    def key(self) -> tuple:
        return (settings.DEMO, self.weighting.preset, tuple(self.weighting.weights.items()))

    def column(self, columns: Columns) -> pa.Array:
        """R of each row of the table, null without. No query with the default weights, one with others."""
        if self.weighting.preset != EQUAL:
            return columns.table.column(chosen_scores(self.weighting.weights))
        scores, hidden = columns.table.numbers[SCORE], BitMap()
        if not settings.DEMO:
            hidden = demonstrations(columns.snapshot)
        if not hidden:
            return scores
        return pc.if_else(columns.table.is_among(hidden), None, scores)


def demonstrations(snapshot: Snapshot) -> BitMap:
    """Cards whose R comes from a demonstration."""
    return snapshot.any_of(DEMONSTRATION, ["yes"])


def ordered(found: Fits, score: pa.Array) -> Order:
    """suitability.score.order_key of each card as one number: R × F, F, and where the card stands by age."""
    both = _figures(pc.multiply(score, found.score), BOTH_STEPS)
    fits_at = _figures(found.score, FIT_STEPS)
    marks = pc.add(pc.shift_left(both, BOTH_BIT), pc.shift_left(fits_at, FIT_BIT))
    marks = pc.add(marks, found.table.row)
    return Order(found, score, marks)


def _figures(column: pa.Array, steps: int) -> pa.Array:
    whole = pc.floor(pc.add(pc.multiply(column, float(steps)), 0.5))
    return pc.fill_null(pc.add(whole, 1.0), 0.0).cast(pa.int64())


ORDERS = OrderCache()


def suited(
    results: Results,
    municipality: Territory,
    *,
    weights: Mapping[str, float] = EVEN,
    scores: Scores = Scores(),
) -> Order:
    """The cards that `results` finds, without those in which the municipality takes part, best first."""
    order = ORDERS.order(results.snapshot, reader_profile(municipality), weights, scores)
    return order.among(
        results.numbers - results.snapshot.any_of("municipality", ORDERS.codes_of(municipality))
    )


def fit_for(card: Edition, municipality: Territory) -> Answer:
    """How the project of a card fits a municipality, with reasons and questions. Four queries at most."""
    return fit_of(read_document(card), municipality)
