"""Storing what a probe found."""

from datetime import datetime

from lib.links.models import LinkCheck
from lib.links.states import ALIVE, DEAD, UNKNOWN

# Checks in a row with an unknown state after which a link counts as dead.
FAILURES = 3


def note_link(url: str, *, state: str, status_code: int | None, detail: str, at: datetime) -> LinkCheck:
    """Store the state of a URL as of `at`; gives the stored row.

    An unknown state leaves one that was alive as it is; FAILURES of them in a row make it dead.
    """
    before = LinkCheck.objects.filter(url=url).first()
    failures = (before.failures if before else 0) + 1 if state == UNKNOWN else 0
    if failures >= FAILURES:
        state = DEAD
    elif state == UNKNOWN and before and before.state == ALIVE:
        state = ALIVE
    values = {"state": state, "status_code": status_code, "detail": detail[:120], "failures": failures}
    return LinkCheck.objects.update_or_create(url=url, defaults={**values, "checked_at": at})[0]
