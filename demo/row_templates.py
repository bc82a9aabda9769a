"""Templates of the rows of generated projects: lines of COPY with placeholders where projects differ.

A template is made from the rows that a publication writes of one project (publication_of).
"""

import csv
import re
from collections.abc import Mapping
from operator import itemgetter
from types import SimpleNamespace
from typing import NamedTuple

import orjson

from cardindex.analysis import SEPARATOR, tokens
from cardindex.builder import Terms
from cards.document.build import build_card, serialise
from cards.document.columns import PROJECTS as OPEN_DATA
from cards.document.derive import derive_columns
from cards.document.places import Place
from cards.index import terms
from cards.models import Edition, Line, Record
from demo.copy_tables import CARRIAGE, LINE_END, CopyTable
from demo.generator import Drawn, published_at, source_of
from lib.tables.csv_text import csv_row
from projects.models import Project

# Of the keys under which generated projects are known (Project.origin_key).
PREFIX = "invented:"
RECORDS = CopyTable(Record, ("id", "code", "slug", "owner_id", "opened_at"))
PROJECTS = CopyTable(
    Project,
    ("record_id", "title", "idempotency_key", "origin_key", "created_at", "updated_at"),
    status="published",
    origin="imported",
)
CARDS = CopyTable(
    Edition,
    (
        *("id", "record_id", "published_at", "document", "item", "search_text", "facet_values"),
        *("code", "slug", "title", "title_key", "primary_area", "kind", "stage"),
        *("municipality_code", "own_municipality_code", "province_code", "region_code"),
        *("year_from", "year_to", "total_cost", "latitude", "longitude"),
    ),
    edition=1,
    has_solution=True,
    origin="imported",
)
LINES = CopyTable(Line, ("id", "text"))
# Keys of the document in which generated projects differ; two have another name in the list item.
DIFFERING = (
    *("slug", "published_at", "code", "title", "summary", "need", "solution", "kind", "stage"),
    *("lead_municipality", "other_municipalities", "primary_area", "other_areas", "technologies", "sdgs"),
    *("start_actual", "end_planned", "year_from", "year_to", "latitude", "longitude"),
    *("total_cost", "cost_unknown", "funding_lines", "identifiers", "cup_codes", "partners"),
)
NAMED = {"lead_municipality": "lead_named", "other_municipalities": "others_named"}
# A placeholder within JSON is in quotes; that of a cell begins with a dot, of the pairs of a facet with `=`.
PLACEHOLDER = re.compile(rb'"@([a-z_]+)@"|@([.=][a-z_]+)@')
# Drawn values → kinds of terms, keys of the document and cells that depend on nothing else.
DEPENDENT = {
    ("area", "other_areas"): (
        ("area", terms.PRIMARY_AREA),
        ("primary_area", "other_areas"),
        ("primary_area",),
    ),
    ("kind", "stage"): (("kind", "stage"), ("kind", "stage"), ("kind", "stage")),
    ("year", "last_year"): (
        ("year", terms.FIRST_YEAR, terms.LAST_YEAR),
        ("start_actual", "end_planned", "year_from", "year_to"),
        ("year_from", "year_to"),
    ),
    ("sources",): (("funding_source",), ("funding_lines",), ()),
    ("technologies",): (("technology",), ("technologies",), ()),
    ("sdgs",): (("sdg",), ("sdgs",), ()),
}
# Columns of the CSV row: those of the municipality, side by side; others in which generated projects differ.
MUNICIPALITY = (
    *("municipality_code", "municipality_istat_code", "municipality_name"),
    *("province_code", "region_code"),
)
OWN_CELLS = (
    *("summary", "need", "solution", "other_municipalities", "latitude", "longitude"),
    *("partners", "total_cost", "cup_codes"),
)
BETWEEN = f" {SEPARATOR} "


class Publication(NamedTuple):
    """What a publication writes of a project: document, columns, CSV row, index terms."""

    document: dict
    columns: dict
    line: str
    terms: Terms


