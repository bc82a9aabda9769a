"""Times the read side and publication in one process, on whatever DATABASE_URL names: no server, no HTTP.

    python manage.py generate_projects 100000 && python tools/measure.py

A database for load tests alone: it publishes and withdraws real cards.
"""

import os
import resource
import statistics
import sys
import time
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "observatory.settings")
django.setup()

from django.db import connection, transaction  # noqa: E402
from django.http import QueryDict  # noqa: E402

from projects import actions, index  # noqa: E402
from projects.cards import FACETS  # noqa: E402
from projects.models import Card, Project  # noqa: E402
from projects.search import find, parse  # noqa: E402

TIMES, PUBLISHED = 60, 60
FIVE = ("area", "stage", "municipality", "year", "funding_source")
QUESTIONS = {
    "newest 20": ("", (), 0),
    "page at half": ("", (), 0.5),
    "5 facets": ("", FIVE, 0),
    "area + stage, 20, 5 facets": ("area=mobility&stage=completed", FIVE, 0),
    "area + stage, 20, 12 facets": ("area=mobility&stage=completed", FACETS, 0),
    "3 areas, 3 years, region, 20, 5 facets": (
        "area=mobility&area=energy&area=people&year=2019&year=2020&year=2021&region=03",
        FIVE,
        0,
    ),
    "two frequent words, 20, 5 facets": ("q=mobilità sostenibile", FIVE, 0),
    "prefix, 20, 5 facets": ("q=sostenib", FIVE, 0),
    "typo, 20, 5 facets": ("q=mobilita sostenible", FIVE, 0),
    "phrase, 20": ('q="rete mobilità"', (), 0),
    "sort by title, 20": ("sort=title", (), 0),
    "sort by title, page at half": ("sort=title", (), 0.5),
    "sort by cost, 20": ("sort=-cost", (), 0),
    "cost range, 20": ("cost_min=123456&cost_max=765432", (), 0),
    "box, 20": ("bbox=8.73,45.22,9.91,45.87", (), 0),
}


def quantiles(times: list[float]) -> str:
    """`median p95` in milliseconds."""
    ordered = sorted(times)
    return f"{statistics.median(ordered):9.2f} {ordered[int(len(ordered) * 0.95)]:9.2f}"


def timed(work, times: int) -> list[float]:
    found = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        found.append((time.perf_counter() - started) * 1000)
    return found


def ask(query: str, facets: tuple[str, ...], depth: float) -> int:
    cards = find(parse(QueryDict(query))[0])
    count = cards.count()
    cards.items()[int(count * depth) : int(count * depth) + 20]
    cards.facets(facets)
    return count


def cold(query: str, facets: tuple[str, ...], depth: float) -> None:
    """The same with the words forgotten."""
    index.newest().state(index.ROWS).words.__init__()
    ask(query, facets, depth)


def publish(project: Project) -> None:
    with transaction.atomic():
        actions.issue_card(project, by=None)


def main() -> None:
    print(connection.vendor, Card.objects.current().count(), "cards; ms: median, p95")
    index.INDEXES.clear()
    print("load of the index", quantiles(timed(lambda: index.newest().state(index.ROWS), 1)))
    print("memory of the process, MiB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
    for name, question in QUESTIONS.items():
        count = ask(*question)
        told = f"{quantiles(timed(lambda q=question: ask(*q), TIMES))}"
        if "q=" in question[0]:
            told += f"   cold {quantiles(timed(lambda q=question: cold(*q), TIMES // 3))}"
        print(f"{name:42}{told}   {count} cards")
    numbers = list(find(parse(QueryDict("sort=-published_at"))[0]).ids(1000, PUBLISHED * 3))
    projects = list(Project.objects.filter(cards__in=numbers[::3]))
    writes, reads = [], []
    for project in projects:
        writes += timed(lambda p=project: publish(p), 1)
        reads += timed(lambda: index.newest().state(index.ROWS), 1)
    print(f"{'publish a new edition (old words go too)':42}{quantiles(writes)}")
    print(f"{'a process sees it':42}{quantiles(reads)}")
    cards = list(Card.objects.current().filter(project__in=projects))
    withdrawals = [
        t for card in cards for t in timed(lambda c=card: actions.withdraw(c, by=None, reason="Prova"), 1)
    ]
    print(f"{'withdraw':42}{quantiles(withdrawals)}")


if __name__ == "__main__":
    main()
