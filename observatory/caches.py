"""Redis as Django's cache, with the process's own memory in its place while it does not answer."""

import logging
import time

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)
REST = 5
# Nobody waits for a cache: it answers at once or not at all.
IMPATIENT = {"socket_connect_timeout": 0.3, "socket_timeout": 0.3}
VERBS = (
    "add",
    "get",
    "set",
    "touch",
    "delete",
    "get_many",
    "has_key",
    "incr",
    "set_many",
    "delete_many",
    "clear",
)


class RedisOrLocal(RedisCache):
    """A Redis that is away costs speed and shared counters, never an answer: after an error it is left
    alone for some seconds, and limits of sign-in and API go on counting in each process."""

    def __init__(self, server, params):
        options = {**IMPATIENT, "retry": Retry(NoBackoff(), 0), **params.get("OPTIONS", {})}
        super().__init__(server, {**params, "OPTIONS": options})
        self._local = LocMemCache("redis-is-away", {})
        self._rests_until = 0.0

    def _asked(self, verb: str, *args, **kwargs):
        if time.monotonic() >= self._rests_until:
            try:
                return getattr(super(), verb)(*args, **kwargs)
            except RedisError as error:
                self._rests_until = time.monotonic() + REST
                logger.error("Redis rests for %s s: %s", REST, error)
        return getattr(self._local, verb)(*args, **kwargs)


def _verb(name: str):
    def ask(self, *args, **kwargs):
        return self._asked(name, *args, **kwargs)

    ask.__name__ = name
    return ask


for _name in VERBS:
    setattr(RedisOrLocal, _name, _verb(_name))
