"""Publishes new editions and says how long each took: `python publish.py SHARE SERVER`.

SHARE tells publishers apart, so that two never take the same project. After each commit the server is asked
for the card: an answer that still shows the former edition is counted as stale.
"""

import json
import os
import statistics
import sys
import time
from pathlib import Path
from urllib.request import Request, urlopen

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "observatory.settings")

import django

django.setup()

from django.db import transaction  # noqa: E402

from projects import actions  # noqa: E402
from projects.models import Card, Project  # noqa: E402

TIMES, WARM, STRIDE, SHARES = 60, 5, 31, 3


def main(share: str, server: str) -> None:
    cards = Card.objects.current()
    newest, third = cards.order_by("-pk").values_list("pk", flat=True)[0], cards.count() // SHARES
    keys = [newest - int(share) - SHARES * (n * STRIDE % third) for n in range(TIMES + WARM)]
    projects = list(Project.objects.filter(cards__in=keys, cards__is_current=True).distinct())
    times, stale = [], 0
    for project in projects:
        started = time.perf_counter()
        with transaction.atomic():
            card = actions.issue_card(project, by=None)
        times.append((time.perf_counter() - started) * 1000)
        caller = {"X-Forwarded-For": f"10.9.{share}.1"}
        request = Request(f"{server}/api/v1/projects/{card.code}", headers=caller)
        with urlopen(request, timeout=30) as answer:
            stale += json.load(answer)["edition"] != card.edition
    times = sorted(times[WARM:])
    print(
        json.dumps(
            {
                "times": len(times),
                "p50": statistics.median(times),
                "p95": times[int(len(times) * 0.95)],
                "stale": stale,
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
