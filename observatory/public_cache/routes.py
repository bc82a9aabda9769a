"""Which paths are public reads, and the handler that calls their views with few middlewares."""

from functools import lru_cache

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.handlers.base import BaseHandler
from django.core.handlers.exception import convert_exception_to_response
from django.middleware.security import SecurityMiddleware
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils import translation

from lib.message_storage import HostCookieStorage
from observatory.middleware import DatabaseUnavailableMiddleware

# Routes that are not as settings.URL_NAMESPACES says of their namespace. Code that changes what a versioned
# response shows calls lib.content_version.bump_content_version() in the same transaction.
VERSIONED = frozenset({"protocols:protocol-list", "protocols:protocol-detail"})
UNVERSIONED = frozenset({"api:status", "api:schema", "api:docs", "api:datasets", "pages:statistics"})
# Cookies of a signed-in person, or of one with a pending message: their pages may differ.
PERSONAL_COOKIES = (settings.SESSION_COOKIE_NAME, HostCookieStorage.cookie_name)


def is_versioned(match: ResolverMatch) -> bool:
    """Whether the response of this route depends on the version alone (versions.py)."""
    if match.view_name in UNVERSIONED:
        return False
    return match.view_name in VERSIONED or "versioned" in settings.URL_NAMESPACES.get(match.namespace, ())


def public_route(request) -> ResolverMatch | None:
    """The route of a GET or HEAD whose response is the same for all clients; None for other requests."""
    if request.method not in ("GET", "HEAD") or request.path_info.startswith(settings.STATIC_URL):
        return None
    if "\x00" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
        return None  # left to PlainTextMiddleware
    is_api = request.path_info.startswith("/api/")
    if not is_api and any(name in request.COOKIES for name in PERSONAL_COOKIES):
        return None
    translation.activate(translation.get_language_from_path(request.path_info) or settings.LANGUAGE_CODE)
    return _route(request.path_info, translation.get_language())


@lru_cache(maxsize=4_096)
def _route(path: str, _language: str) -> ResolverMatch | None:
    """Resolving costs more than a cached response, and few paths are requested often."""
    try:
        match = resolve(path)
    except Resolver404:
        return None
    return match if is_versioned(match) else None


class StaticPolicy(CSPMiddleware):
    """The content security policy of the settings: public reads need no nonce."""

    def process_request(self, request) -> None:
        return None

    def process_response(self, request, response):
        if not (settings.DEBUG and response.status_code in (404, 500)):
            response.headers.setdefault(HEADER, build_policy())
        return response


class PublicHandler(BaseHandler):
    """Calls the view of a public read without the middlewares of session, CSRF, sign-in and messages."""

    def __init__(self):
        self._view_middleware, self._template_response_middleware = [], []
        self._exception_middleware = [DatabaseUnavailableMiddleware(None).process_exception]
        with_policy = StaticPolicy(convert_exception_to_response(self._get_response))
        self.answer = convert_exception_to_response(SecurityMiddleware(with_policy))

    def resolve_request(self, request):
        return request.resolver_match

    def __call__(self, request, match: ResolverMatch):
        request.resolver_match, request.user = match, AnonymousUser()
        response = self.answer(request)
        response.headers.setdefault("X-Frame-Options", settings.X_FRAME_OPTIONS)
        if not response.streaming:
            response.headers.setdefault("Content-Length", str(len(response.content)))
        return response
