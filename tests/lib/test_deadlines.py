"""Terms: literal cases with the law in mind, properties against naive walks over the calendar."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.deadlines import (
    ITALY,
    Calendar,
    Deadline,
    Rule,
    Suspension,
    Unit,
    add,
    add_months,
    last_overdue_start,
)

ROME = ZoneInfo("Europe/Rome")
DAY = timedelta(days=1)
TURIN = Calendar(patron=(6, 24))
NOON = time(12)


def at(day: date, hour: time = NOON) -> datetime:
    return datetime.combine(day, hour, ROME)


def days(amount, **more) -> Rule:
    return Rule(amount, Unit.DAYS, **more)


def working(amount, **more) -> Rule:
    return Rule(amount, Unit.WORKING_DAYS, **more)


def months(amount, **more) -> Rule:
    return Rule(amount, Unit.MONTHS, **more)


def easter(year: int) -> date:
    """Easter Sunday, by the anonymous Gregorian computus."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    left = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 19 * left) // 433
    month = (h + left - 7 * m + 90) // 25
    return date(year, month, (h + left - 7 * m + 33 * month + 19) % 32)


# In force throughout.
FIXED = {(1, 1), (4, 25), (5, 1), (8, 15), (11, 1), (12, 8), (12, 25), (12, 26)}


def holidays_by_law(year: int) -> set[date]:
    """What the laws say of a year, counted apart from the library."""
    found = {date(year, month, day) for month, day in FIXED} | {easter(year) + DAY}
    # Until L. 54/1977: Epiphany, Saint Joseph, Ascension, Corpus Christi, Saints Peter and Paul, 4 November.
    if year < 1977:
        found |= {date(year, 3, 19), date(year, 6, 29), date(year, 11, 4)}
        found |= {easter(year) + timedelta(days=39), easter(year) + timedelta(days=60)}
    # The Epiphany came back in 1986 (D.P.R. 792/1985), 2 June on its day in 2001 (L. 336/2000).
    if year < 1978 or year >= 1986:
        found.add(date(year, 1, 6))
    if year < 1977 or year >= 2001:
        found.add(date(year, 6, 2))
    # A hundred and a hundred and fifty years of unity; Saint Francis again from 2026 (L. 151/2025).
    if year in (1961, 2011):
        found.add(date(year, 3, 17))
    if year >= 2026:
        found.add(date(year, 10, 4))
    return found


@pytest.mark.parametrize("year", range(1950, 2101))
def test_working_days_of_a_year_are_those_of_the_laws(year):
    by_law = holidays_by_law(year)
    first = date(year, 1, 1)
    all_days = [first + number * DAY for number in range((date(year + 1, 1, 1) - first).days)]
    differ = [day for day in all_days if ITALY.is_working(day) != (day.weekday() < 5 and day not in by_law)]
    assert differ == []


def test_saint_francis_is_a_holiday_from_2026():
    assert (ITALY.is_working(date(2023, 10, 4)), ITALY.is_working(date(2027, 10, 4))) == (True, False)


@pytest.mark.parametrize("year", [1945, 2101])
def test_years_without_known_holidays_are_refused(year):
    monday = next(date(year, 5, n) for n in range(1, 8) if date(year, 5, n).weekday() == 0)
    with pytest.raises(ValueError, match=f"holidays of {year} are not known"):
        ITALY.is_working(monday)


def test_patron_saint_closes_its_city_alone():
    day = date(2026, 6, 24)
    assert (TURIN.is_working(day), ITALY.is_working(day)) == (False, True)
    assert add(date(2026, 6, 23), working(1), TURIN) == date(2026, 6, 25)


@pytest.mark.parametrize(
    ("start", "rule", "end"),
    [
        (date(2026, 11, 20), working(10), date(2026, 12, 4)),
        (date(2026, 12, 4), working(1), date(2026, 12, 7)),
        (date(2026, 12, 7), working(1), date(2026, 12, 9)),
        # Good Friday, then Easter Monday.
        (date(2026, 4, 3), working(1), date(2026, 4, 7)),
        (date(2026, 12, 24), working(1), date(2026, 12, 28)),
        (date(2026, 11, 20), working(0), date(2026, 11, 20)),
        (date(2026, 1, 31), months(1), date(2026, 2, 28)),
        (date(2028, 1, 31), months(1), date(2028, 2, 29)),
        (date(2026, 3, 31), months(1), date(2026, 4, 30)),
        (date(2026, 2, 28), months(1), date(2026, 3, 28)),
        (date(2026, 11, 30), months(3), date(2027, 2, 28)),
        (date(2028, 2, 29), months(12), date(2029, 2, 28)),
        (date(2024, 2, 29), months(48), date(2028, 2, 29)),
        # The Prato agreement: three years from 8 May 2019.
        (date(2019, 5, 8), months(36), date(2022, 5, 8)),
        (date(2026, 12, 31), days(1), date(2027, 1, 1)),
        (date(2028, 2, 28), days(1), date(2028, 2, 29)),
    ],
)
def test_add(start, rule, end):
    assert add(start, rule) == end


