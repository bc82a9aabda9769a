"""Reads the files of an import row by row, with limits: CSV (plain or gzip), Parquet, XLSX.

A file is read twice, to check and to write: `rows_of` gives a new iterator at each call.
"""

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import IO, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from django.utils.translation import gettext as _

from lib.tables.reader import DELIMITERS, MAX_CELL, MAX_COLUMNS, TableError, read_table

MAX_BYTES = 2_000_000_000
MAX_ROWS = 2_000_000
GZIP, XLSX, PARQUET = b"\x1f\x8b", b"PK\x03\x04", b"PAR1"
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
SAMPLE = 1 << 20


class SourceRow(NamedTuple):
    """`number` of the line in the file (of the record, in Parquet), `values` by name of column, stripped."""

    number: int
    values: dict[str, str]


def names_of(path: Path, *, delimiter: str = "", encoding: str = "") -> list[str]:
    """The names of the columns. Raises TableError."""
    with open(path, "rb") as file:
        start = file.read(4)
    if start == PARQUET:
        return [_folded(name) for name in _parquet(path).schema_arrow.names]
    if start == XLSX:
        return [_folded(name) for name in read_table(path.read_bytes()).header]
    with _csv_reader(path, delimiter, encoding) as (_reader, names):
        return names


def rows_of(path: Path, *, delimiter: str = "", encoding: str = "") -> Iterator[SourceRow]:
    """Every row that is not blank. Raises TableError."""
    with open(path, "rb") as file:
        start = file.read(4)
    if start == PARQUET:
        yield from _parquet_rows(path)
    elif start == XLSX:
        table = read_table(path.read_bytes())
        names = [_folded(name) for name in table.header]
        for number, cells in table.rows:
            yield SourceRow(number, dict(zip(names, map(str.strip, cells), strict=True)))
    else:
        yield from _csv_rows(path, delimiter, encoding)


def _folded(name: str) -> str:
    """A name of a column without the blanks and line breaks that official files have in it."""
    return re.sub(r"\s+", " ", name).strip()


@contextmanager
def _csv_reader(path: Path, delimiter: str, encoding: str):
    encoding = encoding or _encoding_of(path)
    with _opened(path) as raw, io.TextIOWrapper(raw, encoding=encoding, newline="") as text:
        try:
            first = text.readline(MAX_CELL)
            delimiter = delimiter or max(DELIMITERS, key=first.count)
            text.seek(0)
            reader = csv.reader(text, delimiter=delimiter, strict=False)
            names = [_folded(name) for name in next(reader, [])]
        except (UnicodeError, LookupError, csv.Error, OSError, EOFError, zlib.error) as error:
            raise TableError(_("Il file non si legge: è danneggiato o di un altro formato.")) from error
        while names and not names[-1]:
            names.pop()
        if not names:
            raise TableError(_("Il file è vuoto: la prima riga deve avere i nomi delle colonne."))
        if len(names) > MAX_COLUMNS:
            raise TableError(
                _("La riga %(row)s ha più di %(most)s colonne.") % {"row": 1, "most": MAX_COLUMNS}
            )
        yield reader, names


def _csv_rows(path: Path, delimiter: str, encoding: str) -> Iterator[SourceRow]:
    with _csv_reader(path, delimiter, encoding) as (reader, names):
        line, count = reader.line_num + 1, 0
        try:
            for cells in reader:
                number, line = line, reader.line_num + 1
                if not any(map(str.strip, cells)):
                    continue
                count += 1
                if count > MAX_ROWS:
                    raise TableError(
                        _("Il file ha più di %(most)s righe: dividilo in più file.") % {"most": MAX_ROWS}
                    )
                values = {name: cell.strip() for name, cell in zip(names, cells, strict=False)}
                if len(cells) != len(names):
                    # Told by the engine as a refused row.
                    values[""] = str(len(cells))
                yield SourceRow(number, values)
        except UnicodeError as error:
            raise TableError(_("Il file ha caratteri che non si leggono: salvalo in UTF-8.")) from error
        except csv.Error as error:
            raise TableError(
                _("La riga %(row)s non è CSV: controlla le virgolette.") % {"row": line}
            ) from error
        except (OSError, EOFError, zlib.error) as error:
            raise TableError(_("Il file è tagliato o danneggiato alla riga %s.") % line) from error


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    with open(path, "rb") as file:
        if file.read(2) != GZIP:
            file.seek(0)
            yield file
            return
        file.seek(0)
        with gzip.GzipFile(fileobj=file) as unpacked:
            yield io.BufferedReader(_Bounded(unpacked))


class _Bounded(io.RawIOBase):
    """Refuses to unpack more than MAX_BYTES."""

    def __init__(self, file):
        self.file, self.read_so_far = file, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self.file.seek(offset, whence)

    def tell(self) -> int:
        return self.file.tell()

    def readinto(self, buffer) -> int:
        part = self.file.read(len(buffer))
        buffer[: len(part)] = part
        self.read_so_far += len(part)
        if self.read_so_far > MAX_BYTES:
            raise TableError(_("Il file compresso è troppo grande: dividilo in più file."))
        return len(part)


def _encoding_of(path: Path) -> str:
    """UTF-8 where the first MB is, else Windows-1252, which old official files use."""
    try:
        with _opened(path) as file:
            start = file.read(SAMPLE)
    except (OSError, EOFError, zlib.error) as error:
        raise TableError(_("Il file non si legge: è danneggiato o di un altro formato.")) from error
    if b"\0" in start:
        raise TableError(_("Questo file non è una tabella: serve CSV, XLSX o Parquet."))
    try:
        # The sample may end within a character.
        start[:-4].decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _parquet(path: Path) -> pq.ParquetFile:
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise TableError(_("Il file Parquet non si apre.")) from error
    if file.metadata.num_rows > MAX_ROWS or file.metadata.num_columns > MAX_COLUMNS:
        raise TableError(_("Il file ha più di %(most)s righe: dividilo in più file.") % {"most": MAX_ROWS})
    return file


def _parquet_rows(path: Path) -> Iterator[SourceRow]:
    number = 0
    try:
        for batch in _parquet(path).iter_batches(batch_size=2000):
            for row in batch.to_pylist():
                number += 1
                yield SourceRow(number, {_folded(name): _text(value) for name, value in row.items()})
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise TableError(_("Il file è tagliato o danneggiato alla riga %s.") % (number + 1)) from error


def _text(value) -> str:
    """A value as CSV would have it, with a decimal point."""
    if value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value).strip()
