"""Rate limits by client address: fixed windows of one minute, with headers on every response.

Counted in the shared cache; without one, in each process.
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
# Addresses that a process counts in one minute; with more all counts begin at 0, which bounds memory.
MAX_ADDRESSES = 100_000


class MinuteCounts:
    """The counts of the current minute in this process."""

    def __init__(self):
        self.clear()
        self._lock = threading.Lock()

    def clear(self) -> None:
        self._number, self._counts = 0, {}

    def count(self, name: str, minute: int) -> int:
        """Add one to `name` in this minute since the epoch; returns the count."""
        with self._lock:
            if minute != self._number or (len(self._counts) >= MAX_ADDRESSES and name not in self._counts):
                self._number, self._counts = minute, {}
            total = self._counts[name] = self._counts.get(name, 0) + 1
        return total


LOCAL = MinuteCounts()


class AddressRate(BaseThrottle):
    """Reads. A cache that does not answer lets requests through."""

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
            self.used = LOCAL.count(name, minute)
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
    """Add one in the shared cache; returns the count, 0 when the cache does not answer.

    Of two first requests of a minute one adds the counter, the other increments it. Keys hold digests, no
    addresses.
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
