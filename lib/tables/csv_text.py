"""Cells and lines of CSV files (RFC 4180)."""

import csv
from collections.abc import Iterable
from datetime import UTC, datetime

from lib.tables.schema import BOOLEAN, INTEGER, LIST, MOMENT, NUMBER, Column

# A spreadsheet evaluates a cell that starts so; some take the full-width forms for these.
FORMULA_STARTS = tuple("=+-@\t\r\0＝＋－＠")


def neutralised(value):
    """The value; text that a spreadsheet would take for a formula gets an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


class _Echo:
    """A file for csv.writer whose `write` returns the line, and so does `writerow`."""

    @staticmethod
    def write(line: str) -> str:
        return line


_written = csv.writer(_Echo, lineterminator="\r\n").writerow


def csv_row(cells: Iterable) -> str:
    """The cells as one line: comma, CRLF, quotes where needed; None is an empty cell."""
    return _written(cells)


LIST_DELIMITER = "|"


def moment(text: str) -> str:
    """An ISO 8601 moment in UTC, to the second: `2026-03-01T10:20:30Z`."""
    if text.endswith("+00:00"):
        return f"{text[:19]}Z"
    return datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def as_text(column: Column, value) -> str:
    """The value as text, empty for None, as files without types have it."""
    if value is None:
        return ""
    if column.type == NUMBER:
        return f"{value:.{column.places}f}"
    if column.type == BOOLEAN:
        return "true" if value else "false"
    if column.type == LIST:
        return LIST_DELIMITER.join(value)
    if column.type == MOMENT:
        return moment(value)
    return str(value)


def cell_of(column: Column, value) -> str:
    """The value as a cell of a CSV file; numbers are no formulas, even with a minus."""
    text = as_text(column, value)
    return text if column.type in (NUMBER, INTEGER) else neutralised(text)
