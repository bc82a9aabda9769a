"""What every answer needs and no library gives."""

import logging

from django.db import InterfaceError, OperationalError
from django.http import HttpResponseNotAllowed
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

logger = logging.getLogger(__name__)


class DatabaseUnavailableMiddleware:
    """A database that is away is 503 with Retry-After, not 500: the visitor is told to come back."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, error):
        if not isinstance(error, OperationalError | InterfaceError):
            return None
        logger.error("database unavailable at %s", request.path, exc_info=error)
        response = render(None, "503.html", status=503)
        response["Retry-After"] = "15"
        return response


class MethodMiddleware:
    """TRACE would give a request back with its cookies in it; the API refuses it in its own form."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method in ("TRACE", "TRACK", "CONNECT") and not request.path_info.startswith("/api/"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        return self.get_response(request)


class PlainTextMiddleware:
    """No address holds a NUL: PostgreSQL refuses it in any text, so it is nothing anybody looks for."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path_info.startswith("/api/"):
            return self.get_response(request)  # the API says itself what is wrong, in its own form
        if "\x00" in request.path_info:
            return render(None, "404.html", status=404)
        if "%00" in request.META.get("QUERY_STRING", ""):
            request.META["QUERY_STRING"] = request.META["QUERY_STRING"].replace("%00", "")
        return self.get_response(request)


class PrivatePagesMiddleware:
    """What a signed-in person sees is theirs: no cache keeps it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        # Who has not been asked for yet need not be: the question may cost a query, or fail with it.
        user = getattr(request, "_cached_user", None)
        if user and user.is_authenticated and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
            response["Cache-Control"] += ", no-store"
        return response
