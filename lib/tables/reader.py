"""Reads tables that people send: CSV of Italian and English spreadsheets, XLSX; with limits.

CSV: UTF-8 (with or without BOM) or Windows-1252; comma, semicolon or tab, by the header. XLSX: the first
sheet, row by row, so that formatted but empty rows cost neither time nor memory.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import NamedTuple

from django.utils.translation import gettext as _
from openpyxl import load_workbook

MAX_BYTES = 20_000_000
MAX_UNPACKED = 300_000_000
MAX_ROWS = 100_000
MAX_COLUMNS = 300
MAX_CELL = 100_000
DELIMITERS = ",;\t"
XLSX = b"PK\x03\x04"


class TableError(ValueError):
    """A file that cannot be read as a table; the message says why and what to do."""


class Table(NamedTuple):
    """`header`: names of columns; `rows`: `(number of the row in the file, texts)`, without blank rows."""

    header: list[str]
    rows: list[tuple[int, list[str]]]


def read_table(content: bytes) -> Table:
    """The table in a file. Raises TableError when it is none, or beyond the limits of this module."""
    if len(content) > MAX_BYTES:
        raise TableError(
            _("Il file supera i %(most)s MB: dividilo in più file.") % {"most": MAX_BYTES // 10**6}
        )
    lines = _xlsx(content) if content.startswith(XLSX) else _csv(content)
    filled = ((number, row) for number, row in lines if any(cell.strip() for cell in row))
    _number, header = next(filled, (0, []))
    header = [cell.strip() for cell in header]
    while header and not header[-1]:
        header.pop()
    if not header:
        raise TableError(_("Il file è vuoto: la prima riga deve avere i nomi delle colonne."))
    return Table(header, list(_checked(filled, len(header))))


def _checked(lines: Iterable[tuple[int, list[str]]], width: int) -> Iterator[tuple[int, list[str]]]:
    for count, (number, row) in enumerate(lines, 1):
        if count > MAX_ROWS:
            raise TableError(
                _("Il file ha più di %(most)s righe: dividilo in più file.") % {"most": MAX_ROWS}
            )
        if any(cell.strip() for cell in row[width:]):
            values = {"row": number, "width": width}
            raise TableError(_("La riga %(row)s ha più valori delle %(width)s colonne.") % values)
        yield number, [*row[:width], *[""] * (width - len(row))]


def _csv(content: bytes) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(content)
    first = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 1
    try:
        for row in reader:
            _limit(row, number)
            yield number, row
            number = reader.line_num + 1
    except csv.Error as error:
        raise TableError(
            _("La riga %(row)s non è CSV: controlla le virgolette.") % {"row": number}
        ) from error


def _decoded(content: bytes) -> str:
    if b"\x00" in content:
        raise TableError(_("Questo file non è una tabella: serve un CSV o un XLSX."))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _xlsx(content: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
                raise TableError(_("Il foglio di calcolo è troppo grande: dividilo in più file."))
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = workbook.worksheets[0]
        # The stated size counts formatted cells, up to the last row of a sheet.
        sheet.reset_dimensions()
        for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
            if not row:
                continue
            cells = list(map(_text, row))
            while cells and not cells[-1]:
                cells.pop()
            _limit(cells, number)
            yield number, cells
    except TableError:
        raise
    except Exception as error:
        # openpyxl raises what it meets: KeyError, ValueError, BadZipFile, ParseError…
        raise TableError(_("Il foglio di calcolo non si apre: salvalo di nuovo come XLSX o CSV.")) from error


def _limit(row: list[str], number: int) -> None:
    if len(row) > MAX_COLUMNS:
        values = {"row": number, "most": MAX_COLUMNS}
        raise TableError(_("La riga %(row)s ha più di %(most)s colonne.") % values)
    if any(len(cell) > MAX_CELL for cell in row):
        values = {"row": number, "most": MAX_CELL}
        raise TableError(_("La riga %(row)s ha una cella con più di %(most)s caratteri.") % values)


def _text(value) -> str:
    """A cell as a person reads it: a whole number without decimals, a day as ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and (value.hour, value.minute, value.second) == (0, 0, 0):
        return value.date().isoformat()
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)
