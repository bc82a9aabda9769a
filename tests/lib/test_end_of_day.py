"""A day ends at midnight in Italy."""

from datetime import UTC, date, datetime

import pytest

from lib.dates import end_of


@pytest.mark.parametrize(
    ("day", "moment"),
    [
        (date(2026, 1, 31), datetime(2026, 1, 31, 23, tzinfo=UTC)),
        (date(2026, 7, 1), datetime(2026, 7, 1, 22, tzinfo=UTC)),
        # The clock changes in the night before this day ends, and after it began.
        (date(2026, 3, 29), datetime(2026, 3, 29, 22, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 25, 23, tzinfo=UTC)),
    ],
)
def test_end_is_the_first_moment_of_the_next_day(day, moment):
    assert end_of(day) == moment
