"""The hardest card and the emptiest: page, print, PDF and data say the same, and nothing breaks them."""

import gzip
import re
import uuid
import zlib

import orjson
import pytest

from cards.document.read import read_document
from cards.presentation.pdf import pdf_data
from projects import actions, publishing, reviewing
from projects.models import FundingLine, Indicator, Milestone
from tests import builders
from tests.cards.test_public_pages import words

pytestmark = pytest.mark.django_db
TITLE = ("Gemello digitale #set *forte* `a` $x$ <b> @etichetta " * 3)[:120]
AREAS = ["environment", "economy", "people", "mobility", "living", "government", "planning"]
EMPTY = {"total_cost": None, "cost_unknown": True, "start_actual": "", "technologies": []}


@pytest.fixture
def country():
    return builders.piedmont()


@pytest.fixture
def people(country):
    return builders.officer(country["torino"]), builders.reviewer()


@pytest.fixture
def empty(people, country):
    return builders.published(*people, country["torino"], **EMPTY)


@pytest.fixture
def full(people, country):
    """120 letters, eight areas, forty municipalities beside the first, 12.345.678,90 €."""
    officer, desk = people
    province = country["torino"].province
    others = [
        builders.territory(
            "municipality", f"Z{n:03d}", f"Comune {n}", province=province, region=province.region
        )
        for n in range(40)
    ]
    project = builders.draft(
        officer,
        country["torino"],
        title=TITLE,
        other_areas=AREAS,
        total_cost="12345678.90",
        description="## Come *funziona*\n\n- uno\n- #panic()\n\n```\n#eval()\n```",
        start_planned="2023-09",
        start_actual="2024-02",
        end_planned="2026-06",
    )
    project.other_municipalities.set(others)
    FundingLine.objects.create(project=project, source="eu", programme="FESR", amount=12_000_000)
    Milestone.objects.create(project=project, title="Collaudo", date="2023-12", is_done=True)
    Indicator.objects.create(
        project=project, name="Consumo", unit="MWh", baseline=1000, value=640, target=400
    )
    actions.submit(project, by=officer, idempotency_key=project.idempotency_key)
    reviewing.take(project, by=desk)
    return publishing.publish(project, by=desk)


def pdf(client, card, prefix=""):
    return client.get(f"{prefix}/progetti/{card.slug}/scheda.pdf")


def test_empty_card_says_what_is_missing(client, empty):
    text = words(client.get(f"/progetti/{empty.slug}/"))
    for told in (
        "Che cosa non sappiamo L’ente non lo ha scritto:",
        "che cosa si fa, e come",
        "quando comincia e quando finisce",
        "quanto costa",
        "chi paga",
        "quali risultati ha dato",
        "quale ufficio se ne occupa",
        "gli atti e i documenti per rifarlo",
        "Chiedi all’ente",
    ):
        assert told in text
    assert "Niente" not in text
    assert "Documenti" not in text
    assert not re.search(r"\bNone\b|n/d|N/A", text)


def test_full_card_draws_money_and_times(client, full):
    text = words(client.get(f"/progetti/{full.slug}/"))
    for told in (
        "12.345.679 €",
        "Torino (TO) e altri 40 Comuni",
        "Unione europea FESR 12.000.000 € 97% del costo",
        "Fonte non comunicata 345.679 €",
        "Previsto settembre 2023 – giugno 2026",
        "Effettivo dal febbraio 2024, in corso",
        "Iniziato 5 mesi dopo il previsto.",
        "dicembre 2023 Collaudo (fatto) febbraio 2024 Inizio",
        "60% della strada dalla partenza all’obiettivo",
        "Indicatori Consumo, MWh Prima 1.000 Oggi 640 Obiettivo 400",
    ):
        assert told in text


@pytest.mark.parametrize("kind", ["empty", "full"])
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_page_weighs_little(client, kind, prefix, request):
    card = request.getfixturevalue(kind)
    body = client.get(f"{prefix}/progetti/{card.slug}/").content
    assert len(gzip.compress(body)) <= 30_000
    assert len(re.findall(rb"<h1", body)) == 1


@pytest.mark.parametrize("kind", ["empty", "full"])
def test_pdf_is_tagged_and_says_its_language(client, kind, request):
    response = pdf(client, request.getfixturevalue(kind))
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    body = response.content
    assert body.startswith(b"%PDF-")
    assert re.search(rb"/MarkInfo\s*<<[^>]*/Marked true", body)
    assert re.search(rb"/StructTreeRoot \d+ 0 R", body)
    assert b"/Lang(it" in body.replace(b" ", b"")
    assert b"pdfuaid:part" in body.replace(b" ", b"")
    tags = set(re.findall(rb"/S\s*/(\w+)", body))
    assert {b"Title", b"H1", b"P"} <= tags


def test_pdf_has_tables_with_headings(client, full):
    tags = set(re.findall(rb"/S\s*/(\w+)", pdf(client, full).content))
    assert {b"Table", b"TH", b"TD", b"L", b"LI"} <= tags


def test_pdf_has_the_same_bytes_each_time(client, full, settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    first, second = pdf(client, full), pdf(client, full)
    assert first.content == second.content
    assert first["ETag"] == second["ETag"]
    assert first.cookies == {}


def test_pdf_takes_markup_for_text(full):
    data = pdf_data(read_document(full), address="https://example.org/", demo=False)
    blocks = [block for section in data["sections"] for block in section["blocks"]]
    assert data["title"] == TITLE.strip()
    assert {"kind": "heading", "text": "Come funziona"} in blocks
    assert {"kind": "bullet", "text": "#panic()"} in blocks
    assert {"kind": "text", "text": "#eval()"} in blocks


def test_pdf_in_english_says_so(client, full):
    assert b"/Lang(en" in pdf(client, full, "/en").content.replace(b" ", b"")


def test_pdf_of_a_withdrawn_card_is_gone(client, full, people):
    publishing.withdraw(full, by=people[1], reason="Doppione")
    assert pdf(client, full).status_code == 410


def test_pdf_by_code_leads_to_the_slug(client, full):
    response = client.get(f"/progetti/{full.code}/scheda.pdf")
    assert (response.status_code, response["Location"]) == (301, f"/progetti/{full.slug}/scheda.pdf")


def test_data_holds_all_that_the_page_shows(client, full):
    data = orjson.loads(client.get(f"/progetti/{full.slug}/scheda.json").content)
    assert (data["title"], data["total_cost"]) == (TITLE.strip(), "12345678.9")
    assert (len(data["other_municipalities"]), len(data["other_areas"])) == (40, 7)


def test_edition_names_what_changed(client, full, people):
    officer, desk = people
    project = builders.project_of(full)
    actions.revise(project, by=officer)
    project.refresh_from_db()
    project.summary = "Una sintesi nuova."
    project.save()
    actions.submit(project, by=officer, idempotency_key=uuid.uuid4())
    reviewing.take(project, by=desk)
    card = publishing.publish(project, by=desk)
    text = words(client.get(f"/progetti/{card.slug}/"))
    assert "Rispetto all’edizione 1 cambia un campo: sintesi." in text


def streams(body: bytes) -> bytes:
    found = b""
    for part in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", body, re.DOTALL):
        try:
            found += zlib.decompress(part)
        except zlib.error:
            found += part
    return found


def test_bars_of_the_pdf_are_no_content(client, full):
    assert b"/Artifact" in streams(pdf(client, full).content)
