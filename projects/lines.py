"""The CSV line of a card: how values are spelt in files of text, and the line as it is stored.

A stored line is made when the card is published and is a pure function of its document. It keeps the codes of
the municipalities, as the document does; their cells are put in when the line is read (opendata/search.py).
"""

import csv
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from hashlib import blake2b

from projects.columns import BOOLEAN, INTEGER, LIST, MOMENT, NUMBER, PROJECTS, Column

LIST_DELIMITER = "|"
# A spreadsheet runs a cell that starts so; full-width forms are folded to these by some.
FORMULA_STARTS = tuple("=+-@\t\r\0＝＋－＠")
# The cells that depend on the territory. They stand side by side.
PLACED = (
    "municipality_code",
    "municipality_istat_code",
    "municipality_name",
    "province_code",
    "region_code",
    "other_municipalities",
)
# Raised when a value is spelt in another way: lines stored before are then not used.
SPELLING = 1


def neutralised(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe before the sign."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


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


class _Echo:
    """Gives back what a csv.writer writes, so that the writer does."""

    @staticmethod
    def write(line: str) -> str:
        return line


_written = csv.writer(_Echo, lineterminator="\r\n").writerow


def csv_row(cells: Iterable) -> str:
    """Cells as one line: comma, CRLF, quotes where needed (RFC 4180)."""
    return _written(cells)


def csv_line(document: Mapping) -> str:
    """The line of a card as it is stored: `mark,size,lead,others,` and all cells but those of PLACED.

    They belong after the first `size` characters; `lead` and `others` are codes.
    """
    head = csv_row([make(document) for make in _BEFORE])[:-2]
    tail = csv_row([make(document) for make in _AFTER])
    lead, others = document["lead_municipality"] or "", "|".join(document["other_municipalities"])
    return f"{MARK},{len(head) + 1},{lead},{others},{head},{tail}"


def _maker(column: Column) -> Callable[[Mapping], str]:
    """How the cell of a column is made of a document: most are texts, and many of them empty."""
    if column.type in (NUMBER, BOOLEAN, LIST, MOMENT) or column.get:
        return lambda document: cell_of(column, column.value(document))
    name = column.name
    if column.type == INTEGER:
        return lambda document: document[name]

    def make(document: Mapping) -> str | None:
        text = document[name]
        return f"'{text}" if text and text.startswith(FORMULA_STARTS) else text

    return make


def _digest(columns: Iterable[Column]) -> str:
    told = [SPELLING, *((column.name, column.type, column.places) for column in columns)]
    return blake2b(repr(told).encode(), digest_size=4).hexdigest()


_NAMES = [column.name for column in PROJECTS.columns]
_FIRST = _NAMES.index(PLACED[0])
_BEFORE = [_maker(column) for column in PROJECTS.columns[:_FIRST]]
_AFTER = [_maker(column) for column in PROJECTS.columns[_FIRST + len(PLACED) :]]
# What lines of these columns begin with: others were stored by another release.
MARK = _digest(PROJECTS.columns)
