"""Errors as RFC 9457 problems: `{type, title, status, detail, errors: [{parameter, detail}]}`."""

from http import HTTPStatus
from math import ceil

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rest_framework.exceptions import APIException, Throttled
from rest_framework.response import Response
from rest_framework.views import set_rollback

from cards.search.as_of import TooManyReplaced

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = "15"


class BadParameters(APIException):
    """Parameters that do not exist (400) or whose values cannot be used (422)."""

    def __init__(self, errors: list[tuple[str, str]], status: int = HTTPStatus.UNPROCESSABLE_ENTITY):
        self.status_code = status
        self.errors = [{"parameter": name, "detail": detail} for name, detail in errors]
        super().__init__(_("Alcuni parametri non sono validi"))


class BadFields(APIException):
    """A body whose fields cannot be used: `(JSON pointer, what to do)` of each."""

    status_code = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, errors: list[tuple[str, str]]):
        self.errors = [{"pointer": pointer, "detail": detail} for pointer, detail in errors]
        super().__init__(_("Alcuni dati non sono validi"))


class Refused(APIException):
    """A request refused as a whole, with its status and detail."""

    def __init__(self, status: int, detail: str):
        self.status_code = status
        super().__init__(detail)


class Gone(APIException):
    """What was public and was withdrawn; the detail says why."""

    status_code = HTTPStatus.GONE


def handle(exc: Exception, context: dict) -> Response | None:
    """DRF's exception handler. None for an unexpected error, which Django then logs."""
    if isinstance(exc, OperationalError | InterfaceError):
        detail = _("La banca dati non risponde, riprova fra poco")
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers={"Retry-After": RETRY_AFTER})
    if isinstance(exc, Http404):
        return problem(HTTPStatus.NOT_FOUND, _("Non c’è niente a questo indirizzo"))
    if isinstance(exc, PermissionDenied):
        return problem(HTTPStatus.FORBIDDEN, "")
    if isinstance(exc, TooManyReplaced):
        told = _(
            "Da quel giorno sono cambiate troppe schede: scegli una data più vicina o un file di `/dati/`"
        )
        exc = BadParameters([("as_of", told)])
    if not isinstance(exc, APIException):
        return None
    set_rollback()
    headers = {}
    if isinstance(exc, Throttled) and exc.wait:
        wait = ceil(exc.wait)
        headers["Retry-After"] = str(wait)
        told = ngettext(
            "Troppe richieste: riprova fra %(n)s secondo", "Troppe richieste: riprova fra %(n)s secondi", wait
        )
        exc.detail = told % {"n": wait}
    if exc.status_code == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return problem(exc.status_code, str(exc.detail), getattr(exc, "errors", None), headers)


def problem(status: int, detail: str, errors=None, headers=None) -> Response:
    """The answer for one problem. The type is the status itself, hence `about:blank`."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
    }
    if errors:
        body["errors"] = errors
    return Response(body, status=status, headers=headers, content_type=MEDIA_TYPE)
