"""Answers kept, given before Django makes a request of the call: the version is asked for, and nothing else.

What a call asks was worked out once by the long way (observatory/reading.py), which says it here. Calls that
carry a cookie, ask in another way or ask something new go on to Django.
"""

import threading
from collections import OrderedDict
from time import perf_counter
from types import SimpleNamespace
from typing import NamedTuple

from django.db import connections

from observatory.answers import HERE, Stored, key_of
from observatory.metrics import KEPT, MADE, counted
from observatory.replicas import choose
from observatory.versions import AWAY

MOST = 4_096
# Where the name of a call lies in it: Django rewrites what the name is made of.
NAME = "osservatorio.name"
# What a 304 tells again of the answer it stands for.
TOLD_AGAIN = ("Cache-Control", "Content-Language", "ETag", "Vary")


class Asked(NamedTuple):
    """What a call asks, as answers are kept by it; `view` of the API counts its callers."""

    place: str
    language: str
    path: str
    query: str
    view: type | None


_known: OrderedDict[tuple, Asked] = OrderedDict()
_lock = threading.Lock()


def learn(environ: dict, asked: Asked) -> None:
    """A call like this one asks this, whatever the version."""
    if NAME not in environ:
        return
    with _lock:
        _known[environ[NAME]] = asked
        while len(_known) > MOST:
            _known.popitem(last=False)


def _name(environ: dict) -> tuple:
    """All that decides what a call without a cookie asks: the language of pages lies in their path."""
    path = environ.get("PATH_INFO", "")
    return (
        path,
        environ.get("QUERY_STRING", ""),
        environ.get("HTTP_ACCEPT_LANGUAGE") if path.startswith("/api/") else None,
        environ.get("HTTP_HOST"),
        environ.get("SERVER_NAME"),
        environ.get("SERVER_PORT"),
        environ.get("SCRIPT_NAME"),
        environ.get("wsgi.url_scheme"),
        environ.get("HTTP_X_FORWARDED_PROTO"),
    )


class Quick:
    """The WSGI application in front of Django's."""

    def __init__(self, django):
        self._django = django

    def __call__(self, environ: dict, start_response):
        started = perf_counter()
        if environ["REQUEST_METHOD"] == "GET" and "HTTP_COOKIE" not in environ:
            asked = _known.get(environ.setdefault(NAME, _name(environ)))
            if asked and (found := _answer(environ, asked)):
                status, headers, content = found
                start_response(status, headers)
                counted(KEPT, status, started)
                return [content]

        def start(status, headers, *error):
            counted(MADE, status, started)
            return start_response(status, headers, *error)

        return self._django(environ, start)


def _answer(environ: dict, asked: Asked) -> tuple[str, list, bytes] | None:
    """`(status, headers, body)` of a kept answer that holds; None where the long way has to be gone."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
    try:
        _alias, version = choose()
    except AWAY:
        return None
    key = key_of(version, *asked[:4])
    stored = HERE.get(key) if key else None
    tag = environ.get("HTTP_IF_NONE_MATCH")
    if stored is None or (tag and tag != f'W/"{key}"'):
        return None
    rate = asked.view.admit(_caller(environ)) if asked.view else {}
    if rate is None:
        return None
    return _told(stored, rate, is_known=bool(tag))


def _caller(environ: dict) -> SimpleNamespace:
    """As much of a request as says who calls."""
    return SimpleNamespace(META=environ, headers={"x-forwarded-for": environ.get("HTTP_X_FORWARDED_FOR")})


def _told(stored: Stored, rate: dict[str, str], *, is_known: bool) -> tuple[str, list, bytes]:
    if is_known:
        lasting = [(name, value) for name, value in stored.headers if name in TOLD_AGAIN]
        return "304 Not Modified", [*lasting, *rate.items()], b""
    told = [(name, value) for name, value in stored.headers if name not in rate]
    return "200 OK", [*told, *rate.items()], stored.content
