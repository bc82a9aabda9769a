"""The list and the map in a real browser: live filtering, the way back, the keyboard, without scripts."""

import re

import pytest
from playwright.sync_api import expect

from tests import builders
from tests.browser.conftest import DESKTOP, MOBILE
from tests.browser.steps import wait_until


@pytest.fixture
def cards(transactional_db):
    municipalities = builders.piedmont()
    builders.squares()
    office, desk = builders.officer(municipalities["torino"]), builders.reviewer()
    builders.published(office, desk, municipalities["torino"])
    builders.published(
        office,
        desk,
        municipalities["ivrea"],
        title="Mobilità sostenibile",
        primary_area="mobility",
        stage="completed",
    )
    for number in range(10):
        builders.published(office, desk, municipalities["torino"], title=f"Energia numero {number}")


def expect_heading(page, text: str) -> None:
    expect(page.locator("#results-title")).to_have_text(text)


def is_live(page) -> bool:
    """Whether the page of the beginning is still there: nothing was loaded anew."""
    return page.evaluate("window.mark === 1")


def open_list(page, path="/progetti/"):
    page.goto(path)
    page.evaluate("window.mark = 1")


def test_choosing_changes_results_address_and_counts_but_not_the_page(cards, page_desktop):
    page = page_desktop
    open_list(page)
    box = page.get_by_label("Mobilità (1)")
    box.check()
    page.wait_for_url("**/progetti/?area=mobilita")
    expect_heading(page, "1 progetto trovato")
    expect(page.locator("#live-status")).to_have_text("1 progetto trovato")
    assert page.evaluate("document.activeElement.id") == "f-area-mobilita"
    assert page.get_by_label("Concluso (1)").is_visible()
    assert page.get_by_label("In corso (0)").is_visible()
    assert page.title().startswith("Progetti: 1 risultato")
    assert is_live(page)


def test_typing_searches_after_a_pause_and_keeps_the_field(cards, page_desktop):
    page = page_desktop
    open_list(page)
    page.locator("#filter-q").press_sequentially("mobilita sostenible")
    page.wait_for_url("**/progetti/?q=mobilita+sostenible")
    expect(page.locator("#results")).to_contain_text("mostriamo “mobilità sostenibile”")
    assert page.evaluate("document.activeElement.id") == "filter-q"
    page.get_by_role("link", name="Cerca esattamente “mobilita sostenible”").click()
    expect_heading(page, "0 progetti trovati")
    assert page.locator("#filter-q").input_value() == 'mobilita "sostenible"'
    assert is_live(page)


def test_back_and_forward_bring_results_and_form(cards, page_desktop):
    page = page_desktop
    open_list(page)
    page.get_by_label("Mobilità (1)").check()
    page.wait_for_url("**?area=mobilita")
    page.get_by_role("link", name=re.compile("Tabella")).click()
    page.wait_for_url("**vista=tabella")
    expect(page.locator("table.results-table tbody tr")).to_have_count(1)
    page.go_back()
    page.wait_for_selector("ol.result-list")
    page.go_back()
    expect_heading(page, "12 progetti trovati")
    assert not page.locator("#f-area-mobilita").is_checked()
    page.go_forward()
    expect_heading(page, "1 progetto trovato")
    assert page.locator("#f-area-mobilita").is_checked()
    assert is_live(page)


def test_pages_sort_and_chips_work_in_place(cards, page_desktop):
    page = page_desktop
    open_list(page, "/progetti/?area=energia")
    page.get_by_role("link", name="Pagina successiva").click()
    page.wait_for_url("**pagina=2")
    assert page.evaluate("document.activeElement.id") == "results-title"
    page.locator("#sort").select_option("titolo")
    page.wait_for_url("**ordina=titolo")
    expect(page.locator(".result h3").first).to_have_text("Energia numero 0")
    page.get_by_role("link", name="Togli il filtro Area: Energia").click()
    expect_heading(page, "12 progetti trovati")
    assert is_live(page)


