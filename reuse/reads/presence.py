"""Which tables of reuse have rows about a record, in one statement."""

from typing import NamedTuple

from django.db import connections, router

from cards.models import Edition
from reuse.models import Adoption, Assessment, DemonstrationDocument, OutsidePractice


class Presence(NamedTuple):
    """What there may be to read about a record: for most records nothing."""

    is_rated: bool = True
    has_demonstration_kit: bool = True
    is_adopted: bool = True
    is_result: bool = True
    has_origins: bool = True


ALL_PRESENT = Presence()
# Plain SQL: building five ORM queries that find nothing costs more than the rest of the card's page.
COLUMNS = [
    (Assessment, "record_id"),
    (DemonstrationDocument, "record_id"),
    (Adoption, "record_id"),
    (Adoption, "result_id"),
    (OutsidePractice, "record_id"),
]
EXISTS_COLUMNS = ", ".join(
    f"EXISTS(SELECT 1 FROM {model._meta.db_table} WHERE {column} = %s)" for model, column in COLUMNS
)


def presence_of(record_id: int) -> Presence:
    """The tables with rows about a record, visible or not. One query."""
    with connections[router.db_for_read(Edition)].cursor() as cursor:
        cursor.execute(f"SELECT {EXISTS_COLUMNS}", [record_id] * len(COLUMNS))
        return Presence(*map(bool, cursor.fetchone()))
