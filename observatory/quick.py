"""Answers given before Django makes a request of the call: those kept, and a few that are made in brief.

What a call asks, and which headers its answer has, was worked out once by the long way, which says it here
(observatory/reading.py). Calls that carry a cookie, ask in another way or ask something new go on to Django.
"""

import logging
import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from time import perf_counter
from types import SimpleNamespace
from typing import NamedTuple

from django.http import Http404
from rest_framework.exceptions import APIException

from api.brief import way_of
from municipalities.models import content_sealed
from observatory.answers import HERE, LARGEST, Stored, key_of
from observatory.metrics import KEPT, MADE, counted
from observatory.replicas import choose, reading_from
from observatory.versions import AWAY, Version
from projects.search import TooFarBack, at

logger = logging.getLogger(__name__)
# What callers do wrong, and what the database cannot give at the moment.
EXPECTED = (APIException, Http404, TooFarBack, *AWAY)
MOST = 4_096
# Where the name of a call lies in it: Django rewrites what the name is made of.
NAME = "osservatorio.name"
# What a 304 tells again of the answer it stands for.
TOLD_AGAIN = ("Cache-Control", "Content-Language", "ETag", "Vary")
# What differs between two answers of one view to callers who come by the same way.
OF_ONE_ANSWER = ("Content-Length", "ETag", "Link")
OUR_TAG = re.compile(r'W/"[0-9a-f]{32}"')


class Asked(NamedTuple):
    """What a call asks, as answers are kept by it; `view` of the API counts its callers."""

    place: str
    language: str
    path: str
    query: str
    view: type | None


class Door(NamedTuple):
    """How calls of one view that come by the same way are answered.

    `root` is what their addresses have before the path, `headers` are those of every answer.
    """

    place: str
    language: str
    root: str
    headers: tuple[tuple[str, str], ...]


_known: OrderedDict[tuple, Asked] = OrderedDict()
_doors: OrderedDict[tuple, Door] = OrderedDict()
_lock = threading.Lock()


def learn(request, asked: Asked, stored: Stored) -> None:
    """A call like this one asks this and is answered so, whatever the version."""
    if NAME not in request.META:
        return
    path, _query, *around = name = request.META[NAME]
    if way := way_of(path):
        lasting = tuple(pair for pair in stored.headers if pair[0] not in OF_ONE_ANSWER)
        root = request.build_absolute_uri(request.path).removesuffix(path)
        _remember(_doors, (way[0], *around), Door(asked.place, asked.language, root, lasting))
    else:
        _remember(_known, name, asked)


def forget() -> None:
    """As a process that has just begun."""
    with _lock:
        _known.clear()
        _doors.clear()


def _remember(known: OrderedDict, name: tuple, what: Asked | Door) -> None:
    with _lock:
        known[name] = what
        while len(known) > MOST:
            known.popitem(last=False)


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
        is_plain = environ["REQUEST_METHOD"] == "GET" and "HTTP_COOKIE" not in environ
        if is_plain and (found := _answer(environ)):
            way, status, headers, content = found
            start_response(status, headers)
            counted(way, status, started)
            return [content]

        def start(status, headers, *error):
            counted(MADE, status, started)
            return start_response(status, headers, *error)

        return self._django(environ, start)


def _answer(environ: dict) -> tuple[str, str, list, bytes] | None:
    """`(way, status, headers, body)` of an answer that holds; None where the long way has to be gone."""
    name = environ.setdefault(NAME, _name(environ))
    asked, make = _recognised(name)
    if asked is None:
        return None
    try:
        alias, version = choose()
    except AWAY:
        return None
    key, tag = key_of(version, *asked[:4]), environ.get("HTTP_IF_NONE_MATCH")
    is_known = bool(tag) and tag == f'W/"{key}"'
    if key is None or (tag and not is_known and not OUR_TAG.fullmatch(tag)):
        return None
    way, stored = KEPT, HERE.get(key)
    if stored is None and make:
        way, stored = KEPT if is_known else MADE, make(key, alias, version, is_known)
    rate = stored and (asked.view.admit(_caller(environ)) if asked.view else {})
    return None if rate is None else (way, *_told(stored, rate, is_known=is_known))


def _recognised(name: tuple) -> tuple[Asked | None, Callable | None]:
    """What this call asks, None when it is new; and what makes the answer in brief, where that can be."""
    path, query, *around = name
    if (way := way_of(path)) is None:
        return _known.get(name), None
    view, key = way
    door = _doors.get((view, *around))
    if door is None or "%00" in query or not query.isascii():
        return None, None
    asked = Asked(door.place, door.language, path, query, view)
    return asked, partial(_made, door, asked, key)


def _made(
    door: Door, asked: Asked, wanted: str, key: str, alias: str, version: Version, is_known: bool
) -> Stored | None:
    """The answer in brief, kept for the next; without its body for who has it. None where it takes more."""
    tag = ("ETag", f'W/"{key}"')
    if is_known:
        return Stored(b"", (*door.headers, tag))
    try:
        with reading_from(alias), at(version.mark), content_sealed(version.content_seal):
            brief = asked.view.brief(asked.query, door.root + asked.path, wanted)
    except EXPECTED:  # the long way meets it again, and has words for it
        return None
    except Exception:  # it answers here too, but nobody would know why answers became slow
        logger.exception("%s was not answered in brief", asked.path)
        return None
    if brief is None:
        return None
    own = [tag, ("Content-Length", str(len(brief.content)))]
    own += [("Link", brief.link)] if brief.link else []
    stored = Stored(brief.content, (*door.headers, *own))
    if len(stored.content) <= LARGEST:
        HERE.keep(key, stored)
    return stored


def _caller(environ: dict) -> SimpleNamespace:
    """As much of a request as says who calls."""
    return SimpleNamespace(META=environ, headers={"x-forwarded-for": environ.get("HTTP_X_FORWARDED_FOR")})


def _told(stored: Stored, rate: dict[str, str], *, is_known: bool) -> tuple[str, list, bytes]:
    if is_known:
        lasting = [(name, value) for name, value in stored.headers if name in TOLD_AGAIN]
        return "304 Not Modified", [*lasting, *rate.items()], b""
    told = [(name, value) for name, value in stored.headers if name not in rate]
    return "200 OK", [*told, *rate.items()], stored.content
