"""Days as people write them, ends of days, and partial dates: ISO 8601 of reduced precision (2014, 2014-05).

Sources of public projects often give the year alone, which must not become 1 January.
"""

import re
from calendar import monthrange
from datetime import date, datetime, time, timedelta
from functools import cache

from django.utils.dates import MONTHS
from django.utils.timezone import localdate, make_aware
from django.utils.translation import override

ISO = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$", re.ASCII)
ITALIAN = re.compile(r"^(?:(?:(\d{1,2})[/.\- ])?(\d{1,2})[/.\- ])?(\d{4}|\d{2}(?=$))$", re.ASCII)
YEAR_FIRST = re.compile(r"^(\d{4})[/.](\d{1,2})(?:[/.](\d{1,2}))?$", re.ASCII)
IN_WORDS = re.compile(r"^(?:(\d{1,2})\s*[°º]?(?:st|nd|rd|th)?\s+)?([a-z]+)\.?,?\s+(\d{4}|\d{2})$", re.ASCII)
# The century of a year of two digits, as POSIX strptime reads %y: 69–99 are of 1900, 00–68 of 2000.
FIRST_OF_1900 = 69


def end_of(day: date) -> datetime:
    """The moment at which a day ends in Italy: the first one that is no longer in it."""
    return make_aware(datetime.combine(day + timedelta(days=1), time.min))


def parse_partial_date(text: str) -> str:
    """`1/3/2024`, `01-03-2024`, `1.3.98`, `1 marzo 2024`, `3/2024`, `2024`, `2024-03-01` → ISO text.

    Of reduced precision where the day or the month is not written. Raises ValueError when it is no day of
    the calendar between 1900 and 2199.
    """
    text = " ".join(text.split())
    if match := ISO.match(text) or YEAR_FIRST.match(text):
        year, month, day = match.groups()
    elif match := ITALIAN.match(text):
        day, month, year = match.groups()
    elif match := IN_WORDS.match(text.lower()):
        day, word, year = match.groups()
        month = _month(word)
    else:
        raise ValueError(text)
    if len(year) == 2:
        if not month:
            raise ValueError(text)
        year = f"{19 if int(year) >= FIRST_OF_1900 else 20}{year}"
    date(int(year), int(month or 1), int(day or 1))
    if not 1900 <= int(year) <= 2199:
        raise ValueError(text)
    return "-".join([year] + [f"{int(part):02d}" for part in (month, day) if part])


def _month(word: str) -> str:
    """The number of a month by its Italian or English name, or three letters of it. Raises ValueError."""
    for names in _month_names():
        for number, name in names.items():
            if len(word) >= 3 and name.startswith(word):
                return str(number)
    raise ValueError(word)


@cache
def _month_names() -> list[dict[int, str]]:
    names = []
    for language in ("it", "en"):
        with override(language):
            names.append({number: str(name).lower() for number, name in MONTHS.items()})
    return names


def parse_day(text: str) -> date:
    """A whole day, written as parse_partial_date reads it. Raises ValueError for a month or a year alone."""
    iso = parse_partial_date(text)
    if len(iso) != len("2024-03-01"):
        raise ValueError(text)
    return date.fromisoformat(iso)


def italian_day(moment: str | datetime) -> date:
    """The day in Italy of a moment, also in ISO 8601 with its offset: 23:30 UTC is already the next day."""
    return localdate(datetime.fromisoformat(moment) if isinstance(moment, str) else moment)


def year_of(partial: str) -> int | None:
    """The year of a partial date; None for an empty one."""
    return int(partial[:4]) if partial else None


def last_day(partial: str) -> date:
    """The last day of a partial date: `2024` gives 31 December, `2024-02` 29 February."""
    year, month, day = (*map(int, partial.split("-")), 0, 0)[:3]
    month = month or 12
    return date(year, month, day or monthrange(year, month)[1])


def is_before(first: str, second: str) -> bool:
    """Whether `first` is certainly earlier: compared at the coarser of the two precisions."""
    shared = min(len(first), len(second))
    return bool(shared) and first[:shared] < second[:shared]
