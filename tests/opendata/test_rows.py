"""Rows of open data: many values taken at once are those of each column, municipalities of today."""

import json
from datetime import date

import pytest

from cards.document.columns import PROJECTS
from municipalities.models import Territory, TerritoryChange
from opendata import snapshot
from opendata.columns import TABLES
from opendata.export import project_chunks
from opendata.snapshot import Snapshot

BLANKS = {"acronym": "", "other_areas": [], "technologies": ["led"], "running_cost_per_year": 0}


@pytest.fixture
def keys(publish):
    cards = [publish(title="Luci", **BLANKS), publish("alice", title="Scuola"), publish("ivrea")]
    return [card.pk for card in cards]


def forms_of(table):
    return [table, table.labelled("it"), table.labelled("en"), table.with_columns([table.columns[0].name])]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_values_of_a_row_are_those_of_its_columns(keys, table):
    for row in Snapshot().rows(table.name):
        for form in forms_of(table):
            assert form.values(row) == [column.value(row) for column in form.columns]


def test_blank_text_is_no_value(keys):
    row = {**next(Snapshot(keys=keys).documents()), "acronym": "", "total_cost": "", "sdgs": ""}
    values = dict(zip([c.name for c in PROJECTS.columns], PROJECTS.values(row), strict=True))
    assert (values["acronym"], values["total_cost"], values["sdgs"]) == (None, None, None)
    assert (values["technologies"], values["other_areas"]) == (row["technologies"], [])


def sheets_of(keys: list[int], suffix: str) -> list[dict]:
    content = b"".join(project_chunks(keys, suffix))
    if suffix == "jsonl":
        return [json.loads(line) for line in content.splitlines()]
    return [feature["properties"] for feature in json.loads(content)["features"]]


@pytest.mark.parametrize("small", [0, 5_000])
@pytest.mark.parametrize("suffix", ["jsonl", "geojson"])
def test_towns_have_the_names_and_codes_of_today(keys, monkeypatch, suffix, small):
    """Renamed, merged, gone: a file of many cards and one of few say the same."""
    monkeypatch.setattr(snapshot, "SMALL", small)
    Territory.objects.filter(code="L219").update(name="Augusta Taurinorum", istat_code="001999")
    ivrea = Territory.objects.get(code="E379")
    Territory.objects.filter(code="E379").update(valid_to=date(2020, 1, 1))
    TerritoryChange.objects.create(
        kind="merger",
        predecessor=ivrea,
        successor=Territory.objects.get(code="M405"),
        effective_date=date(2020, 1, 1),
    )
    told = [
        (sheet["municipality_code"], sheet["municipality_istat_code"], sheet["municipality_name"])
        for sheet in sheets_of(keys, suffix)
    ]
    valley = ("M405", "001317", "Val di Chy")
    assert told == [("L219", "001999", "Augusta Taurinorum"), valley, valley]


def test_file_of_many_cards_is_that_of_few(keys, monkeypatch):
    few = {suffix: b"".join(project_chunks(keys, suffix)) for suffix in ("jsonl", "geojson")}
    monkeypatch.setattr(snapshot, "SMALL", 0)
    assert {suffix: b"".join(project_chunks(keys, suffix)) for suffix in few} == few
