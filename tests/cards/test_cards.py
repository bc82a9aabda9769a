from datetime import UTC, datetime
from decimal import Decimal

import pytest

from cards.document.build import build_card, serialise
from cards.document.derive import cost_band, derive_columns
from cards.document.diff import differences
from cards.document.places import Place
from lib.markdown import render_markdown
from projects.source import collect
from tests import builders

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def source(db):
    municipalities = builders.piedmont()
    office = builders.officer(municipalities["torino"])
    project = builders.draft(
        office, municipalities["torino"], technologies=["LED", "sensori"], end_planned="2022-06"
    )
    project.funding_lines.create(source="eu", programme="FESR", amount=Decimal("1000.50"))
    return collect(project.pk)


def test_same_facts_give_the_same_bytes(source):
    first = serialise(build_card(source, slug="led", edition=1, published_at=NOW))
    second = serialise(build_card(dict(reversed(source.items())), slug="led", edition=1, published_at=NOW))
    assert first == second


def test_document_speaks_in_codes_decimal_strings_and_nulls(source):
    document = build_card(source, slug="led", edition=1, published_at=NOW)
    assert document["lead_municipality"] == "L219"
    assert document["total_cost"] == "14000000"
    assert document["funding_lines"] == [{"source": "eu", "programme": "FESR", "amount": "1000.5"}]
    assert document["acronym"] is None
    assert (document["year_from"], document["year_to"]) == (2019, 2022)


def test_document_leaves_out_people_and_workflow(source):
    document = build_card(source, slug="led", edition=1, published_at=NOW)
    assert not {"owner", "created_by", "updated_by", "status", "version", "idempotency_key"} & set(document)
    assert "referente@example.org" not in serialise(document)


def test_facets_of_a_card(source):
    place = Place("L219", "Torino", "torino", "001272", "TO", "01")
    document = build_card(source, slug="led", edition=1, published_at=NOW)
    assert sorted(derive_columns(document, {"L219": place})["facets"]) == [
        ("area", "energy"),
        ("body", "municipality"),
        ("cost_band", "5m_20m"),
        ("funding_source", "eu"),
        ("kind", "project"),
        ("municipality", "L219"),
        ("origin", "entered"),
        ("province", "TO"),
        ("region", "01"),
        ("stage", "running"),
        ("stage_year", "2026"),
        ("technology", "led"),
        ("technology", "sensori"),
        ("year", "2019"),
        ("year", "2020"),
        ("year", "2021"),
        ("year", "2022"),
    ]


def test_place_unknown_to_the_territory_keeps_its_code(source):
    document = build_card(source, slug="led", edition=1, published_at=NOW)
    columns = derive_columns(document, {})["columns"]
    assert (columns["municipality_code"], columns["province_code"]) == ("L219", "")


@pytest.mark.parametrize(
    ("cost", "band"),
    [
        (None, "unknown"),
        ("0", "under_50k"),
        ("49999.99", "under_50k"),
        ("50000", "50k_250k"),
        ("20000000", "over_20m"),
    ],
)
def test_cost_bands(cost, band):
    assert cost_band(cost) == band


def test_differences_are_in_words(source):
    before = build_card(source, slug="led", edition=1, published_at=NOW)
    after = build_card({**source, "stage": "completed", "sdgs": [7]}, slug="led", edition=2, published_at=NOW)
    assert [(d["field"], d["before"], d["after"]) for d in differences(before, after)] == [
        ("sdgs", "", "7 Energia pulita e accessibile"),
        ("stage", "In corso", "Concluso"),
    ]


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**a**", "<p><strong>a</strong></p>\n"),
        ("# Titolo", "<h3>Titolo</h3>\n"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
        ("![x](https://a.it/x.png)", "<p></p>\n"),
        (None, ""),
    ],
)
def test_markdown_is_cleaned(text, html):
    assert render_markdown(text).strip() == html.strip()
