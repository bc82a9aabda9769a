"""Cells and lines of CSV files (RFC 4180)."""

import csv
from collections.abc import Iterable
from datetime import UTC, datetime

from lib.tables.schema import BOOLEAN, INTEGER, LIST, MOMENT, NUMBER, Column

# A spreadsheet runs a cell that starts so; full-width forms are folded to these by some.
FORMULA_STARTS = tuple("=+-@\t\r\0＝＋－＠")


def neutralised(value):
    """Text that no spreadsheet takes for a formula: an apostrophe before the sign. Other values stay."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


class _Echo:
    """Returns what a csv.writer writes, so that the writer does."""

    @staticmethod
    def write(line: str) -> str:
        return line


_written = csv.writer(_Echo, lineterminator="\r\n").writerow


def csv_row(cells: Iterable) -> str:
    """Cells as one line: comma, CRLF, quotes where needed; None is an empty cell."""
    return _written(cells)


LIST_DELIMITER = "|"


def moment(text: str) -> str:
    """An ISO moment in UTC, to the second: `2026-03-01T10:20:30Z`."""
    if text.endswith("+00:00"):
        return f"{text[:19]}Z"
    return datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def as_text(column: Column, value) -> str:
    """One spelling a value, for files that hold text only."""
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
    """A value as a CSV file has it."""
    text = as_text(column, value)
    return text if column.type in (NUMBER, INTEGER) else neutralised(text)