def publication_of(drawn: Drawn, places: Mapping[str, Place], key: int) -> Publication:
    """A drawn project as cards.document.build and cards.document.derive render it."""
    facts, moment = source_of(drawn), published_at(drawn.number)
    slug = f"{'-'.join(tokens(facts['title']))[:120]}-{drawn.number}"
    document = build_card(facts, slug=slug, edition=1, published_at=moment)
    derived = derive_columns(document, places)
    columns = derived["columns"] | {"document": serialise(document)}
    card = SimpleNamespace(pk=key, live_values="[]", **columns)
    return Publication(document, columns, derived["csv_row"], terms.terms_of(card))


def csv_cells(published: Publication) -> dict[str, str]:
    """`{column: cell}` of the CSV row, each cell as it is written."""
    (cells,) = csv.reader([published.line])
    names = [column.name for column in OPEN_DATA.columns]
    return {name: csv_row([cell]).rstrip() if cell else "" for name, cell in zip(names, cells, strict=True)}


def _csv_with_placeholders(published: Publication) -> str:
    """The CSV row with placeholders where projects differ; some cells are those of the card's columns."""
    row = csv_cells(published)
    dependent = {key for _kinds, keys, _cells in DEPENDENT.values() for key in keys}
    row |= {name: f"@.csv_{name}@" for name in (*OWN_CELLS, *dependent) if name in row}
    row |= {name: f"@.{name}@" for name in ("code", "slug", "title")}
    row |= {"published_at": "@.published_at@Z", MUNICIPALITY[0]: "@.csv_municipality@"}
    cells = [cell for name, cell in row.items() if name not in MUNICIPALITY[1:]]
    return ",".join(cells) + CARRIAGE + LINE_END


def rows_with_placeholders(published: Publication, facets: list[str]) -> list[bytes]:
    """The rows of RECORDS, PROJECTS, CARDS and LINES with placeholders where projects differ."""
    item = orjson.loads(published.columns["item"])
    cells = {name: f"@.{name}@" for form in (RECORDS, PROJECTS, CARDS) for name in form.own}
    cells |= dict.fromkeys(("created_at", "updated_at", "opened_at"), "@.published_at@")
    cells["document"] = serialise(published.document | {key: f"@{key}@" for key in DIFFERING})
    cells["item"] = serialise(item | {key: f"@{NAMED.get(key, key)}@" for key in DIFFERING if key in item})
    cells["facet_values"] = f"[{''.join([f'@={facet}@' for facet in facets])}]"
    cells["search_text"] = LINE_END.join(
        [f" @.{name}@ " for name in ("title_key", "summary_folded", "rest_folded")]
    )
    line = {"id": cells["id"], "text": _csv_with_placeholders(published)}
    record = RECORDS.line(cells | {"id": "@.record_id@"})
    return [record, PROJECTS.line(cells), CARDS.line(cells), LINES.line(line)]


def template(line: bytes) -> tuple[dict[bytes, bytes], itemgetter]:
    """A line with placeholders as a template: its texts, and the getter that takes texts and parts in order.

    Joining what the getter returns of `{text or placeholder: bytes}` gives the line.
    """
    texts = PLACEHOLDER.sub(b"\0", line).split(b"\0")
    names = [(quoted or cell).decode() for quoted, cell in PLACEHOLDER.findall(line)]
    order = [part for pair in zip(texts, names, strict=False) for part in pair]
    return {text: text for text in texts}, itemgetter(*order, texts[-1])


def order_of_texts(document: Mapping) -> list[str]:
    """The names of the texts in the order in which the third line of a search text has them."""
    place = Place("", "places", "", "", "", "")
    texts = {name: name for name in ("title", "summary", "need", "solution", "code")}
    lists = {"technologies": ["technologies"], "cup_codes": ["cup"], "partners": [{"name": "partners"}]}
    replaced = {**document, **texts, **lists, "lead_municipality": "", "other_municipalities": []}
    search_text = derive_columns(replaced, {"": place})["columns"]["search_text"]
    return search_text.split("\n")[2].strip().split(BETWEEN)
