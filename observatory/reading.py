"""Public reads: from what was answered before where that still holds, by the short way otherwise."""

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS
from django.http import HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django.utils.translation import get_language

from municipalities.models import content_sealed
from observatory.answers import Stored, find, keep, key_of
from observatory.public import PERSONAL_COOKIES, ShortHandler, public_read
from observatory.quick import TOLD_AGAIN, Asked, learn
from observatory.replicas import choose, failed, reading_from
from observatory.versions import AWAY, Version, version_in
from projects.search import at

# Browsers always ask again (a 304 costs next to nothing), a CDN after a few seconds.
CACHE_CONTROL = f"public, max-age=0, s-maxage={settings.CDN_SECONDS}, must-revalidate"
ANY = "*"
OF_THE_CALLER = ("X-RateLimit-", "Access-Control-")
OF_THE_MOMENT = ("x-ratelimit-", "retry-after", "set-cookie")
TOKEN_ASKED = "CSRF_COOKIE_NEEDS_UPDATE"


class PublicReadMiddleware:
    """First in MIDDLEWARE: what an answer kept needs of the others was kept with it."""

    def __init__(self, get_response):
        self.get_response, self.short = get_response, ShortHandler()

    def __call__(self, request):
        match = public_read(request)
        if match is None:
            return self.get_response(request)
        if request.encoding:
            # No body's charset may say how an address is read: the answer is kept for all who ask the same.
            request.encoding = None
        alias, version = _database_for(request)
        response = self._answer(request, match, alias, version)
        if response.status_code == 503 and alias != DEFAULT_DB_ALIAS:
            failed(alias, "it went away while answering")
            response = self._answer(request, match, DEFAULT_DB_ALIAS, Version())
        if TOKEN_ASKED in request.META:
            # The page holds a form after all: it needs the cookie, and the way that gives it.
            del request.META[TOKEN_ASKED], request.META["CSRF_COOKIE"]
            return self.get_response(request)
        return response

    def _answer(self, request, match, alias: str, version: Version) -> HttpResponse:
        view = getattr(match.func, "cls", None)
        language = view.language(request) if view else get_language()
        place = f"{request.scheme}://{request.get_host()}"
        query = request.META.get("QUERY_STRING", "")
        asked = Asked(place, language, request.path_info, query, view)
        key = key_of(version, *asked[:4])
        if key and (ready := _ready(request, view, key, language)):
            return ready
        seal, request.is_versioned = version.content_seal if version.mark else None, bool(key)
        with reading_from(alias), at(version.mark), content_sealed(seal):
            response = self.short(request, match)
        if response.status_code == 200 and not _is_private(response):
            _dress(response, key, view, language)
            if key and request.method == "GET" and _may_be_kept(request, response):
                stored = _stored(response)
                keep(key, stored)
                learn(request, asked, stored)
            if key and ANY in _tags(request):
                return _unchanged(response)
        return response


def _database_for(request) -> tuple[str, Version]:
    """A replica for strangers, the primary for those who may have written; no version when none answers."""
    try:
        if any(name in request.COOKIES for name in PERSONAL_COOKIES):
            return DEFAULT_DB_ALIAS, version_in(DEFAULT_DB_ALIAS)
        return choose()
    except AWAY:
        return DEFAULT_DB_ALIAS, Version()  # the view will say so in its own words


def _ready(request, view, key: str, language: str) -> HttpResponse | None:
    """304, or the answer kept; None when there is none, or when the view has to refuse a caller."""
    tags = _tags(request)
    is_known = any(tag.removeprefix("W/") == f'"{key}"' for tag in tags)
    stored = None if is_known else find(key)
    if not (is_known or stored):
        return None
    is_known = is_known or ANY in tags
    rate = view.admit(request) if view else {}
    if rate is None:
        return None
    if is_known:
        response = HttpResponseNotModified()
        _dress(response, key, view, language)
    else:
        response = HttpResponse(stored.content, headers=dict(stored.headers))
    for name, value in rate.items():
        response.headers[name] = value
    return response


def _tags(request) -> list[str]:
    """The answers that a caller has, or `*` for any at all (RFC 9110, 13.1.2)."""
    return parse_etags(request.headers.get("If-None-Match", ""))


def _unchanged(response) -> HttpResponse:
    """304 in the place of an answer made for somebody who has one already."""
    told = {n: v for n, v in response.headers.items() if n in TOLD_AGAIN or n.startswith(OF_THE_CALLER)}
    return HttpResponseNotModified(headers=told)


def _dress(response, key: str | None, view, language: str) -> None:
    response.headers["Cache-Control"] = CACHE_CONTROL
    response.headers.setdefault("Content-Language", language)
    patch_vary_headers(response, ("Accept-Language",) if view else ("Cookie",))
    if key:
        response.headers["ETag"] = _etag(key)


def _etag(key: str) -> str:
    return f'W/"{key}"'


def _is_private(response) -> bool:
    return "no-store" in response.headers.get("Cache-Control", "")


def _may_be_kept(request, response) -> bool:
    return not (response.streaming or response.cookies or TOKEN_ASKED in request.META)


def _stored(response) -> Stored:
    headers = response.headers.items()
    lasting = [(n, v) for n, v in headers if not n.lower().startswith(OF_THE_MOMENT)]
    return Stored(response.content, tuple(lasting))
