"""The version of all that is public: an answer given under one is right as long as it is the one stored."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

from django.db import InterfaceError, OperationalError, connections

from cardindex.snapshot import VersionStamp
from municipalities.models import ContentVersion
from projects.driver import Question, text
from projects.models import IndexVersion

# One round trip for both rows; asked at every public request, so not through querysets.
ROW = (
    "SELECT coalesce(i.number, 0), coalesce(i.token, ''), coalesce(i.rebuilt, 0), "
    "coalesce(c.number, 0), coalesce(c.seal, '') FROM (SELECT 1 AS id) AS one "
    f"LEFT JOIN {IndexVersion._meta.db_table} AS i ON i.id = one.id "
    f"LEFT JOIN {ContentVersion._meta.db_table} AS c ON c.id = one.id"
)
ASKED = Question(ROW, ROW)
AWAY = (OperationalError, InterfaceError)


@dataclass(frozen=True)
class Version:
    """`mark` of the index, and the number and seal of everything else that shows. Unknown without a mark."""

    mark: VersionStamp | None = None
    content: int = 0
    content_seal: str = ""

    @cached_property
    def seal(self) -> str:
        """This very state and no other; empty while it is unknown or nothing was ever published."""
        seals = (self.mark.token if self.mark else "", self.content_seal)
        return " ".join(seals) if any(seals) else ""

    def reaches(self, other: "Version") -> bool:
        return self.mark.version >= other.mark.version and self.content >= other.content


def version_in(alias: str) -> Version:
    """The version stored in one database. One query, which also tells whether the connection still holds."""
    connection = connections[alias]
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    may_be_stale = connection.connection is not None and not connection.in_atomic_block
    connection.health_check_done = True
    try:
        rows = ASKED.rows(connection)
    except AWAY:
        if not may_be_stale:
            raise
        connection.close()
        rows = ASKED.rows(connection)
    return _version(rows[0])


@lru_cache(maxsize=16)
def _version(row: tuple) -> Version:
    number, seal, rebuilt, content, content_seal = row
    return Version(VersionStamp(int(number), text(seal), int(rebuilt)), int(content), text(content_seal))
