"""The base view of the API: known parameters, rate limits, ETag, CORS, pagination."""

import re
from collections.abc import Callable
from contextlib import suppress
from hashlib import blake2b
from typing import NamedTuple
from urllib.parse import quote_plus

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpResponse, QueryDict
from django.utils.cache import get_conditional_response
from django.utils.translation import get_supported_language_variant, override
from django.utils.translation.trans_real import parse_accept_lang_header
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.params import DEFAULT_LIMIT, check, check_length, integer
from api.problems import MEDIA_TYPE
from api.renderers import AlwaysJson, StoredJsonRenderer
from api.schema import PublicSchema
from api.serializers import Status
from api.throttles import AddressRate, DownloadRate

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, "
    "X-RateLimit-Reset",
}
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Accept-Language, Content-Type, If-None-Match",
    "Access-Control-Max-Age": "86400",
}

JSON = StoredJsonRenderer()
PLAIN = re.compile(r"[A-Za-z0-9_.~-]*")


def language_of(request) -> str:
    """The first of settings.LANGUAGES in Accept-Language, else the default; no cookie is read."""
    for code, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        with suppress(LookupError):
            return get_supported_language_variant(code)
    return settings.LANGUAGE_CODE


class PublicView(APIView):
    """Base of all endpoints. `parameters` names what the query string may hold."""

    name = ""
    parameters: tuple[str, ...] = ()
    answer = None
    success = 200
    schema = PublicSchema()
    http_method_names = ["get", "head", "options"]
    throttle_classes = [AddressRate]
    renderer_classes = [StoredJsonRenderer]
    parser_classes = []
    has_body = False
    content_negotiation_class = AlwaysJson

    def dispatch(self, request, *args, **kwargs) -> HttpResponse:
        """In the language of the Accept-Language header: paths of the API have none of their own."""
        language = language_of(request)
        with override(language):
            answer = super().dispatch if self.has_body else self._read
            response = answer(request, *args, **kwargs)
        response["Content-Language"] = language
        return response

    def _read(self, request, *args, **kwargs) -> HttpResponse:
        """What APIView.dispatch does, for requests without body and authentication.

        DRF's request wrapper, content negotiation and permissions would cost more than the list itself.
        """
        self.args, self.kwargs, self.headers = args, kwargs, self.default_response_headers
        request.accepted_renderer, request.accepted_media_type = JSON, JSON.media_type
        request.query_params, self.request = request.GET, request
        known = request.method.lower() in self.http_method_names
        try:
            self.initial(request, *args, **kwargs)
            handler = getattr(self, request.method.lower(), None) if known else None
            response = (handler or self.http_method_not_allowed)(request, *args, **kwargs)
        except Exception as error:  # api.problems.handle lets unexpected ones raise
            response = self.handle_exception(error)
        self.response = self.finalize_response(request, response, *args, **kwargs)
        return self.response

    @staticmethod
    def language(request) -> str:
        return language_of(request)

    @classmethod
    def admit(cls, request) -> dict[str, str] | None:
        """Count a request whose response is cached: the headers of the rate, None over the limit."""
        rate = AddressRate()
        return CORS | rate.headers if rate.allow_request(request, cls) else None

    def initial(self, request: Request, *args, **kwargs) -> None:
        if self.has_body:
            super().initial(request, *args, **kwargs)
        else:
            self.perform_authentication(request)
            self.check_throttles(request)
        if request.method != "OPTIONS":
            check_length(request)
            check(request.query_params, self.parameters)
        if any("\0" in str(part) for part in kwargs.values()):
            raise Http404

    def perform_authentication(self, request: Request) -> None:
        """No session is read, so responses do not depend on cookies."""
        request.user = AnonymousUser()

    def get_throttles(self) -> list:
        self.rate = AddressRate()
        return [self.rate]

    def check_downloads(self, request: Request) -> None:
        """Files have a rate of their own, whose headers replace the general ones. Raises Throttled."""
        self.limit_to(request, DownloadRate())

    def limit_to(self, request: Request, rate: AddressRate) -> None:
        self.rate = rate
        if not self.rate.allow_request(request, self):
            self.throttled(request, self.rate.wait())

    def options(self, request: Request, *args, **kwargs) -> Response:
        return Response(status=204, headers=PREFLIGHT)

    def finalize_response(self, request, response, *args, **kwargs) -> HttpResponse:
        response = super().finalize_response(request, response, *args, **kwargs)
        extra = CORS | (self.rate.headers if hasattr(self, "rate") else {})
        if response.status_code == 200:
            response.setdefault("Cache-Control", "public, max-age=60")
        for name, value in extra.items():
            response[name] = value
        if hasattr(response, "add_post_render_callback"):
            response.add_post_render_callback(lambda rendered: _conditional(request, rendered, extra))
        return response

    def paged(self, request: Request, rows, count: int, shape: Callable) -> Response:
        """One page of `rows`, which are sliced here, in the envelope of every list, with a Link header."""
        page = page_of(request.query_params, count, request.path)
        ahead, back = (url and request.build_absolute_uri(url) for url in (page.ahead, page.back))
        results, links = shape(list(rows[page.start : page.stop])), links_to(ahead, back)
        body = {"count": count, "next": ahead, "previous": back, "results": results}
        return Response(body, headers={"Link": links} if links else {})


