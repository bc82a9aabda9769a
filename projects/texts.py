"""Texts stored of many cards, in pieces and in bytes: whole files are made of them, nothing is decoded."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import Cursor

from projects.models import Card, CardLine

AT_ONCE = 500
# A stretch of keys is read from end to end while those not wanted are at most this part of those wanted.
BETWEEN = 0.2
ORDER = {1: "ASC", -1: "DESC"}


class Stored(NamedTuple):
    """Where a text of each card lies."""

    table: str
    key: str
    column: str


LINE = Stored(CardLine._meta.db_table, "id", "text")
DOCUMENT = Stored(Card._meta.db_table, "id", "document")
PUT = (
    f"INSERT INTO {LINE.table} ({LINE.key}, {LINE.column}) VALUES (%s, %s) "
    f"ON CONFLICT ({LINE.key}) DO UPDATE SET {LINE.column} = excluded.{LINE.column}"
)


def put_line(key: int, line: str) -> None:
    """Store the CSV line of a card, in the place of an earlier one. In the transaction that writes it."""
    with connection.cursor() as cursor:
        cursor.execute(PUT, [key, line])


def parts_of(keys: Sequence[int], at_once: int = AT_ONCE) -> Iterator[Sequence[int]]:
    """Keys in their order, so many at a time as one query reads.

    Nothing stays open between two queries: who reads a file slowly holds up nobody.
    """
    return (keys[start : start + at_once] for start in range(0, len(keys), at_once))


def joined(keys: Sequence[int], stored: Stored, alias: str) -> bytes | None:
    """The texts of cards whose keys follow one another, up or down, as one. One query.

    None, for `found` to be asked, where the keys do not, or where a text is not stored.
    """
    first, last = keys[0], keys[-1]
    way = 1 if first <= last else -1
    if list(keys) != list(range(first, last + way, way)):
        return None
    stretch = f"BETWEEN {min(first, last)} AND {max(first, last)}"
    rest = f"FROM {stored.table} WHERE {stored.key} {stretch} ORDER BY {stored.key} {ORDER[way]}"
    asked = connections[alias]
    if asked.vendor == "sqlite":
        with asked.cursor() as cursor:
            cursor.execute(f"SELECT CAST({stored.column} AS BLOB) {rest}")
            texts = [text for (text,) in cursor.fetchall()]
    else:
        with _beneath(asked) as cursor:
            # As they came, in UTF-8: nobody makes rows of them.
            result = cursor.execute(f"SELECT {stored.column} {rest}").pgresult
            texts = [result.get_value(row, 0) for row in range(result.ntuples)]
    return b"".join(texts) if len(texts) == len(keys) else None


@contextmanager
def _beneath(asked: BaseDatabaseWrapper) -> Iterator[Cursor]:
    """A cursor of the driver itself, which gives results in any form."""
    asked.ensure_connection()
    with asked.wrap_database_errors, Cursor(asked.connection) as cursor:
        yield cursor


def found(keys: Sequence[int], stored: Stored, alias: str) -> dict[int, bytes]:
    """`{key: text in UTF-8}` of some cards, now and then of one between them too. One query."""
    first, last = min(keys), max(keys)
    is_dense = last - first < (1 + BETWEEN) * len(keys)
    if connections[alias].vendor == "sqlite":
        among = "BETWEEN %s AND %s" if is_dense else "IN (SELECT value FROM json_each(%s))"
        given = [first, last] if is_dense else [f"[{','.join(map(str, keys))}]"]
        wanted = f"SELECT {stored.key}, CAST({stored.column} AS BLOB)"
        with connections[alias].cursor() as cursor:
            cursor.execute(f"{wanted} FROM {stored.table} WHERE {stored.key} {among}", given)
            return dict(cursor.fetchall())
    among = "BETWEEN %b AND %b" if is_dense else "= ANY(%b::bigint[])"
    given = [first, last] if is_dense else [list(keys)]
    wanted = f"SELECT {stored.key}, convert_to({stored.column}, 'UTF8')"
    with _beneath(connections[alias]) as cursor:
        cursor.execute(f"{wanted} FROM {stored.table} WHERE {stored.key} {among}", given, binary=True)
        return dict(cursor.fetchall())