# Thirty days of law, which roll where the last one is a holiday.
@pytest.mark.parametrize(
    ("received", "last"),
    [
        (date(2026, 1, 7), date(2026, 2, 6)),
        (date(2026, 1, 30), date(2026, 3, 2)),  # 1 March is a Sunday
        (date(2028, 1, 31), date(2028, 3, 1)),  # across 29 February
        (date(2026, 2, 27), date(2026, 3, 30)),  # Sunday, and the clock changes on it
        (date(2026, 3, 6), date(2026, 4, 7)),  # Easter Sunday and Monday
        (date(2026, 3, 26), date(2026, 4, 27)),  # Saturday 25 April
        (date(2026, 4, 1), date(2026, 5, 4)),  # Friday 1 May, then a weekend
        (date(2026, 5, 3), date(2026, 6, 3)),  # 2 June
        (date(2026, 7, 16), date(2026, 8, 17)),  # Saturday 15 August
        (date(2027, 9, 4), date(2027, 10, 5)),  # Monday 4 October
        (date(2026, 11, 25), date(2026, 12, 28)),  # Christmas, Saint Stephen, Sunday
        (date(2026, 12, 2), date(2027, 1, 4)),  # New Year's Day, then a weekend
    ],
)
def test_thirty_legal_days(received, last):
    assert Deadline(days(30, rolls=True), at(received)).last_day == last
    assert add(received, days(30, rolls=True)) == last


def test_last_day_that_does_not_roll_stays_on_its_holiday():
    assert Deadline(days(30), at(date(2026, 3, 6))).last_day == date(2026, 4, 5)


def test_last_day_rolls_over_the_patron_saint():
    assert Deadline(days(1, rolls=True), at(date(2026, 6, 23)), TURIN).last_day == date(2026, 6, 25)
    assert Deadline(months(1, rolls=True), at(date(2026, 5, 24)), TURIN).last_day == date(2026, 6, 25)


# The nights on which the clock changes in Italy, and an ordinary day of winter and summer.
@pytest.mark.parametrize(
    ("day", "offset"),
    [
        (date(2026, 3, 28), 1),
        (date(2026, 3, 29), 2),
        (date(2026, 10, 24), 2),
        (date(2026, 10, 25), 1),
        (date(2026, 1, 15), 1),
        (date(2026, 7, 15), 2),
    ],
)
def test_term_ends_with_the_last_second_of_the_italian_day(day, offset):
    deadline = Deadline(days(10), at(day - 10 * DAY))
    end = datetime.combine(day, time(23, 59, 59), UTC) - timedelta(hours=offset)
    assert deadline.due.astimezone(UTC) == end
    assert not deadline.is_overdue(end)
    assert not deadline.is_overdue(end + timedelta(microseconds=999_999))
    assert deadline.is_overdue(end + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("moment", "first"),
    [
        # 23:30 in London is the day after in Rome; both hours of the night that has one twice are of one day.
        (datetime(2026, 1, 14, 22, 59, 59, tzinfo=UTC), date(2026, 1, 14)),
        (datetime(2026, 1, 14, 23, 0, tzinfo=UTC), date(2026, 1, 15)),
        (datetime(2026, 7, 14, 21, 59, 59, tzinfo=UTC), date(2026, 7, 14)),
        (datetime(2026, 7, 14, 22, 0, tzinfo=UTC), date(2026, 7, 15)),
        (datetime(2026, 10, 25, 2, 30, fold=0, tzinfo=ROME), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=ROME), date(2026, 10, 25)),
    ],
)
def test_day_of_reception_is_the_italian_one(moment, first):
    assert Deadline(days(5), moment).first_day == first
    assert Deadline(days(5), moment).last_day == first + 5 * DAY


CLOSES = time(17)


