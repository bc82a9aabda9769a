"""Working days in Italy: Monday to Friday but for the holidays of the State (L. 260/1949 and L. 54/1977)."""

from datetime import date, timedelta

FIXED = {(1, 1), (1, 6), (4, 25), (5, 1), (6, 2), (8, 15), (11, 1), (12, 8), (12, 25), (12, 26)}
# Since 2026 Saint Francis is a holiday again (L. 151/2025).
FRANCIS, FRANCIS_FROM = (10, 4), 2026


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


def is_working(day: date) -> bool:
    """Whether offices are open on a day."""
    if day.weekday() >= 5 or (day.month, day.day) in FIXED:
        return False
    if (day.month, day.day) == FRANCIS and day.year >= FRANCIS_FROM:
        return False
    return day != easter(day.year) + timedelta(days=1)


def after_working_days(start: date, days: int) -> date:
    """The working day that comes `days` working days after `start`, which is not counted."""
    day = start
    while days:
        day += timedelta(days=1)
        days -= is_working(day)
    return day
