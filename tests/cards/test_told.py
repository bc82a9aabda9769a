"""A card says who wrote it and from what, and what it does not say."""

import pytest

from cards.presentation.covers import MOTIFS, cover_of
from cards.presentation.told import author_line
from lib.dates import italian_day, last_day
from tests.test_repository import ROOT

PAPER = {"url": "https://example.org/1", "title": "Il Giornale"}
LAW = {"url": "https://example.org/2", "title": ""}


def document(origin="sample", sources=(PAPER,), body="Comune di Torino"):
    return {"origin": origin, "sources": list(sources), "promoter": body and {"name": body}}


@pytest.mark.parametrize(
    ("card", "confirmed", "line"),
    [
        (
            document(),
            "",
            "Scheda scritta dalla redazione da una fonte pubblica: Il Giornale. "
            "Comune di Torino non l’ha ancora confermata.",
        ),
        (
            document(sources=(PAPER, LAW), body=None),
            "",
            "Scheda scritta dalla redazione da 2 fonti pubbliche, fra cui Il Giornale.",
        ),
        (
            document(),
            "2026-03-01",
            "Scheda scritta dalla redazione da una fonte pubblica: Il Giornale. "
            "L’ente l’ha confermata il 1 marzo 2026.",
        ),
        (document("entered"), "", "Scheda scritta da Comune di Torino e controllata dalla redazione."),
        (
            document("entered", body=None),
            "",
            "Scheda scritta dall’ente e controllata dalla redazione.",
        ),
        (document("imported", body=None), "", "Scheda ripresa da un archivio pubblico."),
    ],
)
def test_author_and_source_are_said(card, confirmed, line):
    assert author_line(card, confirmed) == line


def test_day_is_that_of_italy():
    assert str(italian_day("2026-11-30T23:30:00+00:00")) == "2026-12-01"
    assert str(italian_day("2026-07-01T21:59:00+00:00")) == "2026-07-01"
    assert [str(last_day(text)) for text in ("2024", "2024-02", "2024-02-03")] == [
        "2024-12-31",
        "2024-02-29",
        "2024-02-03",
    ]


@pytest.mark.parametrize(
    ("area", "title", "technologies", "cover"),
    [
        ("energy", "Led per Torino", ["led"], "energia-lampioni"),
        ("mobility", "Bici elettriche a Siena", [], "mobilita-bici"),
        ("environment", "Verde digitale", [], "ambiente-alberi"),
        ("energy", "Qualcosa", [], "energia-tetti"),
        ("", "Qualcosa", [], ""),
    ],
)
def test_words_of_a_card_choose_its_cover(area, title, technologies, cover):
    card = {"primary_area": area, "title": title, "technologies": technologies, "code": "TO-2026-0007"}
    assert cover_of(card) == cover


def test_every_cover_has_its_drawing():
    names = {f"{slug}-{name}.svg" for slug, motifs in MOTIFS.items() for name, _words in motifs}
    covers = ROOT / "static" / "img" / "covers"
    assert {path.name for path in covers.iterdir()} == names
    assert max(path.stat().st_size for path in covers.iterdir()) <= 8_000
