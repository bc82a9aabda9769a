"""What a project would cost elsewhere: its reuse-cost lines scaled to the reader's city. Pure, in euro.

A line that grows with inhabitants or units is multiplied by the ratio of the reader's to the source's, once
in full and once to the power 0.85 (larger places pay less for each): the two are the ends of its range. A
fixed line is divided by the bodies that share it; one that grows is each body's own. A yearly line counts
once a year. Both ends move by the margin and are rounded to two figures, downwards and upwards.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from cards.vocabulary.lists import CostDriver

ECONOMIES = Decimal("0.85")
FIGURES = 2
DEFAULT_YEARS, DEFAULT_BODIES, DEFAULT_MARGIN = 5, 1, 20


@dataclass(frozen=True)
class Line:
    """One of the 12 lines at its source: `amount` in euro, once or each year."""

    key: str
    amount: Decimal
    driver: str = CostDriver.FIXED.value
    is_yearly: bool = False


@dataclass(frozen=True)
class Assumptions:
    """Sizes of the source and of the reader (None: not known), bodies, years, margin in per cent."""

    source_inhabitants: int | None = None
    inhabitants: int | None = None
    source_units: int | None = None
    units: int | None = None
    bodies: int = DEFAULT_BODIES
    years: int = DEFAULT_YEARS
    margin: int = DEFAULT_MARGIN

    def ratio(self, driver: str) -> Decimal | None:
        """The reader's size over the source's, None when one of them is not known."""
        sizes = {
            CostDriver.INHABITANTS: (self.inhabitants, self.source_inhabitants),
            CostDriver.UNITS: (self.units, self.source_units),
        }
        mine, theirs = sizes.get(driver, (1, 1))
        return Decimal(mine) / theirs if mine and theirs else None


@dataclass(frozen=True)
class Range:
    low: Decimal
    high: Decimal

    def __add__(self, other: "Range") -> "Range":
        return Range(self.low + other.low, self.high + other.high)

    def rounded(self) -> "Range":
        return Range(rounded(self.low, ROUND_FLOOR), rounded(self.high, ROUND_CEILING))


@dataclass(frozen=True)
class Estimated:
    """A line with its range over all the years; None when the size it grows with is not known."""

    line: Line
    range: Range | None


@dataclass(frozen=True)
class Estimate:
    """`first` is paid once, `yearly` is that of one year, `total` both over all the years.

    They leave out the lines that could not be scaled.
    """

    lines: list[Estimated]
    first: Range
    yearly: Range
    total: Range

    @property
    def unscaled(self) -> list[Line]:
        return [estimated.line for estimated in self.lines if estimated.range is None]


def estimate(lines: Iterable[Line], given: Assumptions) -> Estimate:
    """The range of each line and of the whole. Raises ValueError for sizes, bodies or years below one."""
    if given.bodies < 1 or given.years < 1 or not 0 <= given.margin <= 100:
        raise ValueError("bodies and years are at least one, the margin lies between 0 and 100")
    lines = list(lines)
    once = {line.key: scaled(line, given) for line in lines}
    nothing = Range(Decimal(0), Decimal(0))
    first = sum((once[x.key] for x in lines if once[x.key] and not x.is_yearly), nothing)
    yearly = sum((once[x.key] for x in lines if once[x.key] and x.is_yearly), nothing)
    total = first + times(yearly, given.years)
    estimated = [Estimated(line, _over_years(line, once[line.key], given.years)) for line in lines]
    return Estimate(estimated, first.rounded(), yearly.rounded(), total.rounded())


def _over_years(line: Line, found: Range | None, years: int) -> Range | None:
    if found is None:
        return None
    return (times(found, years) if line.is_yearly else found).rounded()


def scaled(line: Line, given: Assumptions) -> Range | None:
    """The line once, or for one year, for the reader's city; not yet rounded."""
    ratio = given.ratio(line.driver)
    if ratio is None:
        return None
    if line.driver == CostDriver.FIXED:
        ends = [line.amount / given.bodies]
    else:
        ends = [line.amount * ratio, line.amount * ratio**ECONOMIES]
    margin = Decimal(given.margin) / 100
    return Range(min(ends) * (1 - margin), max(ends) * (1 + margin))


def times(found: Range, years: int) -> Range:
    return Range(found.low * years, found.high * years)


def rounded(amount: Decimal, rounding: str) -> Decimal:
    """Two figures, to whole euro: 123 456 gives 120 000 downwards and 130 000 upwards."""
    if not amount:
        return Decimal(0)
    step = Decimal(10) ** max(0, amount.adjusted() - FIGURES + 1)
    return (amount / step).to_integral_value(rounding) * step
