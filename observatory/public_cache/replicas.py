"""Which database a public read queries: a replica while one is up and not too far behind, else the primary.

Everything else (signed-in people, forms, commands) queries the primary, so that people read their writes.
"""

import logging
import random
import time
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections

from observatory.public_cache.versions import UNAVAILABLE, Version, version_in

logger = logging.getLogger(__name__)
# Seconds without queries to a replica that failed or fell behind; seconds between two checks of its lag.
PAUSE, CHECK_EVERY = 10, 1
_reading: ContextVar[str] = ContextVar("reading", default="")


class Router:
    """Reads go to the database of `reading_from`; writes and migrations to the primary."""

    def db_for_read(self, model, **hints) -> str | None:
        return _reading.get() or None

    def db_for_write(self, model, **hints) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, first, second, **hints) -> bool:
        return True  # one database and its copies

    def allow_migrate(self, db, app_label, **hints) -> bool | None:
        return None if db == DEFAULT_DB_ALIAS else False


@contextmanager
def reading_from(alias: str):
    token = _reading.set("" if alias == DEFAULT_DB_ALIAS else alias)
    try:
        yield
    finally:
        _reading.reset(token)


class Replica:
    """The state of one replica as this process knows it."""

    def __init__(self, alias: str):
        self.alias, self.paused_until, self.checked_at = alias, 0.0, 0.0
        self.awaited: tuple[float, Version] | None = None

    def is_fit(self, now: float) -> bool:
        """Neither paused nor more than REPLICA_MAX_LAG seconds behind. Raises OperationalError when down."""
        if now < self.paused_until:
            return False
        if now - self.checked_at >= CHECK_EVERY:
            self.checked_at = now
            self._check_lag(now)
        return now >= self.paused_until

    def pause(self, why: object) -> None:
        self.paused_until = time.monotonic() + PAUSE
        logger.error("%s is not used for %s s: %s", self.alias, PAUSE, why)
        connections[self.alias].close()

    def _check_lag(self, now: float) -> None:
        """Pause it unless it has reached the version that the primary had REPLICA_MAX_LAG seconds ago.

        A time stamp would not tell: a replica cut off from its primary has replayed all it received.
        Without a primary nothing is published, and the replica is used.
        """
        try:
            ahead = version_in(DEFAULT_DB_ALIAS)
        except UNAVAILABLE:
            connections[DEFAULT_DB_ALIAS].close()
            return
        # One just connected, or paused before, may be far behind: it has to reach the newest version first.
        since, awaited = self.awaited or (0.0, ahead)
        if version_in(self.alias).reaches(awaited):
            self.awaited = (now, ahead)
        elif now - since > settings.REPLICA_MAX_LAG:
            self.awaited = (0.0, ahead)
            self.pause(f"behind by more than {settings.REPLICA_MAX_LAG} s")


# Each process uses one replica while it can: the index in memory is that of one database.
REPLICAS = [Replica(alias) for alias in settings.DATABASES if alias != DEFAULT_DB_ALIAS]
random.shuffle(REPLICAS)


def choose() -> tuple[str, Version]:
    """`(alias, its version)` of the database for a public read. Raises when the primary is down too."""
    for replica in REPLICAS:
        try:
            if replica.is_fit(time.monotonic()):
                return replica.alias, version_in(replica.alias)
        except UNAVAILABLE as error:
            failed(replica.alias, error)
    return DEFAULT_DB_ALIAS, version_in(DEFAULT_DB_ALIAS)


def failed(alias: str, why: object) -> None:
    """Pause a replica that failed during a request, for the reason `why`."""
    for replica in REPLICAS:
        if replica.alias == alias:
            replica.awaited = None
            replica.pause(why)
