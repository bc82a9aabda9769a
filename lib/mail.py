"""Sending mail so that a server that is away never undoes, or hides, what was decided."""

import logging

from django.conf import settings
from django.core.mail import EmailMessage

logger = logging.getLogger(__name__)


def send(to: str, subject: str, body: str, headers: dict[str, str] | None = None) -> bool:
    """Whether the message left. The subject is one line, whatever the words put in it."""
    line, sender = " ".join(subject.split()), settings.DEFAULT_FROM_EMAIL
    try:
        EmailMessage(line, body, sender, [to], headers=headers).send()
    except OSError:
        logger.exception("a message could not be sent")
        return False
    return True
