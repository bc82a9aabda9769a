"""Publishes new editions and times each: `python publish.py SHARE SERVER`.

SHARE differs for each publisher, so that two never take the same project. After each commit the card is
requested of the server: a response with the former edition is counted as stale. In the end some cards are
withdrawn, which is timed too, and must give 410 at once.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "observatory.settings")

import django

django.setup()

from django.db import transaction  # noqa: E402

from accounts.models import User  # noqa: E402
from cards.models import Edition  # noqa: E402
from projects import publishing  # noqa: E402
from projects.models import Project  # noqa: E402

# Enough publications that the index is compacted at least once while they are timed (cards/index/writer.py).
TIMES, WARM, STRIDE, SHARES, WITHDRAWN = 120, 5, 31, 3, 20


def main(share: str, server: str) -> None:
    cards = Edition.objects.current()
    newest, third = cards.order_by("-pk").values_list("pk", flat=True)[0], cards.count() // SHARES
    # One remainder for each share: the other publisher may have begun, and the newest be another.
    start = newest - newest % SHARES - int(share)
    keys = [start - SHARES * (n * STRIDE % third) for n in range(TIMES + WARM)]
    projects = list(
        Project.objects.filter(record__editions__in=keys, record__editions__is_current=True).distinct()
    )
    someone, _is_new = User.objects.get_or_create(email="misura@example.org")
    published, withdrawn, stale, fresh = [], [], 0, []
    for project in projects:
        card, spent = timed(lambda project=project: publishing.issue_project(project, by=None))
        published.append(spent)
        stale += shown_edition(server, share, card.code) != card.edition
        fresh.append(card)
    for card in fresh[-WITHDRAWN:]:
        _card, spent = timed(lambda card=card: publishing.withdraw(card, by=someone, reason="misura"))
        withdrawn.append(spent)
        stale += shown_edition(server, share, card.code) is not None
    figures = {"stale": stale, **spread(published[WARM:])}
    print(json.dumps(figures | {f"withdrawal {name}": value for name, value in spread(withdrawn).items()}))


def timed(work: Callable):
    """What `work` gives in one transaction, and its milliseconds up to the commit."""
    started = time.perf_counter()
    with transaction.atomic():
        result = work()
    return result, (time.perf_counter() - started) * 1000


def spread(times: list[float]) -> dict:
    times = sorted(times)
    p50, p95 = statistics.median(times), times[int(len(times) * 0.95)]
    return {"times": len(times), "p50": p50, "p95": p95, "max": times[-1]}


def shown_edition(server: str, share: str, code: str) -> int | None:
    """The edition that the server shows; None when it responds with 410."""
    client = {"X-Forwarded-For": f"10.9.{share}.1"}
    try:
        with urlopen(Request(f"{server}/api/v1/projects/{code}", headers=client), timeout=30) as response:
            return json.load(response)["edition"]
    except HTTPError as refusal:
        if refusal.code != 410:
            raise
        return None


if __name__ == "__main__":
    main(*sys.argv[1:])
