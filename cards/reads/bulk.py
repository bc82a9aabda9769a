"""Texts stored of many cards, in pieces and in bytes: whole files are made of them, nothing is decoded."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from django.db import connections
from psycopg.pq.abc import PGresult

from cards.models import Edition, Line

AT_ONCE = 500
# A stretch of keys is read from end to end while those not wanted are at most this part of those wanted.
BETWEEN = 0.2
ORDER = {1: "ASC", -1: "DESC"}


class Stored(NamedTuple):
    """Where a text of each card lies."""

    table: str
    key: str
    column: str


LINE = Stored(Line._meta.db_table, "id", "text")
DOCUMENT = Stored(Edition._meta.db_table, "id", "document")


def put_line(key: int, line: str) -> None:
    """Store the CSV line of a card, in the place of an earlier one. In the transaction that writes it."""
    line = Line(id=key, text=line)
    Line.objects.bulk_create([line], update_conflicts=True, unique_fields=["id"], update_fields=["text"])


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
    with connections[alias].cursor() as cursor:
        if connections[alias].vendor == "sqlite":
            cursor.execute(f"SELECT CAST({stored.column} AS BLOB) {rest}")
            texts = [text for (text,) in cursor.fetchall()]
        else:
            cursor.execute(f"SELECT {stored.column} {rest}")
            result = cursor.pgresult
            texts = [result.get_value(row, 0) for row in range(result.ntuples)]
    return b"".join(texts) if len(texts) == len(keys) else None


def found(keys: Sequence[int], stored: Stored, alias: str) -> dict[int, bytes]:
    """`{key: text in UTF-8}` of some cards, now and then of one between them too. One query."""
    first, last, told = min(keys), max(keys), ",".join(map(str, keys))
    is_dense = last - first < (1 + BETWEEN) * len(keys)
    with connections[alias].cursor() as cursor:
        if connections[alias].vendor == "sqlite":
            among = "BETWEEN %s AND %s" if is_dense else "IN (SELECT value FROM json_each(%s))"
            wanted = f"SELECT {stored.key}, CAST({stored.column} AS BLOB) FROM {stored.table}"
            given = [first, last] if is_dense else [f"[{told}]"]
            cursor.execute(f"{wanted} WHERE {stored.key} {among}", given)
            return dict(cursor.fetchall())
        among = "BETWEEN %s AND %s" if is_dense else "= ANY(%s::bigint[])"
        wanted = f"SELECT {stored.key}, {stored.column} FROM {stored.table} WHERE {stored.key} {among}"
        cursor.execute(wanted, [first, last] if is_dense else [f"{{{told}}}"])
        return _as_it_came(cursor.pgresult)


def _as_it_came(result: PGresult) -> dict[int, bytes]:
    """`{key: text}` of two columns: Django's connections speak UTF-8, and the driver is asked for no text."""
    value = result.get_value
    return {int(value(row, 0)): value(row, 1) for row in range(result.ntuples)}
