"""How many requests an address may make: a counter a minute in the cache, told on every answer."""

import hashlib
import logging
import time

from django.core.cache import cache
from rest_framework.throttling import BaseThrottle

logger = logging.getLogger(__name__)
WINDOW = 60


class AddressRate(BaseThrottle):
    """A fixed window of one minute. A cache that is away lets requests through rather than stopping them."""

    limit = 600
    scope = "reads"

    def __init__(self):
        self.used, self.reset = 0, WINDOW

    def allow_request(self, request, view) -> bool:
        now = time.time()
        self.reset = WINDOW - int(now) % WINDOW
        ident = hashlib.sha256(str(self.get_ident(request)).encode()).hexdigest()[:32]
        key = f"api-rate:{self.scope}:{ident}:{int(now) // WINDOW}"
        try:
            self.used = _counted(key)
        except Exception:  # each cache engine has its own errors, and none may close the API
            logger.exception("the cache did not count a request")
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


def _counted(key: str) -> int:
    """One more; the first of a minute opens its counter, and of two firsts one adds to the other's."""
    try:
        return cache.incr(key)
    except ValueError:
        cache.add(key, 0, WINDOW * 2)
        return cache.incr(key)


class DownloadRate(AddressRate):
    """Whole files cost more than pages."""

    limit = 30
    scope = "downloads"


class SubmissionRate(AddressRate):
    """Drafts are read by people."""

    limit = 60
    scope = "submissions"
