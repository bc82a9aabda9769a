"""Cached responses for GET requests without cookies, served before Django builds a request.

It looks responses up as the middleware does (response_cache.lookup). Which request key belongs to the raw
WSGI environ is what the middleware computed when it first served such a request, and registered here: host,
scheme and language are validated and parsed by Django alone.
"""

from http import HTTPStatus
from time import perf_counter
from types import SimpleNamespace

from observatory.metrics import CACHED, RENDERED, count
from observatory.public_cache.replicas import choose
from observatory.public_cache.response_cache import ByteLRU, RequestKey, key_of, lookup
from observatory.public_cache.versions import UNAVAILABLE

# Django rewrites parts of the environ: the raw key is stored in it before.
RAW_KEY = "osservatorio.raw_key"
# All that the request key of a request without cookies depends on; API paths add Accept-Language.
PARTS = (
    "PATH_INFO",
    "QUERY_STRING",
    "HTTP_HOST",
    "SERVER_NAME",
    "SERVER_PORT",
    "SCRIPT_NAME",
    "wsgi.url_scheme",
    "HTTP_X_FORWARDED_PROTO",
)
# About what an entry takes in memory beside its strings.
ENTRY_BYTES = 1_000
REQUEST_KEYS = ByteLRU(8 * 1024 * 1024)


def register(request, request_key: RequestKey) -> None:
    """Requests with the same raw key as this one have this request key, whatever the version."""
    if raw_key := request.META.get(RAW_KEY):
        size = ENTRY_BYTES + 2 * sum(len(part) for part in raw_key if part)
        REQUEST_KEYS.set(raw_key, request_key, size)


class FastPath:
    """The WSGI application in front of `application`, Django's, which is called when nothing is cached."""

    def __init__(self, application):
        self.application = application

    def __call__(self, environ: dict, start_response):
        started = perf_counter()
        is_cacheable = environ["REQUEST_METHOD"] == "GET" and "HTTP_COOKIE" not in environ
        if is_cacheable and (cached := _cached(environ)):
            code, headers, body = cached
            status = f"{code} {HTTPStatus(code).phrase}"
            start_response(status, list(headers.items()))
            count(CACHED, status, started)
            return [body]

        def start(status, headers, *error):
            count(RENDERED, status, started)
            return start_response(status, headers, *error)

        return self.application(environ, start)


def _cached(environ: dict) -> tuple[int, dict[str, str], bytes] | None:
    raw_key = environ[RAW_KEY] = _raw_key(environ)
    request_key = REQUEST_KEYS.get(raw_key)
    if request_key is None:
        return None
    try:
        _alias, version = choose()
    except UNAVAILABLE:
        return None
    key = key_of(version, *request_key[:4])
    # What rate limits read of a request.
    client = {"x-forwarded-for": environ.get("HTTP_X_FORWARDED_FOR")}
    return lookup(key, request_key, SimpleNamespace(META=environ, headers=client)) if key else None


def _raw_key(environ: dict) -> tuple:
    is_api = environ.get("PATH_INFO", "").startswith("/api/")
    language = environ.get("HTTP_ACCEPT_LANGUAGE") if is_api else None
    return (*map(environ.get, PARTS), language)
