"""municipalities.similar.likeness of one municipality and all others at once, in Arrow columns.

Every step is that of the pure function, in the same order, so that the results are equal to the last bit. The
functions on columns are used by suitability/scoring.py too. Null stands for an unknown value.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from municipalities.similar import STEPS, UNKNOWN, WEIGHTS, Profile


@lru_cache(1024)
def number(value: float) -> pa.Scalar:
    """A number as an Arrow scalar. Cached: creating one costs as much as adding a column."""
    return pa.scalar(float(value), pa.float64())


class Likeness:
    """The profiles of municipalities as columns, in their order; None is a row of which nothing is known."""

    def __init__(self, profiles: Sequence[Profile | None]):
        self.size = len(profiles)
        self.code = pa.array([p.code if p else "" for p in profiles], pa.string())
        self.population = floats((p and p.population) or None for p in profiles)
        self.density = floats(p and p.density for p in profiles)
        self.altitude = floats(p and p.altitude_m for p in profiles)
        self.urbanisation = codes(p and p.urbanisation for p in profiles)
        self.relief = codes(p and p.relief for p in profiles)
        self.region = pa.array([p and p.region for p in profiles], pa.string())
        self.province = pa.array([p and p.province for p in profiles], pa.string())
        self.has_region = pc.not_equal(self.region, "")

    def of(self, mine: Profile) -> pa.Array:
        """The likeness of each row to `mine`, from 0 to 1."""
        same_region, same_province = (
            self._same(self.region, mine.region),
            self._same(self.province, mine.province),
        )
        region = pc.if_else(same_province, number(1), pc.if_else(same_region, number(0.7), number(0.4)))
        parts = {
            "population": nearness(decades(self.population, mine.population), 2),
            "urbanisation": steps(self.urbanisation, mine.urbanisation, STEPS),
            "relief": steps(self.relief, mine.relief, STEPS),
            "altitude": nearness(distance(self.altitude, mine.altitude_m), 1000),
            "density": nearness(decades(self.density, mine.density), 2),
            "region": pc.if_else(self.has_region, region, None) if mine.region else unknown(self.size),
        }
        total, missing = number(0), number(UNKNOWN)
        for name, weight in WEIGHTS.items():
            total = pc.add(total, pc.multiply(number(weight), pc.fill_null(parts[name], missing)))
        return total

    def _same(self, column: pa.Array, mine: str) -> pa.Array:
        return pc.fill_null(pc.equal(column, mine), False) if mine else pa.array([False] * self.size)

    def order(self, mine: Profile) -> pa.Array:
        """The numbers of all rows, the most like `mine` first; by code among equals."""
        columns = pa.table({"near": self.of(mine), "code": self.code})
        return pc.sort_indices(columns, sort_keys=[("near", "descending"), ("code", "ascending")])

    def first(self, mine: Profile, limit: int) -> pa.Array:
        """The first `limit` of `order`, without sorting the others."""
        columns = pa.table({"near": self.of(mine), "code": self.code})
        keys = [("near", "descending"), ("code", "ascending")]
        return pc.select_k_unstable(columns, k=limit, sort_keys=keys)


def decades(theirs: pa.Array, mine: float | None) -> pa.Array:
    """municipalities.similar.decades(theirs, mine) by row."""
    return pc.abs(pc.log10(pc.divide(theirs, number(mine)))) if mine else unknown(len(theirs))


def decades_from(mine: float | None, theirs: pa.Array) -> pa.Array:
    """municipalities.similar.decades(mine, theirs) by row: the inverse division, which rounds otherwise."""
    return pc.abs(pc.log10(pc.divide(number(mine), theirs))) if mine else unknown(len(theirs))


def distance(theirs: pa.Array, mine: float | None) -> pa.Array:
    """|theirs − mine| by row."""
    return unknown(len(theirs)) if mine is None else pc.abs(pc.subtract(theirs, number(mine)))


def nearness(apart: pa.Array, span: float, least: float = 0) -> pa.Array:
    """max(least, 1 − apart / span) by row."""
    near = pc.subtract(number(1), pc.divide(apart, number(span)))
    return pc.max_element_wise(near, number(least), skip_nulls=False)


def steps(theirs: pa.Array, mine: int | None, values: Iterable[float]) -> pa.Array:
    """`values[n]` by row, where n = |theirs − mine|."""
    if mine is None:
        return unknown(len(theirs))
    return pc.take(_scale(tuple(values)), pc.abs(pc.subtract(theirs, pa.scalar(mine, pa.int32()))))


@lru_cache(64)
def _scale(values: tuple[float, ...]) -> pa.Array:
    """Cached: for each list that it is given, Arrow looks whether pandas is installed."""
    return floats(values)


def unknown(length: int) -> pa.Array:
    """A column of nulls."""
    return pa.nulls(length, pa.float64())


def floats(values: Iterable[float | None]) -> pa.Array:
    """Numbers as a column of float64."""
    return pa.array([None if value is None else float(value) for value in values], pa.float64())


def codes(values: Iterable[int | None]) -> pa.Array:
    """Whole numbers as a column of int32."""
    return pa.array(list(values), pa.int32())
