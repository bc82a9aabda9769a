"""Whole answers kept under the version of what they say. Losing them loses nothing but speed.

The version is part of the key and is read from the database at every request: a publication changes the key,
for every process at once, and what was stored under the old one is never asked for again. Kept in the
process first, then in the shared cache when CACHE_URL names one.
"""

import threading
from collections import OrderedDict
from functools import cache, lru_cache
from hashlib import blake2b
from pathlib import Path
from time import time
from typing import NamedTuple

from django.apps import apps
from django.conf import settings
from django.core.cache import caches
from django.utils import timezone

from observatory.versions import Version

BYTES = settings.ANSWER_CACHE_BYTES
LARGEST = 512 * 1024
LONGEST_QUERY = 2_000
SHARED_SECONDS = 3600
# What makes an answer besides the data: code, templates, words; and the names of the static files.
SOURCES = ("*.py", "*.html", "*.mo")
FOLDERS = ("cardindex", "templates", "locale")


class Stored(NamedTuple):
    """An answer as it was given: its body and its headers."""

    content: bytes
    headers: tuple[tuple[str, str], ...]


class Answers:
    """The answers lately given by this process, the least used forgotten first."""

    def __init__(self, allowance: int):
        self._allowance, self._bytes = allowance, 0
        self._known: OrderedDict[str, Stored] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> Stored | None:
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
            return self._known.get(key)

    def keep(self, key: str, stored: Stored) -> None:
        with self._lock:
            if key in self._known:
                return
            self._known[key] = stored
            self._bytes += len(stored.content)
            while self._bytes > self._allowance:
                self._bytes -= len(self._known.popitem(last=False)[1].content)

    def forget(self) -> None:
        with self._lock:
            self._known.clear()
            self._bytes = 0


HERE = Answers(BYTES)


def shared():
    """The cache of all processes, where there is one."""
    return caches["default"] if settings.CACHE_IS_SHARED else None


def find(key: str) -> Stored | None:
    found = HERE.get(key)
    if found is None and (cache := shared()) and (parts := cache.get(f"answer:{key}")):
        found = Stored(*parts)
        HERE.keep(key, found)
    return found


def keep(key: str, stored: Stored) -> None:
    if len(stored.content) <= LARGEST:
        HERE.keep(key, stored)
        if cache := shared():
            cache.set(f"answer:{key}", tuple(stored), SHARED_SECONDS)


def key_of(version: Version, host: str, language: str, path: str, query: str) -> str | None:
    """The name of the answer to one question at one version; None for questions not worth keeping.

    Pairs are sorted by name alone: the order of two values of one name may mean something. The day is part
    of it, since municipalities, protocols and terms begin and end with the day.
    """
    if not version.seal or len(query) > LONGEST_QUERY:
        return None
    pairs = sorted(query.split("&"), key=lambda pair: pair.partition("=")[0]) if query else ()
    parts = (
        release(),
        str(settings.DEMO),
        version.seal,
        _today(int(time()) // 60),
        host,
        language,
        path,
        *pairs,
    )
    return blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()


@lru_cache(maxsize=1)
def _today(_minute: int) -> str:
    """The day at this minute, with which no day begins or ends."""
    return str(timezone.localdate())


@cache
def release() -> str:
    """A digest of this code: another release never gives an answer of the one before."""
    digest = blake2b(settings.SITE_URL.encode(), digest_size=8)
    ours = [Path(app.path) for app in apps.get_app_configs() if Path(app.path).parent == settings.BASE_DIR]
    folders = ours + [settings.BASE_DIR / name for name in FOLDERS]
    sources = [path for folder in folders for pattern in SOURCES for path in folder.rglob(pattern)]
    manifest = settings.STATIC_ROOT / "staticfiles.json"
    for path in [*sorted(sources), *([manifest] if manifest.exists() else [])]:
        digest.update(path.read_bytes())
    return digest.hexdigest()
