"""What is stored of cards, read as it is in plain SQL: no model, no parsing, many cards in one question.

All keys go as one parameter: to spell them one by one costs more than to find the rows.
"""

from collections.abc import Iterable, Sequence
from types import SimpleNamespace

from django.db import connections, router

from projects import index
from projects.compiled import KEY, Compiled, executed
from projects.driver import Question, text
from projects.models import Card

TABLE = Card._meta.db_table
EDITION = ("pk", "edition", "is_current", *index.TERM_FIELDS)
LAST = Compiled(lambda: Card.objects.filter(project=KEY).order_by("-edition").values_list(*EDITION)[:1])
ITEMS = Question(
    f"SELECT id, CAST(item AS BLOB) FROM {TABLE} WHERE id IN (SELECT value FROM json_each('[' || %s || ']'))",
    f"SELECT id, item FROM {TABLE} WHERE id = ANY(('{{' || %s || '}}')::bigint[])",
)
# SQLite gives every row a turn of its own among the threads: twenty items come faster as one.
IN_ONE = (
    "SELECT group_concat(id), CAST(group_concat(item, ',') AS BLOB) FROM "
    "(SELECT card.id, item FROM json_each('[' || %s || ']') AS wanted "
    f"CROSS JOIN {TABLE} AS card WHERE card.id = wanted.value)"
)
JOINED = Question(IN_ONE)
NEWEST = (
    f"SELECT is_current, withdrawal_reason, document FROM {TABLE} WHERE {{column}} = %s "
    "ORDER BY is_current DESC, edition DESC LIMIT 1"
)
NEWEST_BY = {name: Question(*[NEWEST.format(column=name)] * 2) for name in ("code", "slug")}


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


def items(keys: Sequence[int], alias: str) -> list[bytes]:
    """The stored list items of these cards as bytes, in their order. One query; KeyError for no such card."""
    if not keys:
        return []
    found = {int(key): item for key, item in ITEMS.rows(connections[alias], ",".join(map(str, keys)))}
    return [found[key] for key in keys]


def joined(keys: Sequence[int], alias: str) -> bytes:
    """What items() gives, with commas between."""
    connection, told = connections[alias], ",".join(map(str, keys))
    if keys and connection.vendor == "sqlite":
        ((found, text_of_all),) = JOINED.rows(connection, told)
        # Only the order of the answer says whether SQLite kept to that of the question: nobody promises it.
        if found and text(found) == told:
            return text_of_all
    return b",".join(items(keys, alias))


def newest_document(column: str, value: str) -> tuple[bool, str, str] | None:
    """`(is current, reason of withdrawal, document)` of the project with this `code` or `slug`.

    The current edition, else the last one; None when there is none.
    """
    rows = NEWEST_BY[column].rows(connections[router.db_for_read(Card)], value)
    if not rows:
        return None
    is_current, reason, document = rows[0]
    return is_current in (1, b"t"), text(reason), text(document)


def last_edition(project_id: int) -> SimpleNamespace | None:
    """What the next edition has to know of the last: number, whether it is current, what its terms are of."""
    found = LAST.first(project_id)
    return found and SimpleNamespace(**dict(zip(EDITION, found, strict=True)))


def put_aside(key: int) -> None:
    """This edition is no longer the current one. Within the transaction that writes the next."""
    executed(f"UPDATE {TABLE} SET is_current = %s WHERE id = %s", [False, key])
