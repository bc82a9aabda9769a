"""Terms and due dates, computed here alone: days, working days, months, suspensions, closing hours.

A day is a day of Italy (Europe/Rome). The day an event falls on is not counted, and a term ends with the last
second of its last day (Civil Code, art. 2963).
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum, auto
from functools import cache, cached_property
from zoneinfo import ZoneInfo

from holidays import country_holidays

ROME = ZoneInfo("Europe/Rome")
DAY = timedelta(days=1)
END_OF_DAY = time(23, 59, 59)


class Unit(StrEnum):
    DAYS = auto()
    WORKING_DAYS = auto()
    MONTHS = auto()


@dataclass(frozen=True)
class Rule:
    """How long a term is. A term in years is one of twelve months each.

    `closes_at`: what comes in later than this hour, or on a day that is not a working day, counts as received
    on the next working day. `rolls`: a last day that is not a working day moves to the next one.
    Raises ValueError for a negative amount.
    """

    amount: int
    unit: Unit
    closes_at: time | None = None
    rolls: bool = False

    def __post_init__(self):
        if self.amount < 0:
            raise ValueError("a term cannot be negative")


@dataclass(frozen=True)
class Calendar:
    """Working days: Monday to Friday but for national holidays and a city's patron saint `(month, day)`."""

    patron: tuple[int, int] | None = None

    def is_working(self, day: date) -> bool:
        """Whether offices are open on `day`. Raises ValueError before 1946 and after 2100."""
        if day.weekday() >= 5:
            return False
        return day not in _holidays(day.year) and (day.month, day.day) != self.patron

    def next_working(self, day: date) -> date:
        """`day`, or the first working day after it."""
        while not self.is_working(day):
            day += DAY
        return day


ITALY = Calendar()


@cache
def _holidays(year: int) -> frozenset[date]:
    """Holidays of the State in a year: L. 260/1949 as amended, Saint Francis since 2026 (L. 151/2025)."""
    # A set a year: the mapping of the library fills itself while it is read, which threads may not share.
    found = frozenset(country_holidays("IT", years=year)) if year >= 1946 else frozenset()
    if not found:
        raise ValueError(f"the holidays of {year} are not known")
    return found


@dataclass(frozen=True)
class Suspension:
    """Days that do not count: from `start` up to the day before `end`, on which the term runs again.

    Without `end` it is still open. `reason` and `act` (the document that decided it) are for people.
    """

    start: date
    end: date | None
    reason: str
    act: str = ""

    def covers(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)


@dataclass(frozen=True)
class Deadline:
    """A term that runs from `received`, with what stopped it.

    `done`: when the thing was done, which ends the term; `recorded`: when that was entered. Moments must be
    aware of their time zone: a naive one raises ValueError, at the latest when it is used.
    """

    rule: Rule
    received: datetime
    calendar: Calendar = ITALY
    suspensions: tuple[Suspension, ...] = ()
    done: datetime | None = None
    recorded: datetime | None = None

    @cached_property
    def first_day(self) -> date:
        """The day the event counts as received on, which itself is not counted."""
        day, closes_at = _day(self.received), self.rule.closes_at
        if closes_at is None:
            return day
        if self.received.astimezone(ROME).time() > closes_at:
            day += DAY
        return self.calendar.next_working(day)

    @cached_property
    def last_day(self) -> date | None:
        """The last day of the term; None while a suspension without end holds it."""
        left, day = self._days, self.first_day
        while left:
            day += DAY
            if any(pause.end is None and pause.covers(day) for pause in self._pauses):
                return None
            left -= self._counts(day)
        return self.calendar.next_working(day) if self.rule.rolls else day

    @property
    def due(self) -> datetime | None:
        """The last second of the last day in Italy; None while suspended without end."""
        return datetime.combine(self.last_day, END_OF_DAY, ROME) if self.last_day else None

    @property
    def is_recorded_late(self) -> bool:
        """Whether what was done was entered after it happened."""
        return bool(self.done and self.recorded and self.recorded > self.done)

    def is_overdue(self, now: datetime) -> bool:
        """Whether the last day was over at `now`, or when the thing was done."""
        return self.last_day is not None and self._until(now) > self.last_day

    def days_used(self, now: datetime) -> int:
        """How much of the term has run at `now`, in the unit of the rule: days that count or whole months."""
        used = sum(self._counts(day) for day in _days(self.first_day, self._until(now)))
        if self.rule.unit != Unit.MONTHS:
            return used
        end, months = self.first_day + used * DAY, 0
        while add_months(self.first_day, months + 1) <= end:
            months += 1
        return months

    def days_left(self, now: datetime) -> int | None:
        """Days to come up to the last one, 0 on it, negative afterwards; None while suspended without end.

        Working days for a rule in working days, calendar days otherwise; suspended ones are left out.
        """
        if self.last_day is None:
            return None
        day = self._until(now)
        if day <= self.last_day:
            return sum(self._counts(other) for other in _days(max(day, self.first_day), self.last_day))
        return -sum(self._is_of_unit(other) for other in _days(self.last_day, day))

    @cached_property
    def _days(self) -> int:
        """How many days have to count. Months become days first: a suspension adds days, not months."""
        if self.rule.unit == Unit.MONTHS:
            return (add_months(self.first_day, self.rule.amount) - self.first_day).days
        return self.rule.amount

    @cached_property
    def _pauses(self) -> tuple[Suspension, ...]:
        """Suspensions that began before the thing was done: what is done runs no longer."""
        if self.done is None:
            return self.suspensions
        return tuple(pause for pause in self.suspensions if pause.start <= _day(self.done))

    def _is_of_unit(self, day: date) -> bool:
        return self.rule.unit != Unit.WORKING_DAYS or self.calendar.is_working(day)

    def _counts(self, day: date) -> bool:
        return self._is_of_unit(day) and not any(pause.covers(day) for pause in self._pauses)

    def _until(self, now: datetime) -> date:
        return min(_day(now), _day(self.done)) if self.done else _day(now)


def add(start: date, rule: Rule, calendar: Calendar = ITALY) -> date:
    """The last day of a term that starts on `start`, which is not counted. Closing hours play no part."""
    if rule.unit == Unit.WORKING_DAYS:
        end, left = start, rule.amount
        while left:
            end += DAY
            left -= calendar.is_working(end)
    elif rule.unit == Unit.MONTHS:
        end = add_months(start, rule.amount)
    else:
        end = start + rule.amount * DAY
    return calendar.next_working(end) if rule.rolls else end


def add_months(day: date, months: int) -> date:
    """The same day so many months later; the last of a month without such a day (Civil Code, art. 2963)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def last_overdue_start(rule: Rule, today: date, calendar: Calendar = ITALY) -> date:
    """The last day from which a term is over: `add` of it, as of any day before it, lies before `today`."""
    start = today
    while add(start, rule, calendar) >= today:
        start -= DAY
    return start


def _day(moment: datetime) -> date:
    """The day of a moment in Italy. Raises ValueError without a time zone."""
    if moment.utcoffset() is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(ROME).date()


def _days(after: date, upto: date) -> Iterator[date]:
    """The days after one, up to another."""
    return (after + number * DAY for number in range(1, (upto - after).days + 1))
