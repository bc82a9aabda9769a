"""Redis as Django's cache; the memory of the process in its place while it does not respond."""

import logging
import time

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)
PAUSE = 5
# No request waits for a cache.
TIMEOUTS = {"socket_connect_timeout": 0.3, "socket_timeout": 0.3}
METHODS = (
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
    """A Redis that is down costs speed and shared counters, never a response: after an error it is not used
    for some seconds, and rate limits of sign-in and API count in each process."""

    def __init__(self, server, params):
        options = {**TIMEOUTS, "retry": Retry(NoBackoff(), 0), **params.get("OPTIONS", {})}
        super().__init__(server, {**params, "OPTIONS": options})
        self._local = LocMemCache("redis-is-away", {})
        self._paused_until = 0.0

    def _call(self, method: str, *args, **kwargs):
        if time.monotonic() >= self._paused_until:
            try:
                return getattr(super(), method)(*args, **kwargs)
            except RedisError as error:
                self._paused_until = time.monotonic() + PAUSE
                logger.error("Redis is not used for %s s: %s", PAUSE, error)
        return getattr(self._local, method)(*args, **kwargs)


def _with_fallback(name: str):
    def call(self, *args, **kwargs):
        return self._call(name, *args, **kwargs)

    call.__name__ = name
    return call


for _name in METHODS:
    setattr(RedisOrLocal, _name, _with_fallback(_name))
