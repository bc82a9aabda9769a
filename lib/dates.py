"""Ends of days, and partial dates: ISO 8601 of reduced precision, as 2014 or 2014-05.

Sources of public projects often give the year alone, which must not become 1 January.
"""

import re
from datetime import date, datetime, time, timedelta

from django.utils.timezone import make_aware

ISO = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$", re.ASCII)
ITALIAN = re.compile(r"^(?:(?:(\d{1,2})[/.\-])?(\d{1,2})[/.\-])?(\d{4}|\d{2}(?=$))$", re.ASCII)


def end_of(day: date) -> datetime:
    """The moment at which a day ends in Italy: the first one that is no longer in it."""
    return make_aware(datetime.combine(day + timedelta(days=1), time.min))


def parse_partial_date(text: str) -> str:
    """`1/3/2024`, `01-03-2024`, `1.3.24`, `3/2024`, `2024`, `2024-03-01` → reduced ISO text.

    Raises ValueError when it is no day of the calendar between 1900 and 2199.
    """
    text = text.strip()
    if match := ISO.match(text):
        year, month, day = match.groups()
    elif match := ITALIAN.match(text):
        day, month, year = match.groups()
        if len(year) == 2 and not month:
            raise ValueError(text)
        year = year if len(year) == 4 else f"20{year}"
    else:
        raise ValueError(text)
    date(int(year), int(month or 1), int(day or 1))
    if not 1900 <= int(year) <= 2199:
        raise ValueError(text)
    return "-".join([year] + [f"{int(part):02d}" for part in (month, day) if part])


def year_of(partial: str) -> int | None:
    """The year of a partial date; None for an empty one."""
    return int(partial[:4]) if partial else None


def is_before(first: str, second: str) -> bool:
    """Whether `first` is certainly earlier: compared at the coarser of the two precisions."""
    shared = min(len(first), len(second))
    return bool(shared) and first[:shared] < second[:shared]
