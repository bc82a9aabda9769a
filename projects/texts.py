"""Texts stored of many cards, in pieces and in bytes: whole files are made of them, nothing is decoded."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from django.db import connection, connections
from psycopg import Cursor

from projects.models import Card, CardLine

AT_ONCE = 500
# A stretch of keys is read from end to end while those not wanted are at most this part of those wanted.
BETWEEN = 0.2


class Stored(NamedTuple):
    """Where a text of each card lies."""

    table: str
    key: str
    column: str


LINE = Stored(CardLine._meta.db_table, "card_id", "text")
DOCUMENT = Stored(Card._meta.db_table, "id", "document")
PUT = (
    f"INSERT INTO {LINE.table} ({LINE.key}, {LINE.column}) VALUES (%s, %s) "
    f"ON CONFLICT ({LINE.key}) DO UPDATE SET {LINE.column} = excluded.{LINE.column}"
)


def put_line(key: int, line: str) -> None:
    """Store the CSV line of a card, in the place of an earlier one. In the transaction that writes it."""
    with connection.cursor() as cursor:
        cursor.execute(PUT, [key, line])


def pieces(
    keys: Sequence[int], stored: Stored, alias: str, at_once: int = AT_ONCE
) -> Iterator[tuple[Sequence[int], dict[int, bytes]]]:
    """`(keys, {key: text in UTF-8})` of these cards in their order, `at_once` at a time.

    What is not stored lacks. One query each time, nothing open in between: slow readers hold up nobody.
    """
    for start in range(0, len(keys), at_once):
        part = keys[start : start + at_once]
        yield part, found(part, stored, alias)


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
    asked = connections[alias]
    asked.ensure_connection()
    among = "BETWEEN %b AND %b" if is_dense else "= ANY(%b::bigint[])"
    given = [first, last] if is_dense else [list(keys)]
    wanted = f"SELECT {stored.key}, convert_to({stored.column}, 'UTF8')"
    # Beneath Django, as only the driver itself gives results in their binary form.
    with asked.wrap_database_errors, Cursor(asked.connection) as cursor:
        cursor.execute(f"{wanted} FROM {stored.table} WHERE {stored.key} {among}", given, binary=True)
        return dict(cursor.fetchall())
