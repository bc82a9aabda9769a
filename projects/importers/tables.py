"""Filling empty tables: COPY on PostgreSQL, executemany on SQLite; most columns are the same in each row."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.core.management.color import no_style
from django.db import connection

CONSTRAINTS = (
    "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE contype IN ('u', 'f') AND conrelid = ANY(%s::regclass[]) ORDER BY contype DESC, conname"
)
INDEXES = (
    "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index "
    "WHERE indrelid = ANY(%s::regclass[]) "
    "AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid) ORDER BY 1"
)


class Form:
    """Rows of one table: `own` names the columns that differ, all others are spelt once."""

    def __init__(self, model, own: tuple[str, ...], **same):
        blank = {field.attname: field.get_default() for field in model._meta.concrete_fields}
        # Lists and objects are stored as JSON, the rest as Python has it.
        stored = {name: str(value) if value in ([], {}) else value for name, value in blank.items()}
        constant = {name: value for name, value in (stored | same).items() if name not in own}
        self.table, self.columns, self.width = model._meta.db_table, ", ".join([*own, *constant]), len(blank)
        self._line = "\t".join(["%s"] * len(own) + [_cell(value) for value in constant.values()]) + "\n"
        self._marks = ", ".join(["%s"] * len(own) + [_literal(value) for value in constant.values()])

    def lines(self, rows: list[tuple]) -> bytes:
        """Rows as COPY reads them; their texts are spelt for it already."""
        line = self._line
        told = "".join([line % row for row in rows]).encode()
        if (told.count(b"\n"), told.count(b"\t")) != (len(rows), len(rows) * (self.width - 1)):
            raise ValueError(f"{self.table}: a text holds what COPY takes for the end of a cell")
        return told

    def write(self, rows: list[tuple] | bytes) -> None:
        with connection.cursor() as cursor:
            if isinstance(rows, bytes):
                with cursor.copy(f"COPY {self.table} ({self.columns}) FROM STDIN") as copy:
                    copy.write(rows)
                return
            cursor.executemany(f"INSERT INTO {self.table} ({self.columns}) VALUES ({self._marks})", rows)


def _cell(value) -> str:
    return r"\N" if value is None else str(value)


def _literal(value) -> str:
    if value is None:
        return "NULL"
    return f"'{value}'" if isinstance(value, str) else str(int(value))


@contextmanager
def bare(models: Iterable) -> Iterator[None]:
    """The tables without secondary indexes, unique constraints and references, which are made and proven
    at the end, all rows at once. PostgreSQL; nobody else may use the tables until the transaction ends."""
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
        for _name, definition in indexes:
            cursor.execute(definition)
        for table, name, definition in constraints:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def move_counters(models: list) -> None:
    """Rows came with their keys: the next row given one by the database must not meet them."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
