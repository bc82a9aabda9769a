"""Whole responses cached under the version of the content they show. Losing them costs only time.

The version is part of the key and is read from the database at every request: a publication changes the key
for every process at once, and what was stored under the old one is never requested again. Responses are
cached in the process first, then in the shared cache when CACHE_URL names one.
"""

import threading
from collections import OrderedDict
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.core.cache import caches
from django.utils import timezone
from django.utils.http import parse_etags

from observatory.public_cache.versions import Version

MAX_RESPONSE_BYTES = 512 * 1024
MAX_QUERY_LENGTH = 2_000
SHARED_SECONDS = 3600
# Browsers revalidate always (a 304 costs next to nothing), a CDN after a few seconds.
CACHE_CONTROL = f"public, max-age=0, s-maxage={settings.CDN_SECONDS}, must-revalidate"
ANY_ETAG = "*"
# What responses depend on besides the data: code, templates, translations; and the names of static files.
SOURCES = ("*.py", "*.html", "*.mo")
FOLDERS = ("cardindex", "lib", "templates", "locale")


class RequestKey(NamedTuple):
    """The parts of a request that responses are cached by. `view` is the API view, None for pages."""

    origin: str
    language: str
    path: str
    query: str
    view: Any


class CachedResponse(NamedTuple):
    """Body and headers of a response with status 200."""

    content: bytes
    headers: tuple[tuple[str, str], ...]


class ByteLRU:
    """A mapping bounded in bytes, for threads: the least recently used entries are dropped first."""

    def __init__(self, max_bytes: int):
        self._max_bytes, self._bytes = max_bytes, 0
        self._entries: OrderedDict = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key):
        with self._lock:
            if (entry := self._entries.get(key)) is None:
                return None
            self._entries.move_to_end(key)
            return entry[0]

    def set(self, key, value, size: int) -> None:
        """Add an entry of `size` bytes; one that is there already stays as it is."""
        with self._lock:
            if key in self._entries:
                return
            self._entries[key] = value, size
            self._bytes += size
            while self._bytes > self._max_bytes:
                self._bytes -= self._entries.popitem(last=False)[1][1]

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
            self._bytes = 0


LOCAL = ByteLRU(settings.ANSWER_CACHE_BYTES)


def find(key: str) -> CachedResponse | None:
    """The response cached under `key`, by this process or in the shared cache."""
    cached = LOCAL.get(key)
    if cached is None and settings.CACHE_IS_SHARED and (parts := caches["default"].get(f"answer:{key}")):
        cached = CachedResponse(*parts)
        LOCAL.set(key, cached, len(cached.content))
    return cached


def store(key: str, response: CachedResponse) -> None:
    """Cache a response; a body over MAX_RESPONSE_BYTES is not cached."""
    if len(response.content) > MAX_RESPONSE_BYTES:
        return
    LOCAL.set(key, response, len(response.content))
    if settings.CACHE_IS_SHARED:
        caches["default"].set(f"answer:{key}", tuple(response), SHARED_SECONDS)


def lookup(key: str, request_key: RequestKey, request) -> tuple[int, dict[str, str], bytes] | None:
    """`(status, headers, body)` of a 304 or of the cached response.

    None when nothing is cached, and when the view has to refuse the client (rate limit). Of `request` only
    `META` is read.
    """
    etags, view = etags_of(request), request_key.view
    is_known = any(tag.removeprefix("W/") == f'"{key}"' for tag in etags)
    cached = None if is_known else find(key)
    if not (is_known or cached):
        return None
    rate_headers = view.admit(request) if view else {}
    if rate_headers is None:
        return None
    if is_known or ANY_ETAG in etags:
        return 304, validators(key, request_key) | rate_headers, b""
    return 200, dict(cached.headers) | rate_headers, cached.content


def etags_of(request) -> list[str]:
    """The entity tags of If-None-Match, or `*` (RFC 9110, 13.1.2)."""
    return parse_etags(request.META.get("HTTP_IF_NONE_MATCH", ""))


def validators(key: str, request_key: RequestKey) -> dict[str, str]:
    """The caching headers that a 304 shares with its 200."""
    return {
        "Cache-Control": CACHE_CONTROL,
        "Content-Language": request_key.language,
        "Vary": "Accept-Language" if request_key.view else "Cookie",
        "ETag": f'W/"{key}"',
    }


def key_of(version: Version, origin: str, language: str, path: str, query: str) -> str | None:
    """The cache key of one request at one version; None when the version is unknown or the query too long.

    Pairs are sorted by name alone: the order of two values of one name may mean something. The day is part
    of the key, since municipalities, protocols and terms begin and end with the day. Every part is preceded
    by its length, so that no two lists of parts give the same bytes.
    """
    if not version.token or len(query) > MAX_QUERY_LENGTH:
        return None
    pairs = sorted(query.split("&"), key=lambda pair: pair.partition("=")[0]) if query else ()
    today = str(timezone.localdate())
    parts = (release(), str(settings.DEMO), version.token, today, origin, language, path, *pairs)
    text = "".join([f"{len(part)}:{part}" for part in parts])
    return blake2b(text.encode(errors="surrogatepass"), digest_size=16).hexdigest()


@cache
def release() -> str:
    """A digest of this code: another release never serves a response of the one before."""
    digest = blake2b(settings.SITE_URL.encode(), digest_size=8)
    ours = [Path(app.path) for app in apps.get_app_configs() if Path(app.path).parent == settings.BASE_DIR]
    folders = ours + [settings.BASE_DIR / name for name in FOLDERS]
    sources = {path for folder in folders for pattern in SOURCES for path in folder.rglob(pattern)}
    manifest = settings.STATIC_ROOT / "staticfiles.json"
    for path in [*sorted(sources), *([manifest] if manifest.exists() else [])]:
        digest.update(path.read_bytes())
    return digest.hexdigest()
