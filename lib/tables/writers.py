"""Files of tables. A writer knows a format and a table's columns, not what the rows are about.

A writer is opened with a path and a table, `write` takes the values of a row (Table.values), `close` ends
the file. Memory does not grow with the rows, and the same rows give the same bytes: no file holds a date.
`is_whole` marks formats that cannot be sent before the last row is written.
"""

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from io import BytesIO
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from lib.tables.csv_text import as_text, cell_of, csv_row, moment, neutralised
from lib.tables.schema import BOOLEAN, DAY, INTEGER, LIST, MOMENT, NUMBER, PARTIAL_DATE, TEXT, Column, Table
from lib.tables.worksheet import RowWorksheet

PARQUET_ROWS = 2_000
# Rows of one sheet below its header.
XLSX_ROWS = 1_048_575
# The last line of a workbook whose tables need more than one sheet each.
CONTINUED = (
    "Una tabella che non sta in un foglio continua nei fogli numerati: « 2», « 3»…",
    "A table that does not fit a sheet goes on in the numbered sheets: “ 2”, “ 3”…",
)
FIXED = datetime(1980, 1, 1)
FIXED_ZIP = (1980, 1, 1, 0, 0, 0)


class JsonRow:
    """Turns the values of a row into the mapping of its JSON object: numbers are numbers, lists are lists."""

    def __init__(self, table: Table):
        self.names = [column.name for column in table.columns]
        spelt = {NUMBER: _number, MOMENT: _moment, DAY: _day}
        self.spelt = [(c.name, spelt[c.type](c)) for c in table.columns if c.type in spelt]

    def __call__(self, values: list) -> dict:
        row = dict(zip(self.names, values, strict=True))
        for name, spell in self.spelt:
            if row[name] is not None:
                row[name] = spell(row[name])
        return row


def _number(column: Column) -> Callable:
    return lambda value: float(round(value, column.places))


def _moment(_column: Column) -> Callable:
    return moment


def _day(_column: Column) -> Callable:
    return date.isoformat


class _UnclosedBytes(io.BytesIO):
    """Can be read after its writer has closed it."""

    def close(self) -> None:
        self.seek(0, io.SEEK_END)


class Pipe:
    """A path for a writer that makes no file: what is written is read in pieces."""

    def __init__(self):
        self._bytes, self._text = _UnclosedBytes(), None

    def open(self, mode: str, encoding: str = "", newline: str = ""):
        if "b" in mode:
            return self._bytes
        self._text = io.TextIOWrapper(self._bytes, encoding=encoding, newline=newline)
        return self._text

    def read_new(self) -> bytes:
        """What was written since the last call."""
        if self._text and not self._text.closed:
            self._text.flush()
        written = self._bytes.getvalue()
        self._bytes.seek(0)
        self._bytes.truncate()
        return written


def header(table: Table) -> str:
    """The first line of a CSV file."""
    return csv_row(column.name for column in table.columns)


class CsvWriter:
    """CSV (RFC 4180) in UTF-8 without BOM: comma, CRLF, quotes where needed, no cell that is a formula."""

    suffix = ".csv"
    is_whole = False

    def __init__(self, path: Path, table: Table):
        self.columns = table.columns
        self.file = path.open("w", encoding="utf-8", newline="")
        self.file.write(header(table))

    def write(self, values: list) -> None:
        self.file.write(csv_row(map(cell_of, self.columns, values)))

    def close(self) -> None:
        self.file.close()


class JsonLinesWriter:
    """JSON Lines: an object a row."""

    suffix = ".jsonl"
    is_whole = False

    def __init__(self, path: Path, table: Table):
        self.row = JsonRow(table)
        self.file = path.open("wb")

    def write(self, values: list) -> None:
        self.file.write(orjson.dumps(self.row(values), option=orjson.OPT_APPEND_NEWLINE))

    def close(self) -> None:
        self.file.close()


class GeoJsonWriter:
    """A FeatureCollection (RFC 7946); a row without coordinates has no geometry."""

    suffix = ".geojson"
    is_whole = False

    def __init__(self, path: Path, table: Table):
        self.row = JsonRow(table)
        self.file = path.open("wb")
        self.file.write(b'{"type":"FeatureCollection","features":[')
        self.before = b"\n"

    def write(self, values: list) -> None:
        row = self.row(values)
        point = [row.pop("longitude"), row.pop("latitude")]
        geometry = None if None in point else {"type": "Point", "coordinates": point}
        feature = {"type": "Feature", "geometry": geometry, "properties": row}
        self.file.write(self.before + orjson.dumps(feature))
        self.before = b",\n"

    def close(self) -> None:
        self.file.write(b"\n]}\n")
        self.file.close()


class ParquetWriter:
    """Parquet with a type a column, compressed with zstd, PARQUET_ROWS rows a group."""

    suffix = ".parquet"
    is_whole = True

    def __init__(self, path: Path, table: Table):
        self.columns = table.columns
        self.schema = pa.schema([pa.field(c.name, _arrow_type(c), not c.is_required) for c in table.columns])
        self.writer = pq.ParquetWriter(path, self.schema, compression="zstd")
        self.rows: list[list] = []

    def write(self, values: list) -> None:
        self.rows.append(values)
        if len(self.rows) == PARQUET_ROWS:
            self._flush()

    def _flush(self) -> None:
        cells = zip(*self.rows, strict=True) if self.rows else ([] for _column in self.columns)
        arrays = [
            pa.array(_arrow_values(column, values), field.type)
            for column, values, field in zip(self.columns, cells, self.schema, strict=True)
        ]
        self.writer.write_table(pa.Table.from_arrays(arrays, schema=self.schema))
        self.rows = []

    def close(self) -> None:
        self._flush()
        self.writer.close()


