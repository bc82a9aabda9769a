"""Bulk reads of one text column, in chunks and undecoded, for the writers of whole files."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from django.db import connections
from psycopg.pq.abc import PGresult

from cards.models import Edition, Line

CHUNK = 500
# Keys are read as one range while the unwanted ones in it are at most this share of the wanted ones.
MAX_UNWANTED = 0.2
ORDER = {1: "ASC", -1: "DESC"}


class TextColumn(NamedTuple):
    """A text column of a table with one row for each edition."""

    table: str
    key: str
    name: str


CSV_ROW = TextColumn(Line._meta.db_table, "id", "text")
DOCUMENT = TextColumn(Edition._meta.db_table, "id", "document")


def store_csv_row(key: int, text: str) -> None:
    """Insert or replace the CSV row of the edition `key`. Within the transaction that writes the edition."""
    row = Line(id=key, text=text)
    Line.objects.bulk_create([row], update_conflicts=True, unique_fields=["id"], update_fields=["text"])


def key_chunks(keys: Sequence[int], size: int = CHUNK) -> Iterator[Sequence[int]]:
    """Keys in their order, `size` at a time, one query each.

    No cursor stays open between two queries: a slow client of a download holds no connection's snapshot.
    """
    return (keys[start : start + size] for start in range(0, len(keys), size))


def read_range(keys: Sequence[int], column: TextColumn, alias: str) -> bytes | None:
    """The texts of consecutive keys, ascending or descending, as one byte string. One query.

    None when the keys are not consecutive or a row is missing: the caller uses `read_texts`.
    """
    first, last = keys[0], keys[-1]
    step = 1 if first <= last else -1
    if list(keys) != list(range(first, last + step, step)):
        return None
    condition = f"BETWEEN {min(first, last)} AND {max(first, last)}"
    rest = f"FROM {column.table} WHERE {column.key} {condition} ORDER BY {column.key} {ORDER[step]}"
    with connections[alias].cursor() as cursor:
        if connections[alias].vendor == "sqlite":
            cursor.execute(f"SELECT CAST({column.name} AS BLOB) {rest}")
            texts = [text for (text,) in cursor.fetchall()]
        else:
            cursor.execute(f"SELECT {column.name} {rest}")
            result = cursor.pgresult
            texts = [result.get_value(row, 0) for row in range(result.ntuples)]
    return b"".join(texts) if len(texts) == len(keys) else None


def read_texts(keys: Sequence[int], column: TextColumn, alias: str) -> dict[int, bytes]:
    """`{key: text in UTF-8}` of these keys; a range read may add keys between them. One query."""
    first, last, numbers = min(keys), max(keys), ",".join(map(str, keys))
    is_dense = last - first < (1 + MAX_UNWANTED) * len(keys)
    with connections[alias].cursor() as cursor:
        if connections[alias].vendor == "sqlite":
            among = "BETWEEN %s AND %s" if is_dense else "IN (SELECT value FROM json_each(%s))"
            wanted = f"SELECT {column.key}, CAST({column.name} AS BLOB) FROM {column.table}"
            parameters = [first, last] if is_dense else [f"[{numbers}]"]
            cursor.execute(f"{wanted} WHERE {column.key} {among}", parameters)
            return dict(cursor.fetchall())
        among = "BETWEEN %s AND %s" if is_dense else "= ANY(%s::bigint[])"
        wanted = f"SELECT {column.key}, {column.name} FROM {column.table} WHERE {column.key} {among}"
        cursor.execute(wanted, [first, last] if is_dense else [f"{{{numbers}}}"])
        return _raw_texts(cursor.pgresult)


def _raw_texts(result: PGresult) -> dict[int, bytes]:
    """`{key: text}` of a result with two columns. The connection is in UTF-8, so bytes need no decoding."""
    value = result.get_value
    return {int(value(row, 0)): value(row, 1) for row in range(result.ntuples)}
