"""Reads and writes rows of the index in few statements whatever their number, on either database."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice

import orjson
from django.db import connection, connections, router
from psycopg import Cursor

from cardindex.blocks import WHOLE
from cards.models import IndexEntry

Row = tuple[str, str, int, bytes, int]
# Rows of one statement: a bound, so that memory does not grow with the size of a change.
BATCH = 500
TABLE = IndexEntry._meta.db_table
COLUMNS = "kind, value, block, data, version"
RENEW = "ON CONFLICT (kind, value, block) DO UPDATE SET data = excluded.data, version = excluded.version"
WRITE_ONE = f"INSERT INTO {TABLE} ({COLUMNS}) VALUES (%s, %s, %s, %s, %s) {RENEW}"
WRITE_MANY = (
    f"INSERT INTO {TABLE} ({COLUMNS}) SELECT * FROM "
    f"unnest(%b::text[], %b::text[], %b::int[], %b::bytea[], %b::bigint[]) {RENEW}"
)
READ_MANY = (
    f"SELECT kind, value, block, data FROM {TABLE} "
    "JOIN unnest(%b::text[], %b::text[], %b::int[]) AS wanted (kind, value, block) USING (kind, value, block)"
)
READ_JSON = (
    "SELECT kind, entry.value, block, data "
    f"FROM json_each(%s) AS wanted CROSS JOIN {TABLE} AS entry "
    "WHERE kind = json_extract(wanted.value, '$[0]') AND entry.value = json_extract(wanted.value, '$[1]') "
    "AND block = json_extract(wanted.value, '$[2]')"
)
# The aggregate that gives the WHOLE row of a value, and the filter by values.
WHOLE_ROW = {
    "postgresql": ("string_agg({whole}, ''::bytea)", "= ANY(%s)"),
    "sqlite": ("max({whole})", "IN (SELECT value FROM json_each(%s))"),
}


def is_postgresql() -> bool:
    return connection.vendor == "postgresql"


def allow_long_statements() -> None:
    """Lift the server's timeouts until the end of the transaction: a million rows take longer than a page."""
    if is_postgresql():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")


@contextmanager
def _binary() -> Iterator[Cursor]:
    """A cursor of psycopg that sends bytea in binary: Django's own sends it as hexadecimal text."""
    connection.ensure_connection()
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        yield cursor


def fetch(places: Iterable[tuple[str, str, int]]) -> dict[tuple[str, str], dict[int, bytes]]:
    """`{(kind, value): {block: bytes}}` of these rows, as far as they exist. One query for each BATCH."""
    places, rows_of = iter(places), defaultdict(dict)
    while batch := list(islice(places, BATCH)):
        if is_postgresql():
            with _binary() as cursor:
                columns = [list(column) for column in zip(*batch, strict=True)]
                rows = cursor.execute(READ_MANY, columns, binary=True).fetchall()
        else:
            with connection.cursor() as cursor:
                rows = cursor.execute(READ_JSON, [orjson.dumps(batch).decode()]).fetchall()
        for kind, value, part, data in rows:
            rows_of[kind, value][part] = bytes(data)
    return rows_of


def write(rows: Iterable[Row]) -> None:
    """Insert rows, or replace those with the same key."""
    rows = iter(rows)
    while batch := list(islice(rows, BATCH)):
        if is_postgresql():
            with _binary() as cursor:
                cursor.execute(WRITE_MANY, [list(column) for column in zip(*batch, strict=True)])
        else:
            with connection.cursor() as cursor:
                cursor.executemany(WRITE_ONE, batch)


def insert(rows: Iterable[Row]) -> int:
    """Fill an empty table; gives the number of rows."""
    written, rows = 0, iter(rows)
    while batch := list(islice(rows, 2 * BATCH)):
        written += len(batch)
        with connection.cursor() as cursor:
            if not is_postgresql():
                cursor.executemany(WRITE_ONE, batch)
                continue
            with cursor.copy(f"COPY {TABLE} ({COLUMNS}) FROM STDIN") as copy:
                for row in batch:
                    copy.write_row(row)
    return written


def read_whole_rows(kind: str, values: Iterable[str], most: int) -> list[tuple[str, int, bytes]]:
    """`(value, length of all its rows, its WHOLE row)` of these values, one query.

    A value whose rows are longer than `most` bytes comes with empty bytes, unread.
    """
    database = connections[router.db_for_read(IndexEntry)]
    aggregate, among = WHOLE_ROW[database.vendor]
    statement = (
        f"SELECT value, sum(length(data)), {aggregate} FROM {TABLE} "
        f"WHERE kind = %s AND value {among} GROUP BY value"
    ).format(whole=f"CASE WHEN block = {WHOLE} AND length(data) <= {most:d} THEN data END")
    values = list(values)
    parameter = values if database.vendor == "postgresql" else orjson.dumps(values).decode()
    with database.cursor() as cursor:
        cursor.execute(statement, [kind, parameter])
        return [(value, int(size), bytes(whole or b"")) for value, size, whole in cursor.fetchall()]
