"""The fit of every card at once, from the sets of the index: the formulas of projects/fit/score.py on columns.

`Columns` turns the sets of one version of the index into a code for each card, and follows the next version
by the sets that changed. `fits` scores them all for one municipality: tables by place and by code come from
the pure functions, so that list and single page never differ.
"""

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import nan, sqrt

import pyarrow as pa
import pyarrow.compute as pc
from pyroaring import BitMap

from cardindex.state import State
from municipalities.similar import Sheet, likeness
from projects.areas import AREA_BY_KEY
from projects.fit import score as fit
from projects.fit.prerequisites import demand_of
from projects.index import COST_SIZE, PRIMARY_AREA, euro_of
from projects.vocabulary import FundingSource, Scale, Stage

BODIES, SCALES, STAGES = ("", *fit.BODIES), ("", *Scale.values), ("", *Stage.values)
AREAS, FUNDS = ("", *AREA_BY_KEY), tuple(FundingSource.values)
# kind of the index → (its codes, how a code joins what a card has already)
KINDS: Mapping[str, tuple[Callable[[str], int], Callable[[int, int], int]]] = {
    "body": (lambda value: _place_in(BODIES, value), max),
    "scale": (lambda value: _place_in(SCALES, value), max),
    "stage": (lambda value: _place_in(STAGES, value), max),
    PRIMARY_AREA: (lambda value: _place_in(AREAS, value), max),
    "technology": (lambda value: demand_of(value) or 0, max),
    "funding_source": (lambda value: 1 << FUNDS.index(value) if value in FUNDS else 0, int.__or__),
}


def _place_in(codes: Sequence[str], value: str) -> int:
    return codes.index(value) if value in codes else 0


@dataclass
class Columns:
    """Codes by card: the card with key `first + i` stands at place i. Places of no card hold zero."""

    state: State = field(default_factory=State)
    first: int = 0
    codes: dict[str, bytearray] = field(default_factory=lambda: {kind: bytearray() for kind in KINDS})
    costs: array = field(default_factory=lambda: array("d"))

    def renewed(self, state: State) -> "Columns":
        """The columns of another version; what did not change is copied."""
        if state.mark == self.state.mark:
            return self
        if not state.all:
            return Columns(state)
        is_next = (
            self.costs and state.mark.rebuilt == self.state.mark.rebuilt and state.all.min() >= self.first
        )
        base = self if is_next else Columns(first=state.all.min())
        length = state.all.max() + 1 - base.first
        codes = {kind: base.codes[kind].ljust(length, b"\0") for kind in KINDS}
        costs = base.costs + array("d", [nan]) * max(0, length - len(base.costs))
        for kind, (code_of, join) in KINDS.items():
            _mark(codes[kind], base, state, kind, code_of, join)
        for value, cards in _changed(base.state, state, COST_SIZE):
            cost = float(euro_of(value))
            for number in cards:
                costs[number - base.first] = cost
        return Columns(state, base.first, codes, costs)


def _changed(before: State, after: State, kind: str) -> Iterable[tuple[str, BitMap]]:
    """`(value, cards that came)`. A set that did not change is the same object in both versions."""
    known = before.sets.get(kind, {})
    for value, cards in after.sets.get(kind, {}).items():
        if (former := known.get(value)) is not cards:
            yield value, cards - former if former is not None else cards


def _mark(
    column: bytearray, base: Columns, state: State, kind: str, code_of: Callable, join: Callable
) -> None:
    first = base.first
    for value, cards in _changed(base.state, state, kind):
        if code := code_of(value):
            for number in cards:
                column[number - first] = join(column[number - first], code)


@dataclass(frozen=True)
class Fits:
    """F and the five dimensions of each card, by key; null where unknown."""

    keys: pa.Array
    score: pa.Array
    values: Mapping[str, pa.Array]


def fits(columns: Columns, sheets: Mapping[str, Sheet], town: fit.Town, weights: Mapping[str, float]) -> Fits:
    """All current cards scored for one municipality. Weights of the dimensions, not all zero."""
    keys = pa.array(columns.state.all.to_array(), pa.int64()).cast(pa.uint32())
    at = pc.subtract(keys.cast(pa.int64()), columns.first)
    places, sheet_list = _models(columns, sheets, town.sheet)
    model = pc.take(_numbers(places), at)
    code = {kind: pc.take(_bytes(columns.codes[kind]), at).cast(pa.int32()) for kind in KINDS}
    cost = pc.take(_numbers(columns.costs), at)
    parts = _parts(code, pc.if_else(pc.is_nan(cost), None, cost), model, sheet_list, town)
    values = {name: _mean(parts[name]) for name in fit.DIMENSIONS}
    return Fits(keys, _geometric_mean(values, weights), values)


def _models(columns: Columns, sheets: Mapping[str, Sheet], mine: Sheet) -> tuple[array, list[Sheet | None]]:
    """For each card the place in the list of the municipality most like mine; 0 stands for none.

    From the least like to the most: whoever comes last stays. Among equals the first by code stays.
    """
    cards_of = columns.state.sets.get("municipality", {})
    known = sorted(
        ((likeness(sheets[code], mine), code) for code in cards_of if code in sheets),
        key=lambda pair: pair[1],
        reverse=True,
    )
    known.sort(key=lambda pair: pair[0])
    places = array("i", bytes(4 * len(columns.costs)))
    first = columns.first
    for place, (_value, code) in enumerate(known, 1):
        for number in cards_of[code]:
            places[number - first] = place
    return places, [None, *(sheets[code] for _value, code in known)]