@pytest.mark.parametrize(
    ("received", "first"),
    [
        (at(date(2026, 11, 20), time(17)), date(2026, 11, 20)),
        (at(date(2026, 11, 20), time(17, 0, 1)), date(2026, 11, 23)),  # Friday after hours
        (at(date(2026, 11, 21), time(9)), date(2026, 11, 23)),  # Saturday
        (at(date(2026, 12, 7), time(18)), date(2026, 12, 9)),  # the eve of a holiday after hours
        (at(date(2026, 12, 24), time(23, 59)), date(2026, 12, 28)),
        (datetime(2026, 11, 19, 16, 30, tzinfo=UTC), date(2026, 11, 20)),  # 17:30 in Rome
    ],
)
def test_received_after_hours_counts_from_the_next_working_day(received, first):
    deadline = Deadline(days(10, closes_at=CLOSES), received)
    assert (deadline.first_day, deadline.last_day) == (first, first + 10 * DAY)


def test_without_closing_hours_a_holiday_counts():
    assert Deadline(days(10), at(date(2026, 12, 25))).first_day == date(2026, 12, 25)


def pause(start: date, end: date | None) -> Suspension:
    return Suspension(start, end, "Integrazione richiesta")


START = date(2026, 9, 1)  # Tuesday; 30 days end on 1 October


@pytest.mark.parametrize(
    ("pauses", "last"),
    [
        ([], date(2026, 10, 1)),
        ([(date(2026, 9, 10), date(2026, 9, 20))], date(2026, 10, 11)),
        # Three of 10, 5 and 1 days: the last begins in the days the first two added.
        (
            [
                (date(2026, 9, 10), date(2026, 9, 20)),
                (date(2026, 9, 25), date(2026, 9, 30)),
                (date(2026, 10, 16), date(2026, 10, 17)),
            ],
            date(2026, 10, 17),
        ),
        # What two share counts once, in whichever order they are given.
        (
            [(date(2026, 9, 15), date(2026, 9, 25)), (date(2026, 9, 10), date(2026, 9, 20))],
            date(2026, 10, 16),
        ),
        # Before the term, after it, empty: nothing changes.
        ([(date(2026, 8, 1), date(2026, 9, 1))], date(2026, 10, 1)),
        ([(date(2026, 10, 2), date(2026, 10, 20))], date(2026, 10, 1)),
        ([(date(2026, 9, 10), date(2026, 9, 10))], date(2026, 10, 1)),
        # The day of reception is not counted, so that it cannot be suspended.
        ([(date(2026, 8, 20), date(2026, 9, 2))], date(2026, 10, 1)),
        ([(date(2026, 8, 20), date(2026, 9, 3))], date(2026, 10, 2)),
        # From the last day on.
        ([(date(2026, 10, 1), date(2026, 10, 4))], date(2026, 10, 4)),
        # Open: no last day, unless the term was over before it began.
        ([(date(2026, 9, 10), None)], None),
        ([(date(2026, 10, 1), None)], None),
        ([(date(2026, 10, 2), None)], date(2026, 10, 1)),
        ([(date(2026, 9, 10), date(2026, 9, 20)), (date(2026, 10, 5), None)], None),
    ],
)
def test_suspensions_shift_the_last_day(pauses, last):
    deadline = Deadline(days(30), at(START), suspensions=tuple(pause(*ends) for ends in pauses))
    assert deadline.last_day == last
    assert (deadline.due and deadline.due.date()) == last


def test_suspended_weekend_costs_no_working_day():
    weekend = (pause(date(2026, 9, 5), date(2026, 9, 7)),)
    assert Deadline(working(10), at(START), suspensions=weekend).last_day == date(2026, 9, 15)
    monday = (pause(date(2026, 9, 5), date(2026, 9, 8)),)
    assert Deadline(working(10), at(START), suspensions=monday).last_day == date(2026, 9, 16)


def test_suspension_adds_days_to_months():
    ten = (pause(date(2026, 2, 5), date(2026, 2, 15)),)
    assert Deadline(months(1), at(date(2026, 1, 31)), suspensions=ten).last_day == date(2026, 3, 10)


def test_shifted_last_day_still_rolls():
    four = (pause(date(2026, 9, 10), date(2026, 9, 13)),)  # 4 October is a Sunday and Saint Francis
    assert Deadline(days(30, rolls=True), at(START), suspensions=four).last_day == date(2026, 10, 5)


