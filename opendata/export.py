"""Writes the national export: all tables in all formats, with datapackage and checksums; atomically."""

import hashlib
import os
import shutil
import tempfile
from array import array
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

import orjson
from django.db import router

from cards.document.columns import PROJECTS
from cards.document.derive import csv_row_of
from cards.document.places import places_of
from cards.models import Edition
from cards.reads.bulk import CSV_ROW, DOCUMENT, key_chunks, read_range, read_texts
from lib.tables.schema import LANGUAGES, Table
from lib.tables.writers import (
    BookWriter,
    CsvWriter,
    GeoJsonWriter,
    JsonLinesWriter,
    ParquetWriter,
    Pipe,
    Workbook,
    header,
    write_zip,
)
from opendata.columns import TABLES
from opendata.datapackage import PACKAGE, SUMS, WORKBOOK, describe
from opendata.snapshot import Snapshot

FORMATS = {
    writer.suffix[1:]: writer
    for writer in (CsvWriter, JsonLinesWriter, GeoJsonWriter, ParquetWriter, BookWriter)
}
PROJECT_FIELDS = tuple(column.name for column in PROJECTS.columns)
POINT = ("latitude", "longitude")
CODES = "codes"
LABELS = (*LANGUAGES, CODES)
ROWS_AT_ONCE, BLOCK = 200, 1 << 16


class NotAnExport(Exception):
    """The target folder holds files of no export, and is left as it is."""


def export_national(out: Path, *, day: date | None = None, archive: Path | None = None) -> dict[str, int]:
    """Write the state of `day`, or of now, into the folder `out`; returns `{table: number of rows}`.

    An earlier export in `out` is replaced when the new one is complete. Raises NotAnExport.
    """
    out = out.absolute()
    _check_target(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as scratch:
        new = Path(scratch, "new")
        new.mkdir()
        counts = _write_tables(new, Snapshot(day))
        _write_package(new, counts, day)
        if archive:
            _write_archive(new, archive.absolute(), Path(scratch, "archive.zip"))
        _replace(out, new, Path(scratch, "old"))
    return counts


def project_chunks(
    keys: Iterable[int], suffix: str, fields: Sequence[str] = (), labels: str = CODES
) -> Iterator[bytes]:
    """The rows of the cards with these keys, in their order, as the chunks of one file.

    `fields` selects the columns; GeoJSON keeps its coordinates. `labels` is a language, for labels in place
    of column names and codes. Memory does not grow with the rows.
    """
    table = PROJECTS
    if fields:
        table = table.with_columns([*fields, *(POINT if suffix == "geojson" else ())])
    if labels in LANGUAGES:
        table = table.labelled(labels, unnamed=POINT if suffix == "geojson" else ())
    if suffix == "csv" and table is PROJECTS:
        return _stored_lines(array("Q", keys), router.db_for_read(Edition))
    snapshot, writer = Snapshot(keys=keys), FORMATS[suffix]
    return _whole_file(table, snapshot, writer) if writer.is_whole else _chunks(table, snapshot, writer)


def _stored_lines(keys: Sequence[int], alias: str) -> Iterator[bytes]:
    """The CSV rows stored at publication: no document is parsed."""
    yield header(PROJECTS).encode()
    for part in key_chunks(keys):
        yield read_range(part, CSV_ROW, alias) or b"".join(_lines(part, alias))


def _lines(keys: Sequence[int], alias: str) -> list[bytes]:
    """CSV rows one by one, written from the document where none is stored."""
    lines = read_texts(keys, CSV_ROW, alias)
    if missing := [key for key in keys if key not in lines]:
        lines |= _new_lines(missing, alias)
    return [lines[key] for key in keys]


def _new_lines(keys: Sequence[int], alias: str) -> dict[int, bytes]:
    documents = {key: orjson.loads(text) for key, text in read_texts(keys, DOCUMENT, alias).items()}
    places = places_of(list(documents.values()))
    return {key: csv_row_of(document, places).encode() for key, document in documents.items()}


def _chunks(table: Table, snapshot: Snapshot, writer_class) -> Iterator[bytes]:
    pipe = Pipe()
    writer = writer_class(pipe, table)
    for number, row in enumerate(snapshot.rows(table.name), 1):
        writer.write(table.values(row))
        if number % ROWS_AT_ONCE == 0:
            yield pipe.read_new()
    writer.close()
    yield pipe.read_new()


def _whole_file(table: Table, snapshot: Snapshot, writer_class) -> Iterator[bytes]:
    """For formats whose first bytes depend on the last rows: a temporary file, read in blocks."""
    with tempfile.TemporaryDirectory(prefix="progetti-") as folder:
        path = Path(folder, f"progetti{writer_class.suffix}")
        _write_rows(table, snapshot, [writer_class(path, table)])
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                yield block


def _check_target(out: Path) -> None:
    """Raises NotAnExport unless the folder is missing, empty or an earlier export."""
    if not out.exists():
        return
    names = {path.name for path in out.iterdir()} if out.is_dir() else {out.name}
    if names and not (out.is_dir() and names <= _listed(out)):
        raise NotAnExport(out)


def _listed(out: Path) -> set[str]:
    sums = out / SUMS
    if not sums.is_file():
        return set()
    return {SUMS, *(line.partition("  ")[2] for line in sums.read_text("utf-8").splitlines())}


def _write_tables(folder: Path, snapshot: Snapshot) -> dict[str, int]:
    workbook = Workbook(folder / WORKBOOK)
    counts = {}
    for table in TABLES:
        formats = [CsvWriter, JsonLinesWriter, ParquetWriter] + [GeoJsonWriter] * table.has_points
        writers = [writer(folder / f"{table.name}{writer.suffix}", table) for writer in formats]
        counts[table.name] = _write_rows(table, snapshot, [*writers, workbook.sheet(table)])
    workbook.close(TABLES)
    return counts


def _write_rows(table: Table, snapshot: Snapshot, writers: list) -> int:
    count = 0
    for row in snapshot.rows(table.name):
        values, count = table.values(row), count + 1
        for writer in writers:
            writer.write(values)
    for writer in writers:
        writer.close()
    return count


def _write_package(folder: Path, counts: dict[str, int], day: date | None) -> None:
    files = {
        path.name: {"bytes": path.stat().st_size, "hash": f"sha256:{_digest(path)}"}
        for path in folder.iterdir()
    }
    package = describe(TABLES, files, counts, day)
    (folder / PACKAGE).write_bytes(
        orjson.dumps(package, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    )
    lines = [f"{_digest(path)}  {path.name}\n" for path in sorted(folder.iterdir())]
    (folder / SUMS).write_text("".join(lines), "utf-8")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_archive(folder: Path, archive: Path, scratch: Path) -> None:
    """Under a temporary name first, so that nobody reads half an archive."""
    write_zip(scratch, folder.iterdir())
    archive.parent.mkdir(parents=True, exist_ok=True)
    beside = archive.with_name(f".{archive.name}.new")
    shutil.copyfile(scratch, beside)
    os.replace(beside, archive)


def _replace(out: Path, new: Path, old: Path) -> None:
    if out.exists():
        out.rename(old)
    new.rename(out)
