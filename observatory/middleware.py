"""Middlewares of every response: database errors, methods, clean texts, caching of private pages."""

import logging

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from lib.audit import acting_from
from lib.forms.fields import tidied
from lib.limits import sender

logger = logging.getLogger(__name__)
WITH_BODY = ("POST", "PUT", "PATCH", "DELETE")
CHARSETS = ("utf-8", "utf8", "us-ascii", "ascii")
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


class DatabaseUnavailableMiddleware:
    """Responds 503 with Retry-After instead of 500 while the database is unavailable."""

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
    """Refuses TRACE, whose response would repeat the cookies of the request; the API refuses it by itself."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method in ("TRACE", "TRACK", "CONNECT") and not request.path_info.startswith("/api/"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        return self.get_response(request)


class AddressMiddleware:
    """Entries of the audit log made during a request have the address of its sender."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with acting_from(sender(request)):
            return self.get_response(request)


class PlainTextMiddleware:
    """404 for a NUL in the path, removed from the query string: PostgreSQL refuses it in any text."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path_info.startswith("/api/"):
            return self.get_response(request)  # the API responds with a problem
        if "\x00" in request.path_info:
            return render(None, "404.html", status=404)
        if "%00" in request.META.get("QUERY_STRING", ""):
            request.META["QUERY_STRING"] = request.META["QUERY_STRING"].replace("%00", "")
        return self.get_response(request)


class CleanFormMiddleware:
    """Cleans the texts of a posted form (lib.text.clean_text), and refuses a charset other than UTF-8 by 415.

    After CsrfViewMiddleware, which reads the form anyway.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        charset = request.content_params.get("charset", "utf-8") if request.content_type else "utf-8"
        if request.method in WITH_BODY and charset.strip("\"' ").lower() not in CHARSETS:
            return _unsupported(request)
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if request.method == "POST" and request.content_type in FORM_TYPES:
            request.POST = tidied(request.POST)


def _unsupported(request):
    detail = _("Il testo deve essere in UTF-8")
    if request.path_info.startswith("/api/"):
        problem = {"type": "about:blank", "title": "Unsupported Media Type", "status": 415, "detail": detail}
        return JsonResponse(problem, status=415, content_type="application/problem+json")
    return HttpResponse(detail, status=415, content_type="text/plain; charset=utf-8")


class PrivatePagesMiddleware:
    """Forbids caches to store the pages of a signed-in person."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        # request.user would query the database, and fail with it, where no view has read it yet.
        user = getattr(request, "_cached_user", None)
        if user and user.is_authenticated and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
            response["Cache-Control"] += ", no-store"
        return response