def test_done_before_a_suspension_is_not_touched_by_it():
    later = (pause(date(2026, 9, 20), None),)
    deadline = Deadline(days(30), at(START), suspensions=later, done=at(date(2026, 9, 19)))
    assert deadline.last_day == date(2026, 10, 1)
    assert not deadline.is_overdue(at(date(2027, 1, 1)))
    assert (deadline.days_used(at(date(2027, 1, 1))), deadline.days_left(at(date(2027, 1, 1)))) == (18, 12)


def test_open_suspension_stops_the_count():
    deadline = Deadline(days(30), at(START), suspensions=(pause(date(2026, 9, 11), None),))
    for now in (at(date(2026, 9, 11)), at(date(2027, 6, 1))):
        assert deadline.days_used(now) == 9
        assert (deadline.days_left(now), deadline.due, deadline.is_overdue(now)) == (None, None, False)


def test_done_late_stays_overdue_and_done_in_time_never_is():
    last = date(2026, 10, 1)
    in_time = Deadline(days(30), at(START), done=at(last, time(23, 59, 59)))
    late = Deadline(days(30), at(START), done=at(last + DAY, time(0)))
    after = at(date(2027, 1, 1))
    assert (in_time.is_overdue(after), late.is_overdue(after)) == (False, True)
    # Asked of a day before it was done.
    assert not late.is_overdue(at(last))
    assert late.days_left(after) == -1


def test_late_registration_is_marked_and_does_not_make_late():
    done = at(date(2026, 9, 30))
    deadline = Deadline(days(30), at(START), done=done, recorded=at(date(2026, 10, 20)))
    assert (deadline.is_recorded_late, deadline.is_overdue(at(date(2026, 10, 20)))) == (True, False)
    assert not Deadline(days(30), at(START), done=done, recorded=done).is_recorded_late
    assert not Deadline(days(30), at(START), recorded=done).is_recorded_late


@pytest.mark.parametrize(
    ("rule", "today", "used", "left"),
    [
        (days(30), date(2026, 9, 1), 0, 30),
        (days(30), date(2026, 10, 1), 30, 0),
        (days(30), date(2026, 10, 3), 32, -2),
        (days(30), date(2026, 8, 30), 0, 30),
        (working(10), date(2026, 9, 7), 4, 6),
        (working(10), date(2026, 9, 6), 3, 7),
        (working(10), date(2026, 9, 21), 14, -4),
        (months(3), date(2026, 9, 30), 0, 62),
        (months(3), date(2026, 10, 1), 1, 61),
        (months(3), date(2026, 12, 1), 3, 0),
    ],
)
def test_days_used_and_left(rule, today, used, left):
    deadline = Deadline(rule, at(START))
    assert (deadline.days_used(at(today)), deadline.days_left(at(today))) == (used, left)


def test_naive_moment_is_refused():
    naive = datetime(2026, 9, 1, 12)
    for deadline in (Deadline(days(3), naive), Deadline(days(3), at(START), done=naive)):
        with pytest.raises(ValueError, match="time zone"):
            deadline.is_overdue(at(START))
    with pytest.raises(ValueError, match="time zone"):
        Deadline(days(3), at(START)).is_overdue(naive)


def test_negative_term_is_refused():
    with pytest.raises(ValueError, match="negative"):
        days(-1)


@pytest.mark.parametrize(
    ("rule", "today", "start"),
    [
        (working(10), date(2026, 11, 18), date(2026, 11, 3)),
        (working(10), date(2026, 11, 19), date(2026, 11, 4)),
        (days(30), date(2026, 12, 1), date(2026, 10, 31)),
        # 28 February and the three days before it end on 28 March at the latest.
        (months(1), date(2026, 3, 1), date(2026, 1, 31)),
    ],
)
def test_last_overdue_start(rule, today, start):
    assert last_overdue_start(rule, today) == start


DATES = st.dates(date(1990, 1, 1), date(2060, 12, 31))
RULES = st.builds(
    Rule,
    st.integers(0, 60),
    st.sampled_from([Unit.DAYS, Unit.WORKING_DAYS]),
    rolls=st.booleans(),
) | st.builds(Rule, st.integers(0, 30), st.just(Unit.MONTHS), rolls=st.booleans())
CALENDARS = st.sampled_from([ITALY, TURIN, Calendar((12, 7))])
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2060, 12, 31), timezones=st.just(UTC))


