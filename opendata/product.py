"""What the page of a dataset says of it: rows, columns with their dictionary, sizes, the first rows."""

from collections.abc import Mapping
from typing import NamedTuple

from django.db.models import Avg
from django.db.models.functions import Length
from django.utils.translation import get_language

from cards.document.columns import PROJECTS
from cards.models import Edition
from cards.search.query import ProjectQuery, find
from cards.vocabulary.areas import AREAS
from lib.tables.csv_text import as_text
from lib.tables.schema import Table
from municipalities.models import Organisation, Territory
from opendata.columns import AREAS as AREAS_TABLE
from opendata.columns import CITIES
from opendata.datasets import Dataset
from opendata.snapshot import Snapshot
from protocols.models import Protocol

SHOWN = 3
# Characters of a cell in the preview.
CELL = 80
TABLES: Mapping[str, Table] = {"progetti": PROJECTS, "comuni": CITIES, "aree": AREAS_TABLE}
# Bytes of a row of a live file in one of a stored list item, measured on the sample.
SHARES = {"csv": 1.7, "json": 1.0, "jsonl": 3.2, "geojson": 3.4, "xlsx": 0.55, "parquet": 0.6}


class Preview(NamedTuple):
    """The first rows of a table: `head` and `rows` of texts, the columns with a value alone."""

    head: list[str]
    rows: list[list[str]]


def rows_of(dataset: Dataset) -> int:
    """The number of rows that a dataset has now. One query at most."""
    return {
        "progetti": lambda: find(ProjectQuery()).count(),
        "comuni": lambda: Territory.objects.municipalities().current().count(),
        "aree": lambda: len(AREAS),
        "enti": lambda: Organisation.objects.filter(records__editions__is_current=True).distinct().count(),
        "protocolli": lambda: Protocol.objects.published().count(),
    }[dataset.slug]()


def sizes_of(dataset: Dataset, rows: int) -> dict[str, int]:
    """`{format: estimated bytes}` of the live files of the cards, from the mean of a list item. One query."""
    if dataset.slug != "progetti" or not rows:
        return {}
    sample = Edition.objects.current().order_by("-pk").values("item")[:200]
    mean = sample.aggregate(mean=Avg(Length("item")))["mean"] or 0
    return {name: round(rows * mean * share) for name, share in SHARES.items()}


def dictionary_of(table: Table) -> list[dict]:
    """The columns of a table: `{name, label, about, type, choices}` in the reader's language."""
    place = 1 if get_language() == "en" else 0
    return [
        {
            "name": column.name,
            "label": column.label[place],
            "about": column.about[place],
            "type": column.type,
            "choices": [str(value) for value, _label in column.choices],
        }
        for column in table.columns
    ]


def preview_of(table: Table) -> Preview | None:
    """The first rows of the cards, the newest first; None for other tables, and without cards."""
    keys = list(find(ProjectQuery()).ids(0, SHOWN)) if table is PROJECTS else []
    if not keys:
        return None
    labelled = table.labelled("en" if get_language() == "en" else "it")
    rows = [labelled.values(row) for row in Snapshot(keys=keys).rows(table.name)]
    texts = [
        [as_text(column, value) for column, value in zip(labelled.columns, row, strict=True)] for row in rows
    ]
    kept = [place for place in range(len(labelled.columns)) if any(row[place] for row in texts)]
    head = [labelled.columns[place].name for place in kept]
    return Preview(head, [[row[place][:CELL] for place in kept] for row in texts])
