"""Which database a public read asks: a replica while one answers and keeps up, the primary otherwise.

Everything else (signed-in people, forms, commands) asks the primary, so that people read what they wrote.
"""

import logging
import random
import time
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections

from observatory.versions import AWAY, Version, version_in

logger = logging.getLogger(__name__)
# Seconds a replica that failed or fell behind is left alone; seconds between two looks at how far it is.
REST, LOOK = 10, 1
_reading: ContextVar[str] = ContextVar("reading", default="")


class Router:
    """Reads of the request at hand go where `reading_from` says; writes and migrations to the primary."""

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
    """What this process knows of one replica."""

    def __init__(self, alias: str):
        self.alias, self.rests_until, self.looked_at = alias, 0.0, 0.0
        self.awaited: tuple[float, Version] | None = None

    def is_fit(self, now: float) -> bool:
        """Not resting, nor behind by more than REPLICA_MAX_LAG seconds. Raises what a lost replica does."""
        if now < self.rests_until:
            return False
        if now - self.looked_at >= LOOK:
            self.looked_at = now
            self._look(now)
        return now >= self.rests_until

    def rest(self, why: object) -> None:
        self.rests_until = time.monotonic() + REST
        logger.error("%s rests for %s s: %s", self.alias, REST, why)
        connections[self.alias].close()

    def _look(self, now: float) -> None:
        """Has it reached what the primary had a while ago? A time stamp would not tell: a replica cut off
        from its primary has replayed all it received. Without a primary nothing is published: it holds."""
        try:
            ahead = version_in(DEFAULT_DB_ALIAS)
        except AWAY:
            connections[DEFAULT_DB_ALIAS].close()
            return
        # One just met or back from a rest may be far behind: it is waited for first.
        since, awaited = self.awaited or (0.0, ahead)
        if version_in(self.alias).reaches(awaited):
            self.awaited = (now, ahead)
        elif now - since > settings.REPLICA_MAX_LAG:
            self.awaited = (0.0, ahead)
            self.rest(f"behind by more than {settings.REPLICA_MAX_LAG} s")


# Each process keeps to one replica while it can: the index in memory is that of one database.
REPLICAS = [Replica(alias) for alias in settings.DATABASES if alias != DEFAULT_DB_ALIAS]
random.shuffle(REPLICAS)


def choose() -> tuple[str, Version]:
    """`(alias, its version)` of the database for a public read. Raises when not even the primary answers."""
    for replica in REPLICAS:
        try:
            if replica.is_fit(time.monotonic()):
                return replica.alias, version_in(replica.alias)
        except AWAY as error:
            failed(replica.alias, error)
    return DEFAULT_DB_ALIAS, version_in(DEFAULT_DB_ALIAS)


def failed(alias: str, why: object) -> None:
    """A replica went away in the middle of a request."""
    for replica in REPLICAS:
        if replica.alias == alias:
            replica.awaited = None
            replica.rest(why)