@st.composite
def suspensions(draw, start: date):
    """Closed ones around a term that starts on `start`, in any order, also one over another."""
    found = draw(st.lists(st.tuples(st.integers(-20, 90), st.integers(0, 30)), max_size=4))
    return tuple(pause(start + first * DAY, start + (first + length) * DAY) for first, length in found)


@given(DATES, st.integers(0, 500))
def test_months_keep_the_day_or_end_the_month(day, amount):
    end = add_months(day, amount)
    assert (end.year * 12 + end.month) - (day.year * 12 + day.month) == amount
    assert end.day == min(day.day, monthrange(end.year, end.month)[1])


@given(DATES, st.integers(0, 60), CALENDARS)
def test_working_days_are_counted_one_by_one(start, amount, calendar):
    end = add(start, working(amount), calendar)
    between = [start + n * DAY for n in range(1, (end - start).days + 1)]
    assert sum(map(calendar.is_working, between)) == amount
    assert end == start or calendar.is_working(end)


@given(MOMENTS, RULES, CALENDARS)
def test_deadline_without_suspensions_is_add(received, rule, calendar):
    deadline = Deadline(rule, received, calendar)
    assert deadline.first_day == received.astimezone(ROME).date()
    assert deadline.last_day == add(deadline.first_day, rule, calendar)
    assert deadline.due.astimezone(ROME).strftime("%H:%M:%S") == "23:59:59"
    assert not deadline.is_overdue(deadline.due)
    assert deadline.is_overdue(deadline.due.astimezone(UTC) + timedelta(seconds=1))


@given(st.data(), DATES, RULES)
def test_last_day_is_the_first_with_enough_days_that_count(data, start, rule):
    pauses = data.draw(suspensions(start))
    deadline = Deadline(Rule(rule.amount, rule.unit), at(start), suspensions=pauses)
    is_working_days = rule.unit == Unit.WORKING_DAYS
    wanted = rule.amount
    if rule.unit == Unit.MONTHS:
        wanted = (add_months(start, rule.amount) - start).days
    suspended = {p.start + n * DAY for p in pauses for n in range((p.end - p.start).days)}
    counted, day = 0, start
    while counted < wanted:
        day += DAY
        counted += day not in suspended and (not is_working_days or ITALY.is_working(day))
    assert deadline.last_day == day
    rolled = Deadline(Rule(rule.amount, rule.unit, rolls=True), at(start), suspensions=pauses)
    assert rolled.last_day == ITALY.next_working(day)


@given(st.data(), DATES, RULES)
def test_suspension_never_brings_the_end_nearer(data, start, rule):
    pauses = data.draw(suspensions(start))
    plain = Deadline(rule, at(start)).last_day
    fewer, more = (Deadline(rule, at(start), suspensions=some).last_day for some in (pauses[1:], pauses))
    assert plain <= fewer <= more


@given(st.data(), DATES, RULES)
def test_order_of_suspensions_does_not_matter(data, start, rule):
    pauses = data.draw(suspensions(start))
    one, other = (Deadline(rule, at(start), suspensions=some) for some in (pauses, pauses[::-1]))
    assert one.last_day == other.last_day


@given(st.data(), DATES, st.integers(0, 60), st.sampled_from([Unit.DAYS, Unit.WORKING_DAYS]))
def test_used_and_left_make_the_term_until_its_last_day(data, start, amount, unit):
    deadline = Deadline(Rule(amount, unit), at(start), suspensions=data.draw(suspensions(start)))
    now = at(start + data.draw(st.integers(0, (deadline.last_day - start).days)) * DAY)
    assert deadline.days_used(now) + deadline.days_left(now) == amount
    assert deadline.days_left(at(deadline.last_day + DAY)) <= 0


@given(MOMENTS, RULES, st.times())
def test_closing_hours_never_count_from_before_or_from_a_holiday(received, rule, closes_at):
    rule = Rule(rule.amount, rule.unit, closes_at=closes_at)
    deadline, day = Deadline(rule, received), received.astimezone(ROME).date()
    assert deadline.first_day >= day
    assert ITALY.is_working(deadline.first_day)
    in_hours = received.astimezone(ROME).time() <= closes_at and ITALY.is_working(day)
    assert (deadline.first_day == day) is in_hours


@given(RULES, DATES)
def test_overdue_start_is_the_last_one(rule, today):
    start = last_overdue_start(rule, today)
    assert add(start, rule) < today <= add(start + DAY, rule)
