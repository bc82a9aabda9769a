"""What citizens meet: cards, cities, areas, comparison, report, score; both widths, both languages."""

import re

import pytest
from playwright.sync_api import expect

from cities import actions as city_actions
from feedback.models import ErrorReport, PageRating
from projects.models import FundingLine, Indicator, Milestone
from tests import builders
from tests.browser.conftest import DESKTOP, MOBILE
from tests.browser.steps import press, sign_in


@pytest.fixture
def card(transactional_db):
    places = builders.piedmont()
    officer, desk = builders.officer(places["torino"]), builders.reviewer()
    project = builders.draft(officer, places["torino"], start_planned="2018-05", start_actual="2019-01")
    FundingLine.objects.create(project=project, source="eu", programme="FESR", amount=9_000_000)
    Milestone.objects.create(project=project, title="Collaudo", date="2021-03", is_done=True)
    Indicator.objects.create(
        project=project, name="Consumo", unit="MWh", baseline=1000, value=640, target=400
    )
    city_actions.write_city(
        places["torino"],
        by=officer,
        needs=[{"title": "Sensori per il verde", "text": "Entro il 2027", "area": "environment"}],
        summary="Una città che misura.",
        strategy="La strategia.",
        strategy_url="https://example.org/piano.pdf",
        governance="Assessorato",
        office="Ufficio innovazione",
        email="ufficio@example.org",
        featured=[],
    )
    return builders.publish_draft(project, officer, desk)


def test_report_without_scripts(card, no_js_page):
    no_js_page.goto(f"/progetti/{card.slug}/")
    no_js_page.get_by_role("link", name="Segnala un errore").click()
    press(no_js_page, "Invia la segnalazione")
    no_js_page.get_by_label("Un dato o un testo è sbagliato").check()
    no_js_page.get_by_label("Che cosa hai trovato").fill("Il costo è un altro.")
    press(no_js_page, "Invia la segnalazione")
    no_js_page.wait_for_url("**/segnalazioni/**")
    assert ErrorReport.objects.get().text == "Il costo è un altro."


@pytest.mark.parametrize("scripts", [True, False])
def test_score_is_counted(card, open_page, scripts):
    page = open_page(viewport=MOBILE, java_script_enabled=scripts)
    page.goto("/citta/torino/")
    page.get_by_label("4", exact=True).check()
    page.get_by_role("button", name="Invia il voto").click()
    page.get_by_text("Grazie").first.wait_for()
    assert list(PageRating.objects.values_list("path", "score", "count")) == [("/citta/torino/", 4, 1)]


def test_office_writes_its_city(card, open_page, check_accessibility):
    page = open_page(viewport=DESKTOP)
    sign_in(page, "referente@example.org")
    page.get_by_role("link", name="Scheda città").click()
    page.locator("#id_summary").fill("Una frase nuova.")
    press(page, "Guarda l’anteprima")
    check_accessibility(page)
    page.get_by_role("button", name="Pubblica").click()
    page.wait_for_url("**/citta/torino/")
    expect(page.locator("main")).to_contain_text("Una frase nuova.")


def test_printed_card_leaves_the_frame_out(card, page_desktop):
    page_desktop.goto(f"/progetti/{card.slug}/")
    page_desktop.emulate_media(media="print")
    for left_out in (".it-header-wrapper", ".it-footer", ".card-actions", ".rating", ".page-index"):
        assert not page_desktop.locator(left_out).first.is_visible(), left_out
    assert page_desktop.locator(".print-only").first.is_visible()
    assert page_desktop.locator(".time-table").is_visible()


def test_card_is_printed_on_two_pages(card, page_desktop):
    page_desktop.goto(f"/progetti/{card.slug}/")
    sheet = page_desktop.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", sheet)) <= 2
