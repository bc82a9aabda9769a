"""Calling the portal as a server does, beneath Django's test client."""

import io
from wsgiref.headers import Headers

from observatory.wsgi import application

# What a header says of the moment, and not of the answer.
OF_THE_MOMENT = "X-RateLimit-"


def call(path: str, method: str = "GET", app=application, **environ) -> tuple[str, Headers, bytes]:
    """`(status line, headers, body)` of one call; `environ` says what else a server would tell."""
    told = []
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "testserver",
        "REMOTE_ADDR": "10.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        **environ,
    }
    answer = app(environ, lambda status, headers, error=None: told.append((status, headers)))
    return told[0][0], Headers(told[0][1]), b"".join(answer)


def lasting(headers: Headers) -> dict[str, str]:
    """The headers that two equal answers share."""
    return {name: value for name, value in headers.items() if not name.startswith(OF_THE_MOMENT)}
