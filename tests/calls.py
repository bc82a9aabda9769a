"""Requests to the WSGI application itself, as a server makes them, below Django's test client."""

import io
from wsgiref.headers import Headers

from observatory.wsgi import application

# Headers that differ between two equal responses.
OF_ONE_REQUEST = ("X-RateLimit-", "X-Request-ID")


def call(path: str, method: str = "GET", app=application, **environ) -> tuple[str, Headers, bytes]:
    """`(status line, headers, body)` of one request; `environ` adds to the WSGI environ."""
    started = []
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
    body = app(environ, lambda status, headers, error=None: started.append((status, headers)))
    return started[0][0], Headers(started[0][1]), b"".join(body)


def lasting(headers: Headers) -> dict[str, str]:
    """The headers that two equal responses share."""
    return {name: value for name, value in headers.items() if not name.startswith(OF_ONE_REQUEST)}