def test_failed_update_keeps_the_results_and_offers_to_try_again(cards, page_desktop):
    page = page_desktop
    open_list(page)
    page.evaluate(
        "() => { window.real = fetch; window.fetch = () => Promise.reject(new TypeError('offline')) }"
    )
    page.get_by_label("Mobilità (1)").check()
    page.wait_for_selector("#live-error")
    expect(page.locator("#live-error")).to_contain_text("Non è stato possibile aggiornare i risultati.")
    expect(page.locator(".result")).to_have_count(10)
    page.evaluate("() => { window.fetch = window.real }")
    page.get_by_role("button", name="Riprova").click()
    page.wait_for_url("**?area=mobilita")
    expect(page.locator("#live-error")).to_have_count(0)
    expect_heading(page, "1 progetto trovato")


def test_slow_update_says_it_is_busy(cards, page_desktop):
    page = page_desktop
    open_list(page)
    page.evaluate(
        "() => { const real = fetch; window.fetch = (...all) =>"
        " new Promise((resolve) => { window.answer = () => resolve(real(...all)) }) }"
    )
    page.get_by_label("Mobilità (1)").check()
    page.wait_for_selector("#results[aria-busy=true]")
    page.evaluate("() => window.answer()")
    page.wait_for_url("**?area=mobilita")
    page.wait_for_selector("#results:not([aria-busy])")


