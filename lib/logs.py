"""The log of the process: one line per record, with the request it belongs to, as text or as JSON."""

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime
from uuid import uuid4

# The id of the request that the thread serves; empty outside of one.
request_id: ContextVar[str] = ContextVar("request_id", default="")
GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
FIELDS = ("method", "path", "status", "milliseconds")


def id_of(given: str) -> str:
    """The X-Request-ID that the proxy has given, or a new one where it is missing or malformed."""
    return given if GIVEN_ID.fullmatch(given) else uuid4().hex


class WithoutTraceback(logging.Filter):
    """No traceback for responses below 500, which Django logs with the exception that led to them."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = record.exc_text = None
        return True


class WithRequest(logging.Filter):
    """Adds `request_id`, a dash outside a request."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get() or "-"
        return True


class LineFormatter(logging.Formatter):
    """Time, level, request, logger, message. A line break in the message cannot begin a line of the log."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {request_id} {name} {message}", style="{")

    def formatMessage(self, record: logging.LogRecord) -> str:
        return super().formatMessage(record).replace("\r", "\\r").replace("\n", "\\n")


class JSONFormatter(logging.Formatter):
    """One JSON object per line: time (UTC, ISO 8601), level, logger, request_id, message, traceback."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request_id": getattr(record, "request_id", "-"),
            "message": record.getMessage(),
        }
        line |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
