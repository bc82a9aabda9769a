"""How many requests an address may make: a counter a minute, told on every answer.

It stands in the cache of all processes; where there is none, in the memory of each.
"""

import hashlib
import logging
import threading
import time

from django.conf import settings
from django.core.cache import cache
from rest_framework.throttling import BaseThrottle

logger = logging.getLogger(__name__)
WINDOW = 60
# So many addresses a process counts in one minute; with more it begins anew, as memory has to end somewhere.
MOST = 100_000


class Minute:
    """What was counted in the minute at hand, by this process."""

    def __init__(self):
        self.forget()
        self._lock = threading.Lock()

    def forget(self) -> None:
        self._number, self._counts = 0, {}

    def count(self, name: str, minute: int) -> int:
        """One more under `name` in this minute of the clock; gives how many there are."""
        with self._lock:
            if minute != self._number or (len(self._counts) >= MOST and name not in self._counts):
                self._number, self._counts = minute, {}
            counted = self._counts[name] = self._counts.get(name, 0) + 1
        return counted


HERE = Minute()


class AddressRate(BaseThrottle):
    """A fixed window of one minute. A cache that is away lets requests through rather than stopping them."""

    limit = 600
    scope = "reads"

    def __init__(self):
        self.used, self.reset = 0, WINDOW

    def allow_request(self, request, view) -> bool:
        minute, second = divmod(int(time.time()), WINDOW)
        self.reset = WINDOW - second
        name = f"{self.scope}:{self.get_ident(request)}"
        if settings.CACHE_IS_SHARED:
            self.used = _counted(name, minute)
        else:
            self.used = HERE.count(name, minute)
        return self.used <= self.limit

    def wait(self) -> int:
        return self.reset

    @property
    def headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(max(0, self.limit - self.used)),
            "X-RateLimit-Reset": str(self.reset),
        }


def _counted(name: str, minute: int) -> int:
    """One more in the cache: the first of a minute opens its counter, of two firsts one adds to the other's.

    Nought when the cache is away. It holds no addresses, only what nobody can read them from.
    """
    key = f"api-rate:{hashlib.sha256(name.encode()).hexdigest()[:32]}:{minute}"
    try:
        try:
            return cache.incr(key)
        except ValueError:
            return 1 if cache.add(key, 1, WINDOW * 2) else cache.incr(key)
    except Exception:  # each cache engine has its own errors, and none may close the API
        logger.exception("the cache did not count a request")
        return 0


class DownloadRate(AddressRate):
    """Whole files cost more than pages."""

    limit = 30
    scope = "downloads"


class SubmissionRate(AddressRate):
    """Drafts are read by people."""

    limit = 60
    scope = "submissions"
