"""Lines of the log: one per record, with the request; nothing that a sender writes begins a line."""

import io
import json
import logging

import pytest
from django.test import RequestFactory

from lib.logs import JSONFormatter, LineFormatter, WithoutTraceback, WithRequest, request_id
from observatory.request_log import RequestLog


@pytest.fixture
def log():
    """A logger for each format: `log(formatter)` gives the logger and its stream."""
    made = []

    def begin(formatter, name="observatory.access"):
        stream = io.StringIO()
        handler = logging.StreamHandler(stream)
        handler.setFormatter(formatter)
        handler.addFilter(WithoutTraceback())
        handler.addFilter(WithRequest())
        logger = logging.getLogger(name)
        logger.addHandler(handler)
        made.append((logger, handler))
        return logger, stream

    yield begin
    for logger, handler in made:
        logger.removeHandler(handler)
    request_id.set("")


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [request_id.get().encode()]


def ask(path: str, *, access: bool, **headers) -> tuple[str, dict]:
    heads = {}
    environ = RequestFactory().get(path, **headers).environ
    body = RequestLog(application, access=access)(environ, lambda _s, pairs, *_: heads.update(pairs))
    return b"".join(body).decode(), heads


def test_the_id_of_the_proxy_is_kept(log):
    _logger, stream = log(JSONFormatter())
    logging.getLogger("observatory.access").setLevel(logging.INFO)
    inside, heads = ask("/progetti/?q=segreto", access=True, HTTP_X_REQUEST_ID="abcdef-12345")
    assert (inside, heads["X-Request-ID"]) == ("abcdef-12345", "abcdef-12345")
    line = json.loads(stream.getvalue())
    assert line.pop("time").endswith("+00:00")
    assert line.pop("milliseconds") >= 0
    assert line.pop("message").startswith("GET /progetti/ 200 ")
    assert line == {
        "level": "INFO",
        "logger": "observatory.access",
        "request_id": "abcdef-12345",
        "method": "GET",
        "path": "/progetti/",
        "status": 200,
    }


@pytest.mark.parametrize("given", ["", "short", "x" * 65, "with space", "a\nforged line", "<script>alert"])
def test_a_malformed_id_is_replaced(given):
    inside, heads = ask("/", access=False, HTTP_X_REQUEST_ID=given)
    assert inside == heads["X-Request-ID"] != given
    assert len(inside) == 32


def test_without_access_log_there_is_no_line(log):
    _logger, stream = log(JSONFormatter())
    ask("/", access=False)
    assert stream.getvalue() == ""


@pytest.mark.parametrize("formatter", [JSONFormatter(), LineFormatter()])
def test_a_line_break_of_a_sender_begins_no_line(log, formatter):
    logger, stream = log(formatter, "forged")
    logger.error("path %s", "/a\n2026-01-01 ERROR forged\r\nline")
    assert stream.getvalue().count("\n") == 1


def test_an_error_has_its_traceback_in_the_same_object(log):
    logger, stream = log(JSONFormatter(), "failing")
    try:
        raise ValueError("a\nb")
    except ValueError:
        logger.exception("failed")
    line = json.loads(stream.getvalue())
    assert line["traceback"].startswith("Traceback")
    assert line["request_id"] == "-"
