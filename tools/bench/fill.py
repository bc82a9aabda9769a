"""Fills the tables of the peers with the rows of the portal, on the same kind of database.

    DATABASE_URL=… PEER_URL=… python tools/bench/fill.py

Runs with the portal's settings and writes plain tables with their indexes, and for SQLite the FTS5 table that
Datasette searches. Prints, as JSON, the parameters of the queries: codes and pairs of words.
"""

import json
import os
import random
import sys
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parent)]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "observatory.settings")

import django  # noqa: E402

django.setup()

import orjson  # noqa: E402
from tables import MANY, connect, count_rows, create, index_all, insert  # noqa: E402

from cards.models import Edition  # noqa: E402

BATCH, SAMPLE = 5_000, 400
COLUMNS = (
    *("id", "code", "title", "stage", "kind", "primary_area", "municipality_code", "province_code"),
    *("region_code", "total_cost", "published_at", "facet_values", "document"),
)


def rows() -> Iterator[dict]:
    """Every current card as a plain row with its multiple values."""
    cards = Edition.objects.current().order_by("pk").values(*COLUMNS)
    for card in cards.iterator(chunk_size=BATCH):
        document = orjson.loads(card.pop("document"))
        texts = (document["description"], document["need"], document["solution"])
        yield {
            **card,
            "summary": document["summary"] or "",
            "description": "\n".join(part for part in texts if part),
            "values": orjson.loads(card.pop("facet_values")),
        }


def fill(url: str) -> int:
    """Write all rows, unless as many are stored by an earlier measurement; gives how many are stored."""
    written, source = 0, rows()
    with closing(connect(url)) as connection:
        if (stored := count_rows(connection)) == Edition.objects.current().count():
            return stored
        create(connection)
        while batch := list(islice(source, BATCH)):
            insert(connection, "peer_project", [_project(row) for row in batch])
            for facet, table in MANY.items():
                insert(connection, table, _values(batch, facet))
            written += len(batch)
        index_all(connection)
        connection.commit()
    return written


def _values(batch: list[dict], facet: str) -> list[tuple]:
    return [(row["id"], value) for row in batch for kind, value in row["values"] if kind == facet]


def _project(row: dict) -> tuple:
    return (
        *(row["id"], row["code"], row["title"], row["summary"], row["description"], row["stage"]),
        *(row["kind"], row["primary_area"], row["municipality_code"], row["province_code"]),
        *(row["region_code"], row["total_cost"], row["published_at"]),
    )


def questions() -> dict:
    """Codes and pairs of words, drawn from the cards with a fixed seed."""
    draw = random.Random(1)
    keys = list(Edition.objects.current().values_list("pk", flat=True))
    cards = Edition.objects.filter(pk__in=draw.sample(keys, min(SAMPLE, len(keys)))).order_by("pk")
    codes, slugs = zip(*cards.values_list("code", "slug"), strict=True)
    pairs = []
    for title in cards.values_list("title", flat=True):
        long = [word for word in title.replace("’", " ").split() if len(word) > 5 and word.isalpha()]
        if len(long) > 1:
            pairs.append(" ".join(draw.sample(long, 2)))
    return {"codes": codes, "slugs": slugs, "pairs": pairs, "count": len(keys)}


if __name__ == "__main__":
    if "PEER_URL" in os.environ:
        fill(os.environ["PEER_URL"])
    print(json.dumps(questions()))
