"""Columns of editions, many rows in one query; no document is parsed."""

from collections.abc import Collection, Sequence

from django.db import router

from cards.models import Edition
from lib import sql


def rows(keys: Collection[int], columns: Sequence[str], alias: str) -> dict[int, tuple]:
    """`{key: values of columns}` of these editions in the database `alias`. One query, none without keys."""
    return sql.rows_by_key(Edition, keys, columns, using=alias)


def items(keys: Sequence[int], alias: str) -> list[str]:
    """The stored list items (JSON) of these editions, in the order of `keys`. One query. Raises KeyError."""
    by_key = rows(keys, ["item"], alias)
    return [by_key[key][0] for key in keys]


def newest_document(column: str, value: str) -> tuple[bool, str, str] | None:
    """`(is_current, withdrawal_reason, document)` of the record whose `column` (`code` or `slug`) is `value`.

    Of its current edition, else of its last; None without any. One query.
    """
    # Outside the ORM as the API's card is little more than this query, which is quicker than its queryset.
    field = Edition._meta.get_field(column).column
    found = sql.rows(
        f"SELECT is_current, withdrawal_reason, document FROM {Edition._meta.db_table} "
        f"WHERE {field} = %s ORDER BY is_current DESC, edition DESC LIMIT 1",
        [value],
        using=router.db_for_read(Edition),
    )
    return (bool(found[0][0]), *found[0][1:]) if found else None
