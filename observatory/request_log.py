"""Gives every request an id, repeats it in X-Request-ID, and logs the request where ACCESS_LOG is on."""

import logging
from time import perf_counter

from lib.logs import id_of, request_id

logger = logging.getLogger("observatory.access")


class RequestLog:
    """The WSGI application in front of `application`. The log has the path without its query string."""

    def __init__(self, application, *, access: bool):
        self.application, self.access = application, access

    def __call__(self, environ: dict, start_response):
        started, identifier = perf_counter(), id_of(environ.get("HTTP_X_REQUEST_ID", ""))
        request_id.set(identifier)

        def start(status: str, headers: list, *rest):
            if self.access:
                fields = {
                    "method": environ["REQUEST_METHOD"],
                    "path": environ.get("PATH_INFO", ""),
                    "status": int(status[:3]),
                    "milliseconds": round((perf_counter() - started) * 1000, 1),
                }
                logger.info("%(method)s %(path)s %(status)s %(milliseconds)s ms", fields, extra=fields)
            return start_response(status, [*headers, ("X-Request-ID", identifier)], *rest)

        return self.application(environ, start)