class Page(NamedTuple):
    """The slice `rows[start:stop]` of a page, and the URLs of the next and the previous one, if any."""

    start: int
    stop: int
    ahead: str | None
    back: str | None


def page_of(params: QueryDict, count: int, address: str) -> Page:
    """The page by `limit` and `offset` of a list of `count` at the URL `address`. Raises BadParameters."""
    limit, offset = integer(params, "limit", DEFAULT_LIMIT), integer(params, "offset", 0)
    ahead = _at(params, address, offset + limit) if offset + limit < count else None
    back = _at(params, address, max(0, offset - limit)) if offset > 0 else None
    return Page(offset, offset + limit, ahead, back)


def _at(params: QueryDict, address: str, offset: int) -> str:
    lists = dict(params.lists()) | {"offset": [str(offset)]}
    pairs = [f"{_quoted(name)}={_quoted(value)}" for name, values in lists.items() for value in values]
    return f"{address}?{'&'.join(pairs)}"


def _quoted(text: str) -> str:
    """Percent-encoded; nearly all values need nothing, which the pattern tells faster than quote_plus."""
    return text if PLAIN.fullmatch(text) else quote_plus(text)


def links_to(ahead: str | None, back: str | None) -> str:
    """The Link header of a page; empty without next and previous page."""
    return ", ".join(f'<{url}>; rel="{rel}"' for url, rel in ((ahead, "next"), (back, "prev")) if url)


def _conditional(request, response, extra: dict[str, str]):
    """304 when the client has the same body."""
    if response.status_code != 200:
        return None
    if getattr(request, "is_versioned", False):
        return None  # the middleware sets and compares its ETag
    etag = f'W/"{blake2b(response.content, digest_size=12).hexdigest()}"'
    response["ETag"] = etag
    answer = get_conditional_response(request, etag=etag, response=response)
    if answer is not response:
        for name, value in extra.items():
            answer[name] = value
    return answer


class StatusView(PublicView):
    """Il servizio risponde."""

    name = "get_status"
    answer = Status

    def get(self, request: Request) -> Response:
        answer = Response({"status": 200, "title": "OK"}, content_type=MEDIA_TYPE)
        answer["Cache-Control"] = "no-store"
        return answer


class UnknownView(PublicView):
    """Any other path below the API: 404 as a problem, not as a page."""

    schema = None

    def initial(self, request: Request, *args, **kwargs) -> None:
        self.perform_authentication(request)
        self.check_throttles(request)
        raise Http404
