"""Public reads: the cached response while its version holds, otherwise the view with few middlewares."""

from collections.abc import Iterable, Iterator

from django.db import DEFAULT_DB_ALIAS
from django.http import HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language

from cards.index.reader import pin_version
from lib.content_version import using_content_token
from observatory.public_cache.fast_path import register
from observatory.public_cache.replicas import choose, failed, reading_from
from observatory.public_cache.response_cache import (
    ANY_ETAG,
    CACHE_CONTROL,
    CachedResponse,
    RequestKey,
    etags_of,
    key_of,
    lookup,
    store,
    validators,
)
from observatory.public_cache.routes import PERSONAL_COOKIES, PublicHandler, public_route
from observatory.public_cache.versions import UNAVAILABLE, Version, version_in

# Headers of the response to one client, which a 304 in place of a rendered response repeats.
CLIENT_HEADERS = ("X-RateLimit-", "Access-Control-")
UNCACHED_HEADERS = ("x-ratelimit-", "retry-after", "set-cookie")
NEEDS_CSRF_COOKIE = "CSRF_COOKIE_NEEDS_UPDATE"


class ErrorCachingMiddleware:
    """Says how long a CDN may serve 404 and 410, as for other pages; of a signed-in person not at all."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code in (404, 410) and not response.has_header("Cache-Control"):
            is_private = any(name in request.COOKIES for name in PERSONAL_COOKIES)
            response["Cache-Control"] = "private, no-store" if is_private else CACHE_CONTROL
        return response


class PublicReadMiddleware:
    """First in MIDDLEWARE: a cached response was stored with the headers that the others set."""

    def __init__(self, get_response):
        self.get_response, self.handler = get_response, PublicHandler()

    def __call__(self, request):
        match = public_route(request)
        if match is None:
            return self.get_response(request)
        if request.encoding:
            # The charset of a body must not change how the query string is read: the response is cached
            # for all who send the same query string.
            request.encoding = None
        alias, version = _database_for(request)
        response = self._respond(request, match, alias, version)
        if response.status_code == 503 and alias != DEFAULT_DB_ALIAS:
            failed(alias, "it failed during a request")
            response = self._respond(request, match, DEFAULT_DB_ALIAS, Version())
        if NEEDS_CSRF_COOKIE in request.META:
            # The page holds a form after all: it needs the cookie, which the full list of middlewares sets.
            del request.META[NEEDS_CSRF_COOKIE], request.META["CSRF_COOKIE"]
            return self.get_response(request)
        return response

    def _respond(self, request, match, alias: str, version: Version) -> HttpResponse:
        request_key = _request_key(request, match)
        key = key_of(version, *request_key[:4])
        if key and (cached := lookup(key, request_key, request)):
            return _response(*cached)
        token, request.is_versioned = version.content_token if version.index else None, bool(key)
        with reading_from(alias), pin_version(version.index), using_content_token(token):
            response = self.handler(request, match)
        if response.streaming and alias != DEFAULT_DB_ALIAS:
            response.streaming_content = _parts_from(alias, response.streaming_content)
        if response.status_code == 200 and not _is_private(response):
            _set_validators(response, key, request_key)
            if key and request.method == "GET" and _is_cacheable(request, response):
                store(key, _cached(response))
                register(request, request_key)
            if key and ANY_ETAG in etags_of(request):
                return _not_modified(response)
        return response


def _parts_from(alias: str, parts: Iterable[bytes]) -> Iterator[bytes]:
    """The parts of a streamed body, each built with reads from `alias`: they are rendered after the view."""
    parts = iter(parts)
    while True:
        with reading_from(alias):
            part = next(parts, None)
        if part is None:
            return
        yield part


def _request_key(request, match) -> RequestKey:
    view = getattr(match.func, "cls", None)
    language = view.language(request) if view else get_language()
    origin = f"{request.scheme}://{request.get_host()}"
    return RequestKey(origin, language, request.path_info, request.META.get("QUERY_STRING", ""), view)


def _database_for(request) -> tuple[str, Version]:
    """A replica, or the primary for a person who may just have written; no version when none answers."""
    try:
        if any(name in request.COOKIES for name in PERSONAL_COOKIES):
            return DEFAULT_DB_ALIAS, version_in(DEFAULT_DB_ALIAS)
        return choose()
    except UNAVAILABLE:
        return DEFAULT_DB_ALIAS, Version()  # the view then answers 503


def _response(status: int, headers: dict[str, str], body: bytes) -> HttpResponse:
    if status == 304:
        return HttpResponseNotModified(headers=headers)
    return HttpResponse(body, headers=headers)


def _not_modified(response) -> HttpResponse:
    """304 in place of a response rendered for a client that has one already."""
    names = ("Cache-Control", "Content-Language", "ETag", "Vary")
    headers = {n: v for n, v in response.headers.items() if n in names or n.startswith(CLIENT_HEADERS)}
    return HttpResponseNotModified(headers=headers)


def _set_validators(response, key: str | None, request_key: RequestKey) -> None:
    headers = validators(key or "", request_key)
    response.headers["Cache-Control"] = headers["Cache-Control"]
    response.headers.setdefault("Content-Language", headers["Content-Language"])
    patch_vary_headers(response, (headers["Vary"],))
    if key:
        response.headers["ETag"] = headers["ETag"]


def _is_private(response) -> bool:
    return "no-store" in response.headers.get("Cache-Control", "")


def _is_cacheable(request, response) -> bool:
    return not (response.streaming or response.cookies or NEEDS_CSRF_COOKIE in request.META)


def _cached(response) -> CachedResponse:
    headers = [(n, v) for n, v in response.headers.items() if not n.lower().startswith(UNCACHED_HEADERS)]
    return CachedResponse(response.content, tuple(headers))
