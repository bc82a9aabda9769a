"""The words of our templates: money, measures, partial dates, files, the page in the other language."""

from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation

from observatory.templatetags import portal, structured_data


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (None, ""),
        (Decimal("0"), "0\u00a0€"),
        (Decimal("345.5"), "345,50\u00a0€"),
        (Decimal("999"), "999\u00a0€"),
        (Decimal("1250000.00"), "1.250.000\u00a0€"),
        (Decimal("12345678.90"), "12.345.679\u00a0€"),
        ("14000000", "14.000.000\u00a0€"),
    ],
)
def test_euro(amount, words):
    assert portal.euro(amount) == words


@pytest.mark.parametrize(
    ("amount", "words"),
    [(Decimal("223162719.50"), "223,2"), ("10000000", "10"), (Decimal("1E+10"), "10.000")],
)
def test_in_millions(amount, words):
    assert portal.in_millions(amount) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, ""),
        (Decimal("54.50"), "54,5"),
        (Decimal("130.0000"), "130"),
        (Decimal("4500"), "4.500"),
        ("1E+3", "1.000"),
    ],
)
def test_measure(value, words):
    assert portal.measure(value) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, ""),
        ("2014", "2014"),
        ("2014-05", "maggio 2014"),
        ("2014-05-12", "12 maggio 2014"),
        ("presto", "presto"),
    ],
)
def test_partial_date(text, words):
    assert portal.partial_date(text).lower() == words


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"media_type": "application/pdf", "size": 1_200_000}, "PDF, 1,2\u00a0MB"),
        ({"media_type": "text/csv", "size": 120}, "CSV, 1\u00a0kB"),
        ({"media_type": "", "size": None}, "collegamento"),
    ],
)
def test_file_kind(document, words):
    assert portal.file_kind(document) == words


def test_localised_prefers_the_readers_language():
    item = {"title": "Luce", "title_en": "Light", "summary": "Sì", "summary_en": None}
    assert portal.localised(item, "title") == "Luce"
    with translation.override("en"):
        assert (portal.localised(item, "title"), portal.localised(item, "summary")) == ("Light", "Sì")


def test_icon_is_silent():
    html = portal.icon("it-search", "sm")
    assert html.startswith('<svg class="icon icon-sm" aria-hidden="true" focusable="false">')
    assert html.endswith('img/sprite.svg#it-search"></use></svg>')


@pytest.mark.parametrize(
    ("path", "there", "label"),
    [
        ("/progetti/?q=led", "/en/progetti/?q=led", "English"),
        ("/en/aree/energia/", "/aree/energia/", "Italiano"),
    ],
)
def test_other_language_is_the_same_page(rf, path, there, label):
    with translation.override("en" if path.startswith("/en/") else "it"):
        other = portal.other_language(Context({"request": rf.get(path)}))
    assert (other["url"], other["label"]) == (there, label)


def test_other_language_is_silent_where_there_is_none(rf):
    assert portal.other_language(Context({"request": rf.get("/api/v1/docs")})) is None
    assert portal.other_language(Context()) is None


def test_linked_data_escapes_what_could_end_it():
    html = structured_data.json_ld(Context(), {"name": "</script>&"})
    assert "</script>&" not in html
    assert "\\u003c/script\\u003e\\u0026" in html


def test_map_shapes_are_never_localised():
    locator = {"view_box": "1234.5 0 1 1", "province_path": "M0 0", "municipality_path": "M1234.5 2"}
    html = Template('{% include "cards/_locator.html" %}').render(Context({"locator": locator}))
    assert 'viewBox="1234.5 0 1 1"' in html
