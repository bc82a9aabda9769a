"""The version of everything public: a response rendered at one version is valid while it is stored."""

from dataclasses import dataclass
from functools import cached_property

from django.db import InterfaceError, OperationalError, connections

from cardindex.snapshot import VersionStamp
from cards.models import IndexVersion
from lib.content_version import ContentVersion
from lib.sql import rows

# Outside the ORM: both rows in one query, whichever is missing, at every public request; compiling the
# querysets would take several times as long as the database takes.
VERSIONS = (
    "SELECT coalesce(i.number, 0), coalesce(i.token, ''), coalesce(i.rebuilt, 0), "
    "coalesce(c.number, 0), coalesce(c.token, '') FROM (SELECT 1 AS id) AS one "
    f"LEFT JOIN {IndexVersion._meta.db_table} AS i ON i.id = one.id "
    f"LEFT JOIN {ContentVersion._meta.db_table} AS c ON c.id = one.id"
)
UNAVAILABLE = (OperationalError, InterfaceError)


@dataclass(frozen=True)
class Version:
    """The version stamp of the index, the number and token of all other content. Unknown without a stamp."""

    index: VersionStamp | None = None
    content: int = 0
    content_token: str = ""

    @cached_property
    def token(self) -> str:
        """Differs for every committed state; empty while unknown or before anything was published."""
        tokens = (self.index.token if self.index else "", self.content_token)
        return " ".join(tokens) if any(tokens) else ""

    def reaches(self, other: "Version") -> bool:
        """Whether this version includes all that `other` does, of one database or its replica."""
        return self.index.version >= other.index.version and self.content >= other.content


def version_in(alias: str) -> Version:
    """The version stored in one database. One query, which also tells whether the connection still holds.

    Raises OperationalError or InterfaceError when the database is unavailable.
    """
    connection = connections[alias]
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    may_be_stale = connection.connection is not None and not connection.in_atomic_block
    connection.health_check_done = True
    try:
        stored = rows(VERSIONS, using=alias)
    except UNAVAILABLE:
        if not may_be_stale:
            raise
        connection.close()
        stored = rows(VERSIONS, using=alias)
    number, token, rebuilt, content, content_token = stored[0]
    return Version(VersionStamp(number, token, rebuilt), content, content_token)
