"""Times reads and publication in one process, on the database of DATABASE_URL: no server, no HTTP.

    python manage.py generate_projects 100000 && python tools/measure.py

For databases of load tests alone: it publishes and withdraws real cards. Where other work shares the machine,
trust the processor time (of this process, and of its PostgreSQL where that runs here) more than the clock.
"""

import os
import resource
import statistics
import sys
import time
from multiprocessing import get_context
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "observatory.settings")
django.setup()

from django.db import connection, transaction  # noqa: E402
from django.http import QueryDict  # noqa: E402

from cards.index import reader  # noqa: E402
from cards.models import Edition  # noqa: E402
from cards.search.query import find, parse  # noqa: E402
from cards.vocabulary.facets import FACETS  # noqa: E402
from projects import publishing  # noqa: E402
from projects.models import Project  # noqa: E402

TIMES, PUBLISHED = 60, 60
FIVE = ("area", "stage", "municipality", "year", "funding_source")
SEARCHES = {
    "newest 20": ("", (), 0),
    "page at half": ("", (), 0.5),
    "5 facets": ("", FIVE, 0),
    "area + stage, 20, 5 facets": ("area=mobility&stage=completed", FIVE, 0),
    "area + stage, 20, 12 facets": ("area=mobility&stage=completed", tuple(FACETS), 0),
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


def processor_time() -> float:
    """Milliseconds of processor spent so far by this process and the PostgreSQL that serves it, if here."""
    spent = time.process_time() * 1000
    if connection.vendor == "postgresql":
        connection.ensure_connection()
        stat = Path(f"/proc/{connection.connection.info.backend_pid}/stat")
        if stat.exists():
            user, system = stat.read_text().rpartition(")")[2].split()[11:13]
            spent += (int(user) + int(system)) * 1000 / os.sysconf("SC_CLK_TCK")
    return spent


def timing(work, times: int) -> str:
    """Median and p95 of wall time, mean of processor time, in milliseconds."""
    before = processor_time()
    clock = quantiles(timed(work, times))
    return f"{clock} {(processor_time() - before) / times:9.2f}"


def timed(work, times: int) -> list[float]:
    """Milliseconds of each of so many calls."""
    durations = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        durations.append((time.perf_counter() - started) * 1000)
    return durations


def search(query: str, facets: tuple[str, ...], depth: float) -> int:
    cards = find(parse(QueryDict(query))[0])
    count = cards.count()
    cards.items()[int(count * depth) : int(count * depth) + 20]
    cards.facets(facets)
    return count


def cold(query: str, facets: tuple[str, ...], depth: float) -> None:
    """The same with an empty cache of words."""
    reader.newest().snapshot(reader.ROWS).words.__init__()
    search(query, facets, depth)


def publish(project: Project) -> None:
    with transaction.atomic():
        publishing.issue_project(project, by=None)


def newest(start: int) -> list[Project]:
    numbers = list(find(parse(QueryDict("sort=-published_at"))[0]).ids(1000 + start, PUBLISHED * 3))
    return list(Project.objects.filter(record__editions__in=numbers[::3]))


def read_on(stop) -> None:
    """Run every search in turn until the event is set."""
    while not stop.is_set():
        for question in SEARCHES.values():
            if not stop.is_set():
                search(*question)


def publish_all(start: int, results) -> None:
    results.put([t for project in newest(start) for t in timed(lambda p=project: publish(p), 1)])


def together(readers: int, publishers: int) -> list[float]:
    """Times of publications while others read and publish, each in a process of its own."""
    processes, stop, results = (
        get_context("spawn"),
        get_context("spawn").Event(),
        get_context("spawn").Queue(),
    )
    connection.close()
    reading = [processes.Process(target=read_on, args=(stop,)) for _ in range(readers)]
    writing = [processes.Process(target=publish_all, args=(1000 * n, results)) for n in range(publishers)]
    for process in reading + writing:
        process.start()
    times = [t for _process in writing for t in results.get()]
    stop.set()
    for process in reading + writing:
        process.join()
    return times


def main() -> None:
    print(connection.vendor, Edition.objects.current().count(), "cards; ms: median, p95, processor")
    reader.INDEXES.clear()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print("load of the index", timing(lambda: reader.newest().snapshot(reader.ROWS), 1))
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print("memory of the process, MiB", after // 1024, "of which the index took", (after - before) // 1024)
    for name, question in SEARCHES.items():
        count = search(*question)
        line = timing(lambda q=question: search(*q), TIMES)
        if "q=" in question[0]:
            line += f"   cold {timing(lambda q=question: cold(*q), TIMES // 3)}"
        print(f"{name:42}{line}   {count} cards", flush=True)
    measure_publication()


def measure_publication() -> None:
    projects = newest(0)
    before, writes, reads = processor_time(), [], []
    for project in projects:
        writes += timed(lambda p=project: publish(p), 1)
        reads += timed(lambda: reader.newest().snapshot(reader.ROWS), 1)
    spent = (processor_time() - before) / len(projects)
    print(f"{'publish a new edition':42}{quantiles(writes)} {spent:9.2f} with the next line")
    print(f"{'a process sees it':42}{quantiles(reads)}")
    cards = list(Edition.objects.current().filter(record__in=[project.pk for project in projects]))
    before = processor_time()
    withdrawals = [
        t for card in cards for t in timed(lambda c=card: publishing.withdraw(c, by=None, reason="Prova"), 1)
    ]
    print(f"{'withdraw':42}{quantiles(withdrawals)} {(processor_time() - before) / len(cards):9.2f}")
    print(f"{'publish, two readers':42}{quantiles(together(2, 1))}")
    print(f"{'publish, two publishers at once':42}{quantiles(together(0, 2))}")


if __name__ == "__main__":
    main()
