"""Refuses requests by their size before Django reads them: 431 for headers, 413 for bodies (RFC 6585, 9110).

The proxy has the same limits; this is for a portal without one.
"""

from http import HTTPStatus

MAX_HEADER_BYTES = 16 * 1024
# Several files of MAX_UPLOAD_BYTES each may be sent at once.
MAX_BODY_BYTES = 50 * 1024 * 1024


class RequestLimits:
    """The WSGI application in front of `application`."""

    def __init__(self, application):
        self.application = application

    def __call__(self, environ: dict, start_response):
        if _header_bytes(environ) > MAX_HEADER_BYTES:
            return _refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, start_response)
        length = environ.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > MAX_BODY_BYTES:
            return _refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, start_response)
        return self.application(environ, start_response)


def _header_bytes(environ: dict) -> int:
    return sum(len(name) + len(value) for name, value in environ.items() if name.startswith("HTTP_"))


def _refuse(status: HTTPStatus, start_response):
    body = f"{status.value} {status.phrase}\n".encode()
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
    # The rest of the body is not read: the connection cannot be used again.
    start_response(f"{status.value} {status.phrase}", [*headers, ("Connection", "close")])
    return [body]
