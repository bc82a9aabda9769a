"""The row that the page of a card is rendered from, in plain SQL: crawlers request every page once."""

from datetime import UTC, datetime
from typing import NamedTuple

from django.db import connections, router

from cards.models import Edition, Record

TABLE, RECORDS = Edition._meta.db_table, Record._meta.db_table


class PageRow(NamedTuple):
    """Columns of the current edition that its page needs, with `confirmed_at` of the record."""

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


def current_row(slug: str) -> PageRow | None:
    """The current edition of the record with this slug; None without one. One query."""
    columns = ", ".join(f"c.{name}" for name in ("id", *PageRow._fields[1:-2]))
    with connections[router.db_for_read(Edition)].cursor() as cursor:
        cursor.execute(
            f"SELECT {columns}, p.confirmed_at FROM {TABLE} c JOIN {RECORDS} p ON p.id = c.record_id "
            "WHERE c.slug = %s AND c.is_current LIMIT 1",
            [slug],
        )
        row = cursor.fetchone()
    return row and PageRow(*row[:-1], _moment(row[-1]))


def _moment(stored: datetime | str | None) -> datetime | None:
    """A time zone for a stored moment: SQLite gives a text without one, and Django stores UTC."""
    moment = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


def previous_document(record_id: int, edition: int) -> str | None:
    """The document of the edition before `edition`; None without one, or when it was withdrawn. One query."""
    with connections[router.db_for_read(Edition)].cursor() as cursor:
        cursor.execute(
            f"SELECT document FROM {TABLE} WHERE record_id = %s AND edition = %s AND withdrawn_at IS NULL",
            [record_id, edition - 1],
        )
        row = cursor.fetchone()
    return row and row[0]
