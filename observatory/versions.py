"""The version of all that is public: an answer given under one is right as long as it is the one stored."""

from dataclasses import dataclass

from django.db import InterfaceError, OperationalError, connections

from cardindex.state import Mark
from municipalities.models import ContentVersion
from projects.models import IndexVersion

# One round trip for both rows; asked at every public request, so not through querysets.
ASKED = (
    f"SELECT 0, number, seal, rebuilt FROM {IndexVersion._meta.db_table} WHERE id = 1 UNION ALL "
    f"SELECT 1, number, seal, 0 FROM {ContentVersion._meta.db_table} WHERE id = 1"
)
NONE = (0, "", 0)
AWAY = (OperationalError, InterfaceError)


@dataclass(frozen=True)
class Version:
    """`mark` of the index, and the number and seal of everything else that shows. Unknown without a mark."""

    mark: Mark | None = None
    content: int = 0
    content_seal: str = ""

    @property
    def seal(self) -> str:
        """This very state and no other; empty while it is unknown or nothing was ever published."""
        seals = (self.mark.seal if self.mark else "", self.content_seal)
        return " ".join(seals) if any(seals) else ""

    def reaches(self, other: "Version") -> bool:
        return self.mark.version >= other.mark.version and self.content >= other.content


def version_in(alias: str) -> Version:
    """The version stored in one database. One query, which also tells whether the connection still holds."""
    connection = connections[alias]
    may_be_stale = connection.connection is not None and not connection.in_atomic_block
    connection.health_check_done = True
    try:
        rows = _rows(connection)
    except AWAY:
        if not may_be_stale:
            raise
        connection.close()
        rows = _rows(connection)
    found = {row[0]: row[1:] for row in rows}
    number, seal, _none = found.get(1, NONE)
    return Version(Mark(*found.get(0, NONE)), number, seal)


def _rows(connection) -> list[tuple]:
    """By the driver itself, unless queries are counted: Django's cursor costs more than the answer."""
    if connection.queries_logged:
        with connection.cursor() as cursor:
            cursor.execute(ASKED)
            return cursor.fetchall()
    connection.ensure_connection()
    with connection.wrap_database_errors:
        return connection.connection.execute(ASKED).fetchall()
