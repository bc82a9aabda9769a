"""Sending mail so that a server that is away never undoes, or hides, what was decided."""

import logging

from django.conf import settings
from django.core.mail import send_mail

logger = logging.getLogger(__name__)


def send(to: str, subject: str, body: str) -> bool:
    """Whether the message left. The subject is one line, whatever the words put in it."""
    try:
        send_mail(" ".join(subject.split()), body, settings.DEFAULT_FROM_EMAIL, [to])
    except OSError:
        logger.exception("a message could not be sent")
        return False
    return True
