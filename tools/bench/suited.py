"""Processor time of «Adatti al mio comune»: municipalities requested first, again, with filters.

    DATABASE_URL=… python tools/bench/suited.py

One process, whole pages through the test client, the median of SAMPLE municipalities drawn with a fixed seed;
the cache of responses is cleared before each. Prints, as JSON, milliseconds of processor time.
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

SAMPLE = 20
FILTER = "area=mobilita&stato=completed"
# One card in RATED has R.
RATED = 3


def spent(address: str) -> float:
    """Milliseconds of processor time of one page."""
    LOCAL.clear()
    started = time.process_time()
    response = CLIENT.get(address, headers={"host": "127.0.0.1"})
    if response.status_code != 200:
        raise SystemExit(f"{address}: {response.status_code}")
    b"".join(response) if response.streaming else response.content
    return 1000 * (time.process_time() - started)


def median(slugs: Iterable[str], address: Callable[[str], str]) -> float:
    return round(statistics.median(spent(address(slug)) for slug in slugs), 1)


def measured() -> dict[str, float]:
    """Milliseconds of each kind of page."""
    every = Territory.objects.municipalities().current().order_by("code").values_list("slug", flat=True)
    slugs = random.Random(1).sample(list(every), 3 * SAMPLE + 2)
    first, second, third = slugs[:SAMPLE], slugs[SAMPLE : 2 * SAMPLE], slugs[2 * SAMPLE : 3 * SAMPLE]
    return {
        "cards": Edition.objects.current().count(),
        "first page of a process": round(spent(f"/adatti/?comune={slugs[-1]}"), 1),
        "new municipality": median(first, "/adatti/?comune={}".format),
        "new municipality, filters": median(second, f"/adatti/?comune={{}}&{FILTER}".format),
        "again, filters": median(third[-1:] * SAMPLE, f"/adatti/?comune={{}}&{FILTER}".format),
        "again, page 2": median(third[-1:] * SAMPLE, "/adatti/?comune={}&pagina=2".format),
        "again, page 400": median(third[-1:] * SAMPLE, "/adatti/?comune={}&pagina=400".format),
        "new municipality, own weights": median(third, "/adatti/?comune={}&peso_economica=3".format),
        "empty page": median(third, lambda _slug: "/adatti/"),
        "order alone, a third with R": median_of_orders(first),
    }


def median_of_orders(slugs: list[str]) -> float:
    """Milliseconds of the order by R × F of all cards, without the page; R is random."""
    snapshot, rng = find(ProjectQuery()).snapshot, random.Random(1)
    numbers = snapshot.all.to_array()
    rated = {n: rng.randrange(1000) / 10 for n in rng.sample(list(numbers), len(numbers) // RATED)}
    columns = Columns().updated(snapshot)
    municipalities, score = (
        NamedMunicipalities(columns.places, PLACE_CACHE.profiles()),
        columns.table.column(rated),
    )
    times = []
    for municipality in Territory.objects.filter(slug__in=slugs).select_related("province", "region"):
        started = time.process_time()
        ordered(fits(columns, municipalities, reader_profile(municipality), EVEN), score).rows(0, SAMPLE)
        times.append(1000 * (time.process_time() - started))
    return round(statistics.median(times), 1)


CLIENT = Client()

if __name__ == "__main__":
    print(json.dumps(measured()))