def _arrow_type(column: Column) -> pa.DataType:
    if column.type == NUMBER:
        return pa.decimal128(18, column.places)
    return {
        INTEGER: pa.int64(),
        BOOLEAN: pa.bool_(),
        LIST: pa.list_(pa.string()),
        MOMENT: pa.timestamp("s", tz="UTC"),
        DAY: pa.date32(),
    }.get(column.type, pa.string())


def _arrow_values(column: Column, values: Iterable) -> list:
    if column.type == NUMBER:
        return [None if value is None else round(value, column.places) for value in values]
    if column.type == MOMENT:
        return [None if v is None else datetime.fromisoformat(v).replace(microsecond=0) for v in values]
    return list(values)


class Workbook:
    """An XLSX file: a sheet a table and a last one with the labels of all columns. No text is a formula."""

    def __init__(self, path: Path):
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self.book = xlsxwriter.Workbook(path, options)
        # A sheet of a million rows is larger than the older archives allow.
        self.book.use_zip64()
        self.book.set_properties({"created": FIXED, "title": "Osservatorio Smart City"})
        self.bold = self.book.add_format({"bold": True})

    def sheet(self, table: Table) -> "SheetWriter":
        """A writer of the next sheet. Tables are written one after the other."""
        return SheetWriter(partial(self._sheet, table), table)

    def _sheet(self, table: Table, number: int):
        """An empty sheet with its header, frozen; from the second on the sheets of a table are numbered."""
        name = table.name if number == 1 else f"{table.name} {number}"
        sheet = self.book.add_worksheet(name[:31], RowWorksheet)
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(table.columns):
            sheet.write_string(0, place, column.name, self.bold)
            sheet.set_column(place, place, _width(column))
        return sheet

    def close(self, tables: Iterable[Table]) -> None:
        """Write the sheet about the columns of `tables` and end the file."""
        sheet = self.book.add_worksheet("columns")
        lines = [("tabella / table", "colonna / column", "etichetta", "label", "descrizione", "description")]
        for table in tables:
            lines += [(table.name, c.name, *c.label, *c.about) for c in table.columns]
        if any(" " in other.name for other in self.book.worksheets()):
            lines += [(), CONTINUED]
        for number, line in enumerate(lines):
            for place, text in enumerate(line):
                sheet.write_string(number, place, text, None if number else self.bold)
        self.book.close()


def _width(column: Column) -> int:
    """The width of a column in characters: its name, and what values of its type need."""
    needed = {TEXT: 24, LIST: 24, NUMBER: 14, MOMENT: 20, DAY: 12, PARTIAL_DATE: 12}.get(column.type, 10)
    return max(needed, min(len(column.name) + 4, 40))


class SheetWriter:
    """The rows of a table; when a sheet is full they go on in another.

    A header is a filter. In a labelled table columns without any value are hidden.
    """

    def __init__(self, add: Callable, table: Table):
        self.add, self.sheets, self.table = add, 0, table
        self.spell = [_speller(column) for column in table.columns]
        self.empty = set(range(len(table.columns))) if table.is_labelled else set()
        self._next()

    def _next(self) -> None:
        if self.sheets:
            self._end()
        self.sheets += 1
        self.sheet, self.number = self.add(self.sheets), 0

    def write(self, values: list) -> None:
        if self.number == XLSX_ROWS:
            self._next()
        self.number += 1
        if self.empty:
            self.empty -= {place for place in self.empty if values[place] not in (None, [])}
        cells = zip(self.spell, values, strict=True)
        self.sheet.write_values(
            self.number, [value if value is None or not spell else spell(value) for spell, value in cells]
        )

    def close(self) -> None:
        """End the last sheet; the workbook closes them all."""
        self._end()
        for place in self.empty if self.number else ():
            self.sheet.set_column(place, place, None, None, {"hidden": True})

    def _end(self) -> None:
        self.sheet.autofilter(0, 0, max(1, self.number), len(self.table.columns) - 1)


def _speller(column: Column) -> Callable | None:
    """Turns a value into the text of its cell; None for numbers, which stay numbers."""
    if column.type in (INTEGER, NUMBER):
        return None
    return str if column.type in (TEXT, PARTIAL_DATE, DAY) else partial(as_text, column)


class BookWriter:
    """A workbook of one table, as a writer like those of the other formats."""

    suffix = ".xlsx"
    is_whole = True

    def __init__(self, path: Path, table: Table):
        self.book, self.table = Workbook(path), table
        self.sheet = self.book.sheet(table)
        self.write = self.sheet.write

    def close(self) -> None:
        self.sheet.close()
        self.book.close([self.table])


def write_zip(path: Path, files: Iterable[Path]) -> None:
    """Write a ZIP archive of files; its bytes depend on their names and contents alone."""
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(files):
            info = zipfile.ZipInfo(file.name, FIXED_ZIP)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            with file.open("rb") as source, archive.open(info, "w", force_zip64=True) as target:
                while block := source.read(1 << 20):
                    target.write(block)


# Media types.
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8; header=present"


def csv_lines(head: Sequence[str], rows: Iterable[Sequence]) -> Iterator[str]:
    """The lines of a CSV file without a Table: a header, and rows of plain values; no text is a formula."""
    yield csv_row(head)
    for row in rows:
        yield csv_row(map(neutralised, row))


def xlsx(title: str, head: Sequence[str], rows: Iterable[Sequence]) -> bytes:
    """An XLSX file without a Table: one sheet, a bold and frozen header, rows of plain values."""
    file = BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet(title[:31])
    sheet.write_row(0, 0, head, book.add_format({"bold": True}))
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(rows, 1):
        sheet.write_row(number, 0, [float(v) if isinstance(v, Decimal) else neutralised(v) for v in row])
    book.close()
    return file.getvalue()
