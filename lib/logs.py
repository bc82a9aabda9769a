"""What the log of the process leaves out."""

import logging


class WithoutTraceback(logging.Filter):
    """No traceback for responses below 500, which Django logs with the exception that led to them."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = record.exc_text = None
        return True
