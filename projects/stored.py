"""What is stored of cards, read as it is in plain SQL: no model, no parsing, many cards in one question.

All keys go as one parameter: to spell them one by one costs more than to find the rows.
"""

from collections.abc import Iterable, Iterator, Sequence

import orjson
from django.db import connections, router
from psycopg import Cursor

from projects.cards import places_of, sheet_line
from projects.models import Card

TABLE = Card._meta.db_table
LINES_AT_ONCE = 500


def rows(keys: Iterable[int], columns: str, alias: str) -> dict[int, list[str]]:
    """`{key: its columns}` of these cards, as the database `alias` has them."""
    numbers = ",".join(map(str, keys))
    if not numbers:
        return {}
    is_postgresql = connections[alias].vendor == "postgresql"
    among = "= ANY(%s::bigint[])" if is_postgresql else "IN (SELECT value FROM json_each(%s))"
    with connections[alias].cursor() as cursor:
        told = f"{{{numbers}}}" if is_postgresql else f"[{numbers}]"
        cursor.execute(f"SELECT id, {columns} FROM {TABLE} WHERE id {among}", [told])
        return {key: found for key, *found in cursor.fetchall()}


def texts(keys: Iterable[int], column: str, alias: str) -> dict[int, str]:
    """`{key: text}` of one stored column of these cards."""
    return {key: text for key, (text,) in rows(keys, column, alias).items()}


def sheet_lines(keys: Sequence[int], alias: str) -> Iterator[list[bytes]]:
    """The CSV lines of these cards, in their order, some hundred at a time. One query each time."""
    for start in range(0, len(keys), LINES_AT_ONCE):
        part = keys[start : start + LINES_AT_ONCE]
        found = _lines(part, alias)
        if empty := [key for key, line in found.items() if not line]:
            documents = {key: orjson.loads(text) for key, text in texts(empty, "document", alias).items()}
            places = places_of(list(documents.values()))
            found |= {key: sheet_line(document, places).encode() for key, document in documents.items()}
        yield [found[key] for key in part]


def _lines(keys: Iterable[int], alias: str) -> dict[int, bytes]:
    """`{key: line}`, in bytes: they go out without being read as text."""
    connection = connections[alias]
    if connection.vendor == "sqlite":
        return {key: line for key, (line,) in rows(keys, "CAST(csv_line AS BLOB)", alias).items()}
    connection.ensure_connection()
    # Beneath Django, as only the driver itself gives results in their binary form.
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        wanted = f"SELECT id, convert_to(csv_line, 'UTF8') FROM {TABLE} WHERE id = ANY(%b::bigint[])"
        return dict(cursor.execute(wanted, [list(keys)], binary=True))


def newest_document(column: str, value: str) -> tuple[bool, str, str] | None:
    """`(is current, reason of withdrawal, document)` of the project with this `code` or `slug`.

    The current edition, else the last one; None when there is none.
    """
    with connections[router.db_for_read(Card)].cursor() as cursor:
        cursor.execute(
            f"SELECT is_current, withdrawal_reason, document FROM {TABLE} WHERE {column} = %s "
            "ORDER BY is_current DESC, edition DESC LIMIT 1",
            [value],
        )
        return cursor.fetchone()
