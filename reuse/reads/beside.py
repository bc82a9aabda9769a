from typing import NamedTuple

from django.db import connections, router

from cards.models import Edition
from reuse.models import Adoption, Assessment, DemonstrationDocument, OutsidePractice


class Beside(NamedTuple):
    """Which tables speak of a project at all: most are silent of most projects."""

    is_rated: bool = True
    has_demonstration_kit: bool = True
    is_adopted: bool = True
    is_result: bool = True
    has_origins: bool = True


ANYTHING = Beside()
# In plain SQL: to put together five queries that find nothing costs more than all else of the card's page.
SPEAKING = [
    (Assessment, "record_id"),
    (DemonstrationDocument, "record_id"),
    (Adoption, "record_id"),
    (Adoption, "result_id"),
    (OutsidePractice, "record_id"),
]
TABLES_ASKED = ", ".join(
    f"EXISTS(SELECT 1 FROM {model._meta.db_table} WHERE {column} = %s)" for model, column in SPEAKING
)


def beside(record_id: int) -> Beside:
    """Where there is anything to read of a project, shown or not. One query."""
    with connections[router.db_for_read(Edition)].cursor() as cursor:
        cursor.execute(f"SELECT {TABLES_ASKED}", [record_id] * len(SPEAKING))
        return Beside(*map(bool, cursor.fetchone()))
