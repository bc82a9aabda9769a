"""Columns of stored cards, many cards in one query; no document is parsed."""

from collections.abc import Collection, Sequence

from cards.index.rows import one_of
from cards.models import Edition


def rows(keys: Collection[int], columns: Sequence[str], alias: str) -> dict[int, tuple]:
    """`{key: its columns}` of these cards in the database `alias`. One query, none without keys."""
    if not keys:
        return {}
    cards = Edition.objects.using(alias).filter(pk__in=one_of(keys)).values_list("pk", *columns)
    return {key: found for key, *found in cards}


def items(keys: Sequence[int], alias: str) -> list[str]:
    """The stored list items of these cards, in their order. One query; KeyError for no such card."""
    found = rows(keys, ["item"], alias)
    return [found[key][0] for key in keys]


def newest_document(column: str, value: str) -> tuple[bool, str, str] | None:
    """`(is current, reason of withdrawal, document)` of the project with this `code` or `slug`.

    The current edition, else the last one; None when there is none.
    """
    cards = Edition.objects.filter(**{column: value}).order_by("-is_current", "-edition")
    return cards.values_list("is_current", "withdrawal_reason", "document").first()
