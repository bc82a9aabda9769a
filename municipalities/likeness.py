"""municipalities.similar.likeness of one municipality and all others at once, in columns.

Every step is that of the pure function in the same order, so that no figure differs. The small functions on
columns serve the fit of projects too (suitability/scoring.py): null stands for what is not known.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from municipalities.similar import STEPS, UNKNOWN, WEIGHTS, Sheet


@lru_cache(1024)
def number(value: float) -> pa.Scalar:
    """A number as the columns take it. Made once: making one costs as much as adding a column."""
    return pa.scalar(float(value), pa.float64())


class Likeness:
    """Municipalities in columns; None among the sheets is a place of which nothing is known."""

    def __init__(self, sheets: Sequence[Sheet | None]):
        self.size = len(sheets)
        self.code = pa.array([s.code if s else "" for s in sheets], pa.string())
        self.population = floats((s and s.population) or None for s in sheets)
        self.density = floats(s and s.density for s in sheets)
        self.altitude = floats(s and s.altitude_m for s in sheets)
        self.urbanisation = codes(s and s.urbanisation for s in sheets)
        self.relief = codes(s and s.relief for s in sheets)
        self.region = pa.array([s and s.region for s in sheets], pa.string())
        self.province = pa.array([s and s.province for s in sheets], pa.string())
        self.has_region = pc.not_equal(self.region, "")

    def of(self, mine: Sheet) -> pa.Array:
        """The likeness of each and mine, from 0 to 1."""
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

    def order(self, mine: Sheet) -> pa.Array:
        """Places in the columns, the most like mine first; the lowest code speaks among equals."""
        columns = pa.table({"near": self.of(mine), "code": self.code})
        return pc.sort_indices(columns, sort_keys=[("near", "descending"), ("code", "ascending")])

    def first(self, mine: Sheet, limit: int) -> pa.Array:
        """The same of the first `limit` alone, which spares putting all others in order."""
        columns = pa.table({"near": self.of(mine), "code": self.code})
        keys = [("near", "descending"), ("code", "ascending")]
        return pc.select_k_unstable(columns, k=limit, sort_keys=keys)


def decades(theirs: pa.Array, mine: float | None) -> pa.Array:
    """municipalities.similar.decades(theirs, mine)."""
    return pc.abs(pc.log10(pc.divide(theirs, number(mine)))) if mine else unknown(len(theirs))


def decades_from(mine: float | None, theirs: pa.Array) -> pa.Array:
    """municipalities.similar.decades(mine, theirs)."""
    return pc.abs(pc.log10(pc.divide(number(mine), theirs))) if mine else unknown(len(theirs))


def distance(theirs: pa.Array, mine: float | None) -> pa.Array:
    """How far each quantity is from mine, whichever is larger."""
    return unknown(len(theirs)) if mine is None else pc.abs(pc.subtract(theirs, number(mine)))


def nearness(apart: pa.Array, span: float, least: float = 0) -> pa.Array:
    """1 − apart / span, never below `least`."""
    near = pc.subtract(number(1), pc.divide(apart, number(span)))
    return pc.max_element_wise(near, number(least), skip_nulls=False)


def steps(theirs: pa.Array, mine: int | None, values: Iterable[float]) -> pa.Array:
    """`values[n]` where a code is n steps from mine."""
    if mine is None:
        return unknown(len(theirs))
    return pc.take(_scale(tuple(values)), pc.abs(pc.subtract(theirs, pa.scalar(mine, pa.int32()))))


@lru_cache(64)
def _scale(values: tuple[float, ...]) -> pa.Array:
    """Made once: whenever Arrow is given a list, it looks whether pandas is installed."""
    return floats(values)


def unknown(length: int) -> pa.Array:
    """A column of which nothing is known."""
    return pa.nulls(length, pa.float64())


def floats(values: Iterable[float | None]) -> pa.Array:
    """Quantities as a column."""
    return pa.array([None if value is None else float(value) for value in values], pa.float64())


def codes(values: Iterable[int | None]) -> pa.Array:
    """Whole numbers as a column."""
    return pa.array(list(values), pa.int32())