def test_list_with_the_keyboard_alone(cards, page_desktop):
    page = page_desktop
    open_list(page)
    page.locator("#filter-q").focus()
    for _step in range(40):
        if page.evaluate("document.activeElement.id") == "f-area-mobilita":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.wait_for_url("**?area=mobilita")
    for _step in range(120):
        if page.evaluate("document.activeElement.matches('.result h3 a')"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/progetti/mobilita-sostenibile/")


def test_suggestions_with_the_keyboard(cards, page_desktop):
    page = page_desktop
    page.goto("/")
    field = page.locator("#home-q")
    field.press_sequentially("mob")
    page.wait_for_selector("#home-q-list [role=option]")
    assert field.get_attribute("aria-expanded") == "true"
    page.keyboard.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant") == "home-q-list-0"
    page.keyboard.press("Escape")
    assert page.locator("#home-q-list").is_hidden()
    assert field.input_value() == "mob"
    field.press_sequentially("i")
    page.wait_for_selector("#home-q-list [role=option]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/progetti/mobilita-sostenibile/")


def test_long_word_in_a_title_does_not_widen_the_page(transactional_db, open_page):
    municipalities = builders.piedmont()
    builders.squares()
    office, desk = builders.officer(municipalities["torino"]), builders.reviewer()
    card = builders.published(office, desk, municipalities["torino"], title="x" * 99, acronym="Y" * 40)
    page = open_page(viewport={"width": 320, "height": 800})
    detail = f"/progetti/{card.slug}/"
    paths = ["/", "/progetti/", "/progetti/?vista=tabella", "/cerca/?q=xxx", "/citta/torino/", detail]
    paths += [
        f"{detail}versioni/",
        "/mappa/",
        f"/confronta/?p={card.slug}",
        "/replicabilita/",
    ]
    for path in paths:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_field_of_a_form_takes_the_municipality_that_is_proposed(cards, page_mobile, check_accessibility):
    page = page_mobile
    page.goto("/confronta/citta/")
    field = page.locator("input[data-suggest]:visible").first
    field.press_sequentially("ivr")
    page.wait_for_selector("[role=option]:visible")
    check_accessibility(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert field.input_value() == "Ivrea (TO)"
    assert page.locator("[role=option]:visible").count() == 0
    assert "/confronta/citta/" in page.url


def test_map_answers_while_one_chooses_and_goes_back(cards, page_desktop, check_accessibility):
    page = page_desktop
    open_list(page, "/mappa/?regione=01")
    page.wait_for_selector(".live-map-frame path.step-4")
    page.locator("#filter-count-fold").click()
    page.get_by_label("Mobilità (1)").check()
    page.wait_for_url("**/mappa/?area=mobilita&regione=01")
    page.wait_for_selector(".live-map-frame path.step-1")
    expect(page.locator(".live-map-frame")).to_have_count(1)
    expect_heading(page, "1 progetto trovato")
    expect(page.locator("#live-status")).to_have_text("1 progetto trovato")
    assert page.evaluate("document.activeElement.id") == "f-area-mobilita"
    page.locator(".map-table a").first.click()
    page.wait_for_url("**provincia=TO**")
    page.wait_for_selector(".live-map-frame")
    check_accessibility(page)
    page.go_back()
    page.wait_for_url("**/mappa/?area=mobilita&regione=01")
    page.go_back()
    page.wait_for_selector(".live-map-frame path.step-4")
    expect_heading(page, "12 progetti trovati")
    assert page.get_by_label("Mobilità (1)").is_checked() is False
    assert is_live(page)


def test_map_moves_with_keys_and_buttons_and_lights_row_and_shape(cards, page_desktop, check_accessibility):
    page = page_desktop
    page.goto("/mappa/?provincia=TO")
    page.wait_for_selector(".live-map-frame path.step-4")
    # Samone lies in the middle: nearer or aside, it stays in sight.
    place = "document.querySelector('.leaflet-overlay-pane path:nth-of-type(2)').getBoundingClientRect()"
    before = page.evaluate(place)
    page.get_by_role("button", name="Ingrandisci").click()
    wait_until(page, f"{place}.width > {before['width']}")
    page.get_by_role("button", name="Torna alla vista iniziale").click()
    wait_until(page, f"Math.abs({place}.width - {before['width']}) < 1")
    page.get_by_role("button", name="Ingrandisci").click()
    page.locator(".live-map-frame").focus()
    left = page.evaluate(place)["left"]
    page.keyboard.press("ArrowRight")
    wait_until(page, f"{place}.left < {left}")
    moved = page.evaluate(place)["left"]
    page.get_by_role("button", name="Sposta la mappa a ovest").click()
    wait_until(page, f"{place}.left > {moved}")
    page.locator("tr[data-code=L219] a").focus()
    assert "is-active" in page.locator(".live-map-frame path.step-4").get_attribute("class")
    expect(page.locator("#map-status")).to_have_text("Torino: 11 progetti")
    check_accessibility(page)
    page.locator(".live-map-frame path.step-4").dispatch_event("click")
    page.wait_for_url("**comune=L219**")


PATHS = [
    "/progetti/",
    "/progetti/?vista=tabella",
    "/progetti/?vista=mappa&regione=01",
    "/progetti/?q=mobilita+sostenible",
    "/progetti/?q=fognature&area=energia",
    "/mappa/",
    "/cerca/?q=ivrea",
    "/en/progetti/",
    "/en/mappa/",
]


@pytest.mark.parametrize("path", PATHS)
def test_page_is_accessible_on_desk_and_phone(cards, open_page, check_accessibility, path):
    for size in (DESKTOP, MOBILE):
        page = open_page(viewport=size)
        page.goto(path)
        check_accessibility(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_without_scripts_on_a_phone_one_filters_sorts_and_looks_at_the_map(cards, open_page):
    page = open_page(viewport=MOBILE, java_script_enabled=False)
    page.goto("/progetti/")
    page.locator("#filter-count-fold").click()
    page.get_by_label("Energia (11)").check()
    page.get_by_role("button", name="Applica i filtri").click()
    expect_heading(page, "11 progetti trovati")
    page.locator("#sort").select_option("titolo")
    page.get_by_role("button", name="Ordina").click()
    expect(page.locator(".result h3").first).to_have_text("Energia numero 0")
    page.get_by_role("link", name="Pagina successiva").click()
    page.wait_for_url("**pagina=2**")
    page.get_by_role("link", name="Mappa", exact=True).last.click()
    page.wait_for_url("**mappa**")
    page.goto("/mappa/")
    expect(page.locator(".map svg a")).to_have_count(1)
    assert page.locator("#map-buttons").is_hidden()
    page.locator(".map-table a").first.click()
    page.wait_for_url("**regione=01**")
    page.goto("/progetti/")
    page.locator("#filter-count-fold").click()
    page.locator("#type-municipality").fill("Ivrea")
    page.get_by_role("button", name="Applica i filtri").click()
    expect_heading(page, "1 progetto trovato")
