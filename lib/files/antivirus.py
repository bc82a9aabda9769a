"""Scans uploads with ClamAV before they are stored: its INSTREAM command over TCP (clamd(8)).

Without settings.CLAMAV nothing is scanned. While the antivirus does not respond no file is accepted.
"""

import logging
import socket
import struct

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

logger = logging.getLogger(__name__)
SECONDS, CHUNK = 20, 1 << 16


def check(content: bytes) -> None:
    """Raises ValidationError for a file with a known virus, and while the antivirus does not respond."""
    if not settings.CLAMAV:
        return
    try:
        verdict = _scan(content)
    except OSError as error:
        logger.error("antivirus %s does not respond", settings.CLAMAV, exc_info=error)
        raise ValidationError(
            _("Il controllo antivirus non risponde: riprova fra qualche minuto, il resto è salvo")
        ) from error
    if verdict.endswith("FOUND"):
        logger.warning("upload refused: %s", verdict)
        raise ValidationError(_("Il file contiene un virus e non è stato accettato"))
    if not verdict.endswith("OK"):
        logger.error("antivirus %s: %s", settings.CLAMAV, verdict)
        raise ValidationError(_("Il controllo antivirus non è riuscito: riprova fra qualche minuto"))


def _scan(content: bytes) -> str:
    """What clamd says of a content: `stream: OK`, `stream: Eicar-Test-Signature FOUND`, an error."""
    host, _colon, port = settings.CLAMAV.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=SECONDS) as connection:
        connection.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), CHUNK):
            part = content[start : start + CHUNK]
            connection.sendall(struct.pack("!I", len(part)) + part)
        connection.sendall(struct.pack("!I", 0))
        answer = b""
        while part := connection.recv(4096):
            answer += part
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")
