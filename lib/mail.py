"""Sending mail without raising when the mail server does not respond."""

import logging

from django.conf import settings
from django.core.mail import EmailMessage

logger = logging.getLogger(__name__)


def send(to: str, subject: str, body: str, headers: dict[str, str] | None = None) -> bool:
    """Send a plain message; False, with a line in the log, when the mail server fails.

    White space in `subject` becomes single blanks, since a header is one line.
    """
    line, sender = " ".join(subject.split()), settings.DEFAULT_FROM_EMAIL
    try:
        EmailMessage(line, body, sender, [to], headers=headers).send()
    except OSError:
        logger.exception("a message could not be sent")
        return False
    return True
