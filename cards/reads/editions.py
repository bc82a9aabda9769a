"""Columns of editions, many rows in one query; no document is parsed."""

from collections.abc import Collection, Sequence

from cards.models import Edition
from cards.reads.keys import key_list


def rows(keys: Collection[int], columns: Sequence[str], alias: str) -> dict[int, tuple]:
    """`{key: values of columns}` of these editions in the database `alias`. One query, none without keys."""
    if not keys:
        return {}
    cards = Edition.objects.using(alias).filter(pk__in=key_list(keys)).values_list("pk", *columns)
    return {key: values for key, *values in cards}


def items(keys: Sequence[int], alias: str) -> list[str]:
    """The stored list items (JSON) of these editions, in the order of `keys`. One query. Raises KeyError."""
    by_key = rows(keys, ["item"], alias)
    return [by_key[key][0] for key in keys]


def newest_document(column: str, value: str) -> tuple[bool, str, str] | None:
    """`(is_current, withdrawal_reason, document)` of the record whose `column` (`code` or `slug`) is `value`.

    Of its current edition, else of its last; None without any. One query.
    """
    cards = Edition.objects.filter(**{column: value}).order_by("-is_current", "-edition")
    return cards.values_list("is_current", "withdrawal_reason", "document").first()
