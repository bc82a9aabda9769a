from datetime import datetime

from lib.links.models import LinkCheck
from lib.links.states import ALIVE, DEAD, UNKNOWN

# Unreachable so many times in a row is dead.
FAILURES = 3


def note_link(url: str, *, state: str, status_code: int | None, detail: str, at: datetime) -> LinkCheck:
    """Keep what was found at an address. `unknown` so many times in a row becomes `dead`."""
    before = LinkCheck.objects.filter(url=url).first()
    failures = (before.failures if before else 0) + 1 if state == UNKNOWN else 0
    if failures >= FAILURES:
        state = DEAD
    elif state == UNKNOWN and before and before.state == ALIVE:
        # One bad day does not unmake what was there yesterday.
        state = ALIVE
    told = {"state": state, "status_code": status_code, "detail": detail[:120], "failures": failures}
    return LinkCheck.objects.update_or_create(url=url, defaults={**told, "checked_at": at})[0]
