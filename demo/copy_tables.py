"""Fills empty tables: COPY on PostgreSQL, executemany on SQLite; most columns are the same in each row."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from django.core.management.color import no_style
from django.db import connection

from cards.index.rows import is_postgresql

NULL, LINE_END, CARRIAGE = r"\N", r"\n", r"\r"
CONSTRAINTS = (
    "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE contype IN ('u', 'f') AND conrelid = ANY(%s::regclass[]) ORDER BY contype DESC, conname"
)
INDEXES = (
    "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index "
    "WHERE indrelid = ANY(%s::regclass[]) "
    "AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid) ORDER BY 1"
)


class CopyTable:
    """Rows of one table as COPY reads them. `own` names the columns that differ by row."""

    def __init__(self, model, own: tuple[str, ...], **same):
        blank = {field.attname: field.get_default() for field in model._meta.concrete_fields}
        # Lists and objects are stored as JSON, the rest as Python has it.
        stored = {name: str(value) if value in ([], {}) else value for name, value in blank.items()}
        constant = {name: value for name, value in (stored | same).items() if name not in own}
        self.table, self.own, self._rest = model._meta.db_table, own, list(constant.values())
        self.columns = ", ".join([*own, *constant])

    def line(self, cells: Mapping[str, str]) -> bytes:
        """One row from the cells of its own columns, which are in COPY's text format already."""
        rest = [NULL if value is None else str(value) for value in self._rest]
        return ("\t".join([*(cells[name] for name in self.own), *rest]) + "\n").encode()

    def check(self, lines: bytes, count: int) -> None:
        """Raise ValueError unless `lines` has the newlines and tabs of `count` rows: no text contains any."""
        tabs = count * (len(self.own) + len(self._rest) - 1)
        if (lines.count(b"\n"), lines.count(b"\t")) != (count, tabs):
            raise ValueError(f"{self.table}: a text contains what COPY reads as the end of a cell")

    def write(self, lines: bytes) -> None:
        """Insert rows that `line` gave."""
        if is_postgresql():
            with (
                connection.cursor() as cursor,
                cursor.copy(f"COPY {self.table} ({self.columns}) FROM STDIN") as copy,
            ):
                copy.write(lines)
            return
        placeholders = ", ".join(["%s"] * len(self.own) + [_literal(value) for value in self._rest])
        rows = (map(_cell, line.split("\t")[: len(self.own)]) for line in lines.decode().splitlines())
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {self.table} ({self.columns}) VALUES ({placeholders})", map(tuple, rows)
            )


def _cell(text: str) -> str | None:
    """The value of a cell; of COPY's escapes only those of line ends occur."""
    return None if text == NULL else text.replace(LINE_END, "\n").replace(CARRIAGE, "\r")


def _literal(value) -> str:
    if value is None:
        return "NULL"
    return f"'{value}'" if isinstance(value, str) else str(int(value))


@contextmanager
def without_indexes(models: Iterable) -> Iterator[None]:
    """Within the block the tables have no secondary indexes, unique constraints and foreign keys.

    They are created and validated at its end, for all rows at once. PostgreSQL alone; the tables are locked
    until the transaction ends.
    """
    tables = [model._meta.db_table for model in models]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        constraints = cursor.execute(CONSTRAINTS, [tables]).fetchall()
        indexes = cursor.execute(INDEXES, [tables]).fetchall()
        for table, name, _definition in constraints:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
        yield
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        for _write_titles, definition in indexes:
            cursor.execute(definition)
        for table, name, definition in constraints:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def advance_sequences(models: list) -> None:
    """Reset the sequences of these models: rows were written with explicit keys."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
