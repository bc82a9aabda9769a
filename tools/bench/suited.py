"""«Adatti al mio comune» by the clock of the processor: towns never asked before, again, with filters.

    DATABASE_URL=… python tools/bench/suited.py

One process, whole pages through the test client, the median of ASKED towns drawn with a fixed seed; the cache
of answers is emptied before each. Prints, as JSON, milliseconds of processor time.
"""

import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "observatory.settings")

import django

django.setup()

from django.test import Client  # noqa: E402

from cards.models import Edition  # noqa: E402
from cards.search.query import ProjectQuery, find  # noqa: E402
from municipalities.models import Territory  # noqa: E402
from municipalities.search import PLACE_CACHE  # noqa: E402
from observatory.public_cache.response_cache import LOCAL  # noqa: E402
from suitability.card_columns import Columns  # noqa: E402
from suitability.fitting import EVEN, ordered, reader_profile  # noqa: E402
from suitability.scoring import NamedMunicipalities, fits  # noqa: E402

ASKED = 20
FILTER = "area=mobilita&stato=completed"
# Every third card has R, as many as a registry that assesses with zeal.
RATED = 3


def spent(address: str) -> float:
    """Milliseconds of processor time of one page."""
    LOCAL.clear()
    started = time.process_time()
    answer = CLIENT.get(address, headers={"host": "127.0.0.1"})
    if answer.status_code != 200:
        raise SystemExit(f"{address}: {answer.status_code}")
    b"".join(answer) if answer.streaming else answer.content
    return 1000 * (time.process_time() - started)


def median(slugs: Iterable[str], address: Callable[[str], str]) -> float:
    return round(statistics.median(spent(address(slug)) for slug in slugs), 1)


def measured() -> dict[str, float]:
    """Each question with its milliseconds."""
    towns = Territory.objects.municipalities().current().order_by("code").values_list("slug", flat=True)
    slugs = random.Random(1).sample(list(towns), 3 * ASKED + 2)
    first, second, third = slugs[:ASKED], slugs[ASKED : 2 * ASKED], slugs[2 * ASKED : 3 * ASKED]
    return {
        "cards": Edition.objects.current().count(),
        "first page of a process": round(spent(f"/adatti/?comune={slugs[-1]}"), 1),
        "new town": median(first, "/adatti/?comune={}".format),
        "new town, filters": median(second, f"/adatti/?comune={{}}&{FILTER}".format),
        "again, filters": median(third[-1:] * ASKED, f"/adatti/?comune={{}}&{FILTER}".format),
        "again, page 2": median(third[-1:] * ASKED, "/adatti/?comune={}&pagina=2".format),
        "again, page 400": median(third[-1:] * ASKED, "/adatti/?comune={}&pagina=400".format),
        "new town, own weights": median(third, "/adatti/?comune={}&peso_economica=3".format),
        "empty page": median(third, lambda _slug: "/adatti/"),
        "order alone, a third with R": median_of_orders(first),
    }


def median_of_orders(slugs: list[str]) -> float:
    """Milliseconds of the order by R × F of all cards, without the page, R being drawn."""
    snapshot, draw = find(ProjectQuery()).snapshot, random.Random(1)
    numbers = snapshot.all.to_array()
    rated = {n: draw.randrange(1000) / 10 for n in draw.sample(list(numbers), len(numbers) // RATED)}
    columns = Columns().updated(snapshot)
    towns, score = NamedMunicipalities(columns.places, PLACE_CACHE.profiles()), columns.table.column(rated)
    times = []
    for town in Territory.objects.filter(slug__in=slugs).select_related("province", "region"):
        started = time.process_time()
        ordered(fits(columns, towns, reader_profile(town), EVEN), score).rows(0, ASKED)
        times.append(1000 * (time.process_time() - started))
    return round(statistics.median(times), 1)


CLIENT = Client()

if __name__ == "__main__":
    print(json.dumps(measured()))
