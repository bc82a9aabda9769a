"""The fit of every card for one municipality: the formulas of suitability/score.py on columns.

A dimension seldom depends on the card alone: it is worked out once for each municipality a project may come
from, or each pair of codes, and the cards look it up. Every step is that of the pure functions in the same
order, so that list and single page never differ (tests/suitability/test_card_columns.py).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from cards.index.terms import COST_SIZE, PRIMARY_AREA
from municipalities.likeness import (
    Likeness,
    codes,
    decades_from,
    distance,
    floats,
    nearness,
    number,
    steps,
    unknown,
)
from municipalities.similar import Profile
from suitability import score as fit
from suitability.card_columns import AREAS, BODIES, DEMANDS, FUNDS, SCALES, STAGES, Columns, Places, Table

FAR = len(fit.CLASSES)
# Classes of inhabitants apart, from the reader's far smaller to far larger; the last is not known.
APART = (*range(-FAR, FAR + 1), None)
SAME, OTHER, UNKNOWN = range(3)
SUPRA = "supra_municipal"
NOTHING = pa.scalar(None, pa.float64())


@dataclass(frozen=True)
class Lookup:
    """A value for each card: row i of the cards has `values[at[i]]`, or `values[i]` where `at` is None."""

    values: pa.Array
    at: pa.Array | None = None

    def of(self, rows: pa.Array | None = None) -> pa.Array:
        """The values of these rows of the cards; of all without."""
        if self.at is None:
            return self.values if rows is None else pc.take(self.values, rows)
        return pc.take(self.values, self.at if rows is None else pc.take(self.at, rows))


@dataclass(frozen=True)
class Fits:
    """F of each card of a table, null where unknown, and the five dimensions it is made of."""

    table: Table
    score: pa.Array
    values: Mapping[str, Lookup]


class NamedMunicipalities(Likeness):
    """The municipalities that cards name, in columns: place 0 is none, the others as in `places`."""

    def __init__(self, places: Places, sheets: Mapping[str, Profile]):
        found: list[Profile | None] = [None, *(sheets.get(code) for code in places.municipalities)]
        self.sheets = found
        # Municipality of today → the codes under which cards name it, when it was another.
        self.former = defaultdict(list)
        for code, place in places.municipalities.items():
            if (sheet := found[place]) and sheet.code != code:
                self.former[sheet.code].append(code)
        super().__init__(found)
        self.is_coastal = pa.array([bool(s and s.is_coastal) for s in found])
        self.class_ = codes(fit.size_class(s.population) if s and s.population else None for s in found)
        pairs = [(at, place) for at, group in enumerate(places.groups) for place in _named(group, found)]
        self._group, self._municipality = (codes(column) for column in zip(*pairs, strict=True))

    def models(self, mine: Profile) -> pa.Array:
        """For each group of municipalities the one most like mine, 0 where none is known."""
        order = self.order(mine)
        rank = pc.take(pc.inverse_permutation(order.cast(pa.int32())), self._municipality)
        pairs = pa.table({"group": self._group, "rank": rank})
        # In the order in which the groups come, which is theirs.
        best = pairs.group_by("group", use_threads=False).aggregate([("rank", "min")])
        return pc.take(order, best["rank_min"].combine_chunks()).cast(pa.int32())

    def kin(self, mine: Profile) -> pa.Array:
        """For open_funds: 0 for no municipality, else 1 + 2 for the same region + 1 for the same province."""
        same = [pc.equal(self.region, mine.region), pc.equal(self.province, mine.province)]
        region, province = (pc.cast(column, pa.int32()) for column in same)
        return pc.fill_null(pc.add(1, pc.add(pc.multiply(2, region), province)), 0).cast(pa.int32())

    def standing(self, mine: Profile) -> pa.Array:
        """Place in the table of `_institutional`, but for body and scale."""
        apart = pa.nulls(self.size, pa.int32())
        if mine.population:
            apart = pc.subtract(fit.size_class(mine.population) + FAR, self.class_)
        known = pc.and_(pc.fill_null(self.has_region, False), bool(mine.region))
        region = pc.if_else(known, pc.if_else(pc.equal(self.region, mine.region), SAME, OTHER), UNKNOWN)
        place = pc.add(pc.multiply(pc.fill_null(apart, len(APART) - 1), 3), region)
        return place.cast(pa.int32())

    def roots(self, mine: Profile) -> pa.Array:
        """√(p·q), see suitability.score.cost_share."""
        if not mine.population:
            return unknown(self.size)
        return pc.sqrt(pc.multiply(number(mine.population), self.population))

    def people(self, mine: Profile) -> pa.Array:
        """The sociocultural dimension by scale, then municipality."""
        apart = decades_from(mine.population, self.population)
        alike = steps(self.urbanisation, mine.urbanisation, fit.URBANISATION)
        spans = [fit.SPANS.get(scale, fit.SPAN) for scale in SCALES]
        return pa.concat_arrays([_mean([nearness(apart, span, fit.LEAST), alike]) for span in spans])

    def ground(self, mine: Profile) -> pa.Array:
        """The environmental dimension where the ground matters wholly, then where it matters half."""
        relief = steps(self.relief, mine.relief, fit.RELIEF)
        elsewhere = pc.not_equal(self.is_coastal, mine.is_coastal)
        relief = pc.if_else(elsewhere, pc.multiply(relief, number(fit.COAST)), relief)
        apart = distance(self.altitude, mine.altitude_m)
        altitude = nearness(apart, fit.ALTITUDE_SPAN, fit.LEAST_ALTITUDE)
        apart = decades_from(mine.density, self.density)
        whole = [relief, altitude, nearness(apart, fit.DENSITY_SPAN, fit.LEAST_DENSITY)]
        half = [pc.divide(pc.add(number(1), part), number(2)) for part in whole]
        return pa.concat_arrays([_mean(whole), _mean(half)])


def _named(group: tuple[int, ...], sheets: list[Profile | None]) -> tuple[int, ...] | list[int]:
    """The municipalities of a group that are known; none, which is place 0, when no one is."""
    return [place for place in group if sheets[place]] or [0]


def fits(
    columns: Columns,
    municipalities: NamedMunicipalities,
    reader: fit.ReaderProfile,
    weights: Mapping[str, float],
) -> Fits:
    """All current cards scored for one municipality. Weights of the dimensions, not all zero."""
    table, mine = columns.table, reader.sheet
    model = pc.take(municipalities.models(mine), table.group)
    code, supra, soft = table.codes, _flags(SCALES, [SUPRA]), _flags(AREAS, fit.SOFT_AREAS)
    standing = _joined(pc.take(municipalities.standing(mine), model), code["body"], len(BODIES))
    values = {
        "institutional": Lookup(_institutional(), _joined(standing, pc.take(supra, code["scale"]), 2)),
        "technological": Lookup(
            _technological(mine.urbanisation), _joined(code["technology"], code["stage"], len(STAGES))
        ),
        "economic": Lookup(_economic(table, municipalities, reader, model)),
        "sociocultural": Lookup(
            municipalities.people(mine), _joined(code["scale"], model, municipalities.size)
        ),
        "environmental": Lookup(
            municipalities.ground(mine),
            _joined(pc.take(soft, code[PRIMARY_AREA]), model, municipalities.size),
        ),
    }
    return Fits(table, _geometric_mean(values, weights), values)


def _joined(high: pa.Array, low: pa.Array, width: int) -> pa.Array:
    """One place for two codes, of which the lower has `width` values."""
    return pc.add(pc.multiply(high, pa.scalar(width, pa.int32())), low)


def _flags(codes: Iterable[str], chosen: Iterable[str]) -> pa.Array:
    chosen = set(chosen)
    return pa.array([int(code in chosen) for code in codes], pa.int32())


@cache
def _institutional() -> pa.Array:
    """By classes apart, region, body, and whether the project is supra-municipal."""
    region = {SAME: 1.0, OTHER: fit.OTHER_REGION, UNKNOWN: None}
    return floats(
        fit.mean(
            (
                fit.BODIES.get(body),
                None if apart is None else fit.size_apart(apart),
                region[kin],
                *([fit.AGREEMENT] if is_supra else []),
            )
        )
        for apart in APART
        for kin in (SAME, OTHER, UNKNOWN)
        for body in BODIES
        for is_supra in (False, True)
    )


@cache
def _technological(urbanisation: int | None) -> pa.Array:
    """By what the technologies ask and by stage."""
    return floats(
        fit.mean((fit.demanded(level, urbanisation), fit.STAGES.get(stage)))
        for level in DEMANDS
        for stage in STAGES
    )


@cache
def _open_funds() -> pa.Array:
    """suitability.score.open_funds by the set of sources, then by kinship as in NamedMunicipalities.kin."""
    mine = Profile("", "", province="mine", region="mine")
    places = [("other", "other"), ("other", "mine"), ("mine", "other"), ("mine", "mine")]
    models = [None, *(Profile("", "", region=region, province=province) for region, province in places)]
    return floats(
        fit.open_funds([fund for bit, fund in enumerate(FUNDS) if mask >> bit & 1], mine, model)
        for mask in range(1 << len(FUNDS))
        for model in models
    )


def _economic(
    table: Table, municipalities: NamedMunicipalities, reader: fit.ReaderProfile, model: pa.Array
) -> pa.Array:
    share = pc.divide(table.numbers[COST_SIZE], pc.take(municipalities.roots(reader.sheet), model))
    burden = pc.divide(number(1), pc.add(number(1), pc.divide(share, number(fit.HALF_BURDEN))))
    kin = pc.take(municipalities.kin(reader.sheet), model)
    funds = pc.take(_open_funds(), _joined(table.codes["funding_source"], kin, 5))
    return _mean([burden, *_habit(share, reader.own_cost), funds])


def _habit(share: pa.Array, own: float | None) -> list[pa.Array]:
    if not own:
        return []
    within = pc.less_equal(share, number(own))
    return [pc.if_else(within, number(1), pc.sqrt(pc.divide(number(own), share)))]


def _mean(parts: list[pa.Array]) -> pa.Array:
    """suitability.score.mean on arrays."""
    total, known = number(0), number(0)
    for part in parts:
        total = pc.add(total, pc.fill_null(part, number(0)))
        known = pc.add(known, pc.cast(pc.is_valid(part), pa.float64()))
    # Nothing known is nought over nought: not a number, which is turned into null.
    mean = pc.divide(total, known)
    return pc.if_else(pc.is_nan(mean), NOTHING, pc.max_element_wise(mean, number(fit.LEAST)))


def _geometric_mean(values: Mapping[str, Lookup], weights: Mapping[str, float]) -> pa.Array:
    """geometric_mean of suitability.score on arrays: of the lookups first, then of the cards."""
    total, known = number(0), number(0)
    for name, value in values.items():
        weight = number(weights[name])
        logs = Lookup(pc.multiply(pc.fill_null(pc.ln(value.values), number(0)), weight), value.at)
        told = Lookup(pc.multiply(pc.cast(pc.is_valid(value.values), pa.float64()), weight), value.at)
        total = pc.add(total, logs.of())
        known = pc.add(known, told.of() if value.values.null_count else weight)
    mean = pc.exp(pc.divide(total, known))
    return pc.if_else(pc.is_nan(mean), NOTHING, mean)
