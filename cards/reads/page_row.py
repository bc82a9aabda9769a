"""What the page of a card is made from, in plain SQL: every visit of a search engine asks for another."""

from datetime import UTC, datetime
from typing import NamedTuple

from django.db import connections, router

from cards.models import Edition, Record

TABLE, RECORDS = Edition._meta.db_table, Record._meta.db_table


class Shown(NamedTuple):
    """As much of the card in force as its page is made from."""

    pk: int
    record_id: int
    edition: int
    change_note: str
    primary_area: str
    municipality_code: str
    province_code: str
    facet_values: str
    item: str
    document: str
    confirmed_at: datetime | None
    is_current: bool = True


def in_force(slug: str) -> Shown | None:
    """The current card of this slug; None when it has none."""
    columns = ", ".join(f"c.{name}" for name in ("id", *Shown._fields[1:-2]))
    with connections[router.db_for_read(Edition)].cursor() as cursor:
        cursor.execute(
            f"SELECT {columns}, p.confirmed_at FROM {TABLE} c JOIN {RECORDS} p ON p.id = c.record_id "
            "WHERE c.slug = %s AND c.is_current LIMIT 1",
            [slug],
        )
        row = cursor.fetchone()
    return row and Shown(*row[:-1], _moment(row[-1]))


def _moment(stored: datetime | str | None) -> datetime | None:
    """A moment as PostgreSQL or SQLite gives it, which knows no time zone: Django stores UTC."""
    moment = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


def document_before(record_id: int, edition: int) -> str | None:
    """The document of the edition before this one; None where there is none, or it was withdrawn."""
    with connections[router.db_for_read(Edition)].cursor() as cursor:
        cursor.execute(
            f"SELECT document FROM {TABLE} WHERE record_id = %s AND edition = %s AND withdrawn_at IS NULL",
            [record_id, edition - 1],
        )
        row = cursor.fetchone()
    return row and row[0]
