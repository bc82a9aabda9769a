"""Reuse costs: the ranges of the pure function, then the page with its assumptions in the URL."""

import io
import random
import zipfile
from decimal import Decimal

import pytest

from municipalities.models import Territory
from projects.models import ReuseCost
from suitability.estimate.costs import Assumptions, Line, Range, estimate, rounded
from tests import builders


def line(key, amount, driver="fixed", *, yearly=False):
    return Line(key, Decimal(amount), driver, yearly)


def test_each_kind_of_line():
    """Half the inhabitants: 5,000 in full, 5,547 with the discount; the margin is 20 per cent."""
    lines = [line("hardware", 10_000, "inhabitants"), line("design", 4_000), line("energy", 600, yearly=True)]
    found = estimate(lines, Assumptions(20_000, 10_000, bodies=2))
    assert [(e.range.low, e.range.high) for e in found.lines] == [
        (4_000, 6_700),
        (1_600, 2_400),
        (1_200, 1_800),
    ]
    assert found.first == Range(Decimal(5_600), Decimal(9_100))
    assert found.yearly == Range(Decimal(240), Decimal(360))
    assert found.total == Range(Decimal(6_800), Decimal(11_000))


def test_line_without_its_size_stays_out_and_is_told():
    lines = [line("hardware", 10_000, "units"), line("design", 1_000)]
    found = estimate(lines, Assumptions(20_000, 10_000, margin=0))
    assert [x.key for x in found.unscaled] == ["hardware"]
    assert found.total == Range(Decimal(1_000), Decimal(1_000))


def test_same_size_and_no_margin_give_the_source_itself():
    found = estimate([line("hardware", 5_200, "units")], Assumptions(source_units=7, units=7, margin=0))
    assert found.first == Range(Decimal(5_200), Decimal(5_200))


@pytest.mark.parametrize("given", [{"bodies": 0}, {"years": 0}, {"margin": 101}])
def test_nonsense_is_refused(given):
    with pytest.raises(ValueError, match="at least one"):
        estimate([], Assumptions(**given))


def test_rounding_keeps_two_figures():
    assert rounded(Decimal("123456"), "ROUND_FLOOR") == 120_000
    assert rounded(Decimal("123456"), "ROUND_CEILING") == 130_000
    assert rounded(Decimal("7.2"), "ROUND_CEILING") == 8
    assert rounded(Decimal(0), "ROUND_FLOOR") == 0


@pytest.mark.parametrize("seed", range(20))
def test_range_holds_the_plain_proportion(seed):
    dice = random.Random(seed)
    theirs, mine = dice.randint(100, 10**6), dice.randint(100, 10**6)
    amount = Decimal(dice.randint(100, 10**7))
    found = estimate([Line("support", amount, "inhabitants")], Assumptions(theirs, mine)).first
    assert found.low <= amount * mine / theirs <= found.high


@pytest.fixture
def card(db):
    country = builders.piedmont()
    Territory.objects.filter(code="E379").update(population=20_000)
    officer = builders.officer(country["ivrea"])
    project = builders.draft(officer, country["ivrea"])
    rows = [("hardware", 10_000, "inhabitants", False), ("energy", 600, "fixed", True)]
    for key, amount, driver, yearly in rows:
        ReuseCost.objects.create(project=project, line=key, amount=amount, driver=driver, is_yearly=yearly)
    return builders.publish_draft(project, officer, builders.reviewer())


def address(card) -> str:
    return f"/progetti/{card.slug}/stima/"


def test_page_starts_from_the_lines_of_the_body(client, card):
    response = client.get(address(card), {"comune": "L219"})
    given = response.context["given"]
    assert (given.source_inhabitants, given.inhabitants, given.years, given.bodies) == (20_000, 848_748, 5, 1)
    assert [row["key"] for row in response.context["rows"]] == ["hardware", "energy"]
    assert "Set-Cookie" not in response.headers


def test_assumptions_in_the_url_win(client, card):
    response = client.get(address(card), {"abitanti": "10.000", "anni": "10", "enti": "3", "margine": "0"})
    given = response.context["given"]
    assert (given.inhabitants, given.years, given.bodies, given.margin) == (10_000, 10, 3, 0)
    assert response.context["estimate"].yearly == Range(Decimal(200), Decimal(200))


def test_typed_lines_replace_those_of_the_body(client, card):
    response = client.get(address(card), {"voce_design": "1.200,50", "cresce_design": "fixed"})
    assert [(row["key"], row["amount"]) for row in response.context["rows"]] == [
        ("design", Decimal("1200.50"))
    ]


def test_wrong_figures_are_told_and_kept(client, card):
    text = client.get(address(card), {"voce_design": "tanto", "anni": "0"}).content.decode()
    assert "Scrivi l’importo in euro, per esempio 1.250.000" in text
    assert "Scrivi un numero intero da 1 a 30" in text
    assert 'value="tanto"' in text


def test_card_without_lines_starts_from_its_whole_cost(client, db):
    country = builders.piedmont()
    bare = builders.published(builders.officer(country["ivrea"]), builders.reviewer(), country["ivrea"])
    response = client.get(address(bare))
    assert (response.context["estimate"], response.context["rough"]) == (None, None)
    assert "Si sa solo il costo di tutto: 14.000.000" in response.content.decode()
    # 37.4 times the inhabitants: 524 million in full, 304 with the discount; the margin is 20 per cent.
    rough = client.get(address(bare), {"comune": "torino"}).context["rough"]
    assert rough == Range(Decimal(240_000_000), Decimal(630_000_000))


def test_card_without_any_cost_says_so(client, db):
    country = builders.piedmont()
    office, desk = builders.officer(country["ivrea"]), builders.reviewer()
    bare = builders.published(office, desk, country["ivrea"], total_cost=None, cost_unknown=True)
    page = client.get(address(bare), {"comune": "torino"})
    assert page.context["rough"] is None
    assert "L’ente non ha comunicato i costi di riuso" in page.content.decode()


def test_files_hold_lines_totals_and_assumptions(client, card):
    body = client.get(address(card), {"abitanti": "20000", "margine": "0", "formato": "csv"}).content.decode()
    assert body.split("\r\n")[:6] == [
        "Voce,Importo all’origine (€),Cresce con,Ogni anno,Da (€),A (€)",
        "Apparati,10000,Per abitante,no,10000,10000",
        "Energia,600,Fisso,sì,3000,3000",
        "Per cominciare,,,,10000,10000",
        '"Ogni anno, dopo",,,,600,600',
        "In tutto,,,,13000,13000",
    ]
    book = client.get(address(card), {"abitanti": "20000", "formato": "xlsx"}).content
    assert "xl/worksheets/sheet1.xml" in zipfile.ZipFile(io.BytesIO(book)).namelist()


def test_page_takes_a_constant_number_of_queries(client, card, django_assert_num_queries):
    with django_assert_num_queries(3):
        client.get(address(card))
