"""From the list to a card to the comparison and back: with the keyboard alone, and with scripts off."""

import re

import pytest
from playwright.sync_api import expect

from tests import builders
from tests.browser.conftest import DESKTOP, MOBILE
from tests.browser.steps import NEXT_FRAME


@pytest.fixture
def cards(transactional_db):
    places = builders.piedmont()
    office, desk = builders.officer(places["torino"]), builders.reviewer()
    for number in range(11):
        builders.published(office, desk, places["torino"], title=f"Energia numero {number:02}")
    builders.published(
        office, desk, places["ivrea"], title="Piste ciclabili", primary_area="mobility", total_cost=900_000
    )


def reach(page, name: str, role: str = "link", limit: int = 150):
    """Press Tab until the focus is on it, and be sure that the focus can be seen."""
    wanted = page.get_by_role(role, name=re.compile(name)).first
    handle = wanted.element_handle()
    for _step in range(limit):
        if page.evaluate("element => document.activeElement === element", handle):
            style = page.evaluate(
                "() => { const s = getComputedStyle(document.activeElement);"
                " return [s.outlineStyle, s.boxShadow] }"
            )
            assert style != ["none", "none"], f"the focus on «{name}» cannot be seen"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"«{name}» is not reached with Tab")


def follow(page, name: str, address: str):
    reach(page, name)
    page.keyboard.press("Enter")
    page.wait_for_url(address)


def skip_to_content(page):
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Vai al contenuto")
    page.keyboard.press("Enter")
    expect(page.locator("#contenuto")).to_be_focused()


def rows_of(page) -> int:
    return page.locator("table.compare-table tbody tr").count()


def test_list_card_comparison_and_back_with_the_keyboard(cards, page_desktop):
    page = page_desktop
    page.goto("/progetti/")
    skip_to_content(page)
    follow(page, "Piste ciclabili", "**/progetti/piste-ciclabili/")
    skip_to_content(page)
    follow(page, "Aggiungi al confronto.*Piste ciclabili", "**/confronta/?p=piste-ciclabili")
    skip_to_content(page)
    follow(page, "Aggiungi.*«Energia numero 10»", "**/confronta/?p=piste-ciclabili&p=energia-numero-10")
    every = rows_of(page)
    skip_to_content(page)
    follow(page, "Mostra solo le differenze", "**/confronta/?*diff*")
    assert 0 < rows_of(page) < every
    skip_to_content(page)
    follow(page, "Togli.*«Energia numero 10»", "**/confronta/?*")
    expect(page.locator("table.compare-table")).to_have_count(0)
    follow(page, "^Progetti$", "**/progetti/")
    expect(page.locator("main h1")).to_have_text("Progetti")


def test_skip_link_moves_the_focus_and_fetches_nothing(cards, page_desktop):
    page = page_desktop
    page.goto("/progetti/")
    asked = []
    page.on("request", lambda request: request.resource_type == "fetch" and asked.append(request.url))
    page.locator("#results").evaluate("element => { element.dataset.kept = 'yes' }")
    skip_to_content(page)
    page.evaluate(NEXT_FRAME)
    assert asked == []
    expect(page.locator("#results[data-kept=yes]")).to_have_count(1)


@pytest.mark.parametrize("viewport", [DESKTOP, MOBILE], ids=["desktop", "mobile"])
def test_search_filter_sort_page_and_compare_without_scripts(cards, open_page, viewport):
    page = open_page(viewport=viewport, java_script_enabled=False)
    page.goto("/")
    page.locator("#home-q").fill("energia")
    page.locator(".hero-search button").click()
    expect(page).to_have_url(re.compile(r"/cerca/\?q=energia"))
    page.goto("/progetti/?q=energia")
    expect(page.locator("#results-title")).to_have_text("11 progetti trovati")
    page.locator(".pages a", has_text="2").first.click()
    expect(page.locator(".result")).to_have_count(1)
    page.goto("/progetti/")
    if viewport is MOBILE:
        page.locator("details.filter-fold > summary, .filters > details > summary").first.click()
    page.get_by_label("Mobilità (1)").check()
    page.get_by_role("button", name="Applica i filtri").click()
    expect(page.locator(".result h3")).to_have_text(["Piste ciclabili"])
    page.goto("/progetti/")
    page.get_by_label("Ordina per").select_option("costo_crescente")
    page.locator(".sort-form button").click()
    expect(page.locator(".result h3").first).to_have_text("Piste ciclabili")
    page.get_by_role("link", name="Piste ciclabili").click()
    page.get_by_role("link", name="Aggiungi al confronto").click()
    page.locator("#compare-q").fill("numero 03")
    page.get_by_role("button", name="Cerca", exact=True).last.click()
    page.get_by_role("link", name=re.compile("Aggiungi.*«Energia numero 03»")).click()
    page.get_by_role("link", name="Mostra solo le differenze").click()
    expect(page.locator("table.compare-table")).to_contain_text("900.000")