def _parts(code: Mapping, cost: pa.Array, model: pa.Array, sheets: list, town: fit.Town) -> dict[str, list]:
    """The parts of each dimension, in the order of projects.fit, one array a part."""
    mine = town.sheet

    def by_place(value: Callable) -> pa.Array:
        return pc.take(_floats([value(sheet) for sheet in sheets]), model)

    def by_code(kind: str, table: list) -> pa.Array:
        return pc.take(_floats(table), code[kind])

    root = by_place(
        lambda s: sqrt(mine.population * s.population) if s and s.population and mine.population else None
    )
    share = pc.divide(cost, root)
    grounds = [fit.ground(mine, sheet) for sheet in sheets]
    soft = by_code(PRIMARY_AREA, [float(area in fit.SOFT_AREAS) for area in AREAS])
    supra = [fit.AGREEMENT if scale == "supra_municipal" else None for scale in SCALES]
    return {
        "institutional": [
            by_code("body", [fit.BODIES.get(body) for body in BODIES]),
            by_place(lambda s: fit.body_size(mine.population, s and s.population)),
            by_place(lambda s: fit.same_region(mine, s)),
            by_code("scale", supra),
        ],
        "technological": [
            by_code("technology", [fit.demanded(level, mine.urbanisation) for level in (None, 1, 2, 3)]),
            by_code("stage", [fit.STAGES.get(stage) for stage in STAGES]),
        ],
        "economic": [
            pc.divide(1.0, pc.add(1.0, pc.divide(share, float(fit.HALF_BURDEN)))),
            _habit(share, town.own_cost),
            _funds(code["funding_source"], model, sheets, mine),
        ],
        "sociocultural": [
            _population(code["scale"], model, sheets, mine),
            by_place(lambda s: fit.steps_apart(mine.urbanisation, s and s.urbanisation, fit.URBANISATION)),
        ],
        "environmental": [
            _softened(pc.take(_floats([ground[part] for ground in grounds]), model), soft)
            for part in ("relief", "altitude", "density")
        ],
    }


def _habit(share: pa.Array, own: float | None) -> pa.Array:
    if not own:
        return pa.nulls(len(share), pa.float64())
    return pc.if_else(pc.less_equal(share, own), 1.0, pc.sqrt(pc.divide(own, share)))


def _funds(mask: pa.Array, model: pa.Array, sheets: list, mine: Sheet) -> pa.Array:
    """By the set of sources, and by whether region and province are the same."""
    elsewhere = Sheet("", "", province="?", region="?")
    kin = {
        (same_region, same_province): Sheet(
            "",
            "",
            region=mine.region if same_region else elsewhere.region,
            province=mine.province if same_province else elsewhere.province,
        )
        for same_region in (0, 1)
        for same_province in (0, 1)
    }
    models = [None, *kin.values()]
    table = [
        fit.open_funds([fund for bit, fund in enumerate(FUNDS) if mask >> bit & 1], mine, other)
        for mask in range(1 << len(FUNDS))
        for other in models
    ]
    kind = [
        0 if s is None else 1 + 2 * (s.region == mine.region) + (s.province == mine.province) for s in sheets
    ]
    place = pc.take(pa.array(kind, pa.int32()), model)
    return pc.take(_floats(table), pc.add(pc.multiply(mask, len(models)), place))


def _population(scale: pa.Array, model: pa.Array, sheets: list, mine: Sheet) -> pa.Array:
    table = [
        fit.population(mine.population, sheet and sheet.population, name)
        for sheet in sheets
        for name in SCALES
    ]
    return pc.take(_floats(table), pc.add(pc.multiply(model, len(SCALES)), scale))


def _softened(value: pa.Array, soft: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(soft, 1.0), pc.divide(pc.add(1.0, value), 2.0), value)


def _mean(parts: list[pa.Array]) -> pa.Array:
    """projects.fit.mean on arrays."""
    total, known = 0.0, 0
    for part in parts:
        total = pc.add(total, pc.fill_null(part, 0.0))
        known = pc.add(known, pc.is_valid(part).cast(pa.int32()))
    some = pc.greater(known, 0)
    mean = pc.divide(total, pc.if_else(some, known, 1).cast(pa.float64()))
    return pc.if_else(some, pc.max_element_wise(mean, fit.LEAST), None)


def _geometric_mean(values: Mapping[str, pa.Array], weights: Mapping[str, float]) -> pa.Array:
    """projects.fit.geometric_mean on arrays."""
    total, known = 0.0, 0.0
    for name, value in values.items():
        weight = pc.if_else(pc.is_valid(value), float(weights[name]), 0.0)
        total = pc.add(total, pc.multiply(pc.fill_null(pc.ln(value), 0.0), weight))
        known = pc.add(known, weight)
    some = pc.greater(known, 0.0)
    return pc.if_else(some, pc.exp(pc.divide(total, pc.if_else(some, known, 1.0))), None)


def _floats(values: Sequence[float | None]) -> pa.Array:
    return pa.array(values, pa.float64())


def _bytes(column: bytearray) -> pa.Array:
    return pa.Array.from_buffers(pa.uint8(), len(column), [None, pa.py_buffer(column)])


def _numbers(column: array) -> pa.Array:
    kind = {"d": pa.float64(), "i": pa.int32()}[column.typecode]
    return pa.Array.from_buffers(kind, len(column), [None, pa.py_buffer(column)])
