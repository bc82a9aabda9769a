"""Cells and lines of CSV files (RFC 4180)."""

import csv
from collections.abc import Iterable

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
