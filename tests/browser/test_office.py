"""The office's form in a real browser: it saves by itself, tells of colleagues, outlives a session."""

import re

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from projects.models import Project
from tests import builders
from tests.browser.conftest import DESKTOP, MOBILE
from tests.browser.steps import fill_sign_in, press, sign_in, tab_to

SAVED = re.compile(r"Bozza salvata oggi alle \d\d:\d\d")


@pytest.fixture
def municipalities(transactional_db):
    return builders.piedmont()


@pytest.fixture
def project(office, municipalities):
    return builders.draft(office, municipalities["torino"])


def step(project, slug="progetto") -> str:
    return f"/area-riservata/progetti/{project.code}/{slug}/"


def state(page):
    return page.locator("#save-state")


def test_text_is_saved_while_writing_and_found_on_another_device(project, office, open_page):
    page, phone = open_page(viewport=DESKTOP), open_page(viewport=MOBILE)
    sign_in(page, office.email)
    page.goto(step(project))
    page.locator("#id_need").fill("Scritto senza premere nulla.")
    expect(state(page)).to_have_text(SAVED)
    assert Project.objects.get().need == "Scritto senza premere nulla."
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    sign_in(phone, office.email)
    phone.goto(step(project))
    assert phone.locator("#id_need").input_value() == "Scritto senza premere nulla."


def test_wrong_answer_is_kept_and_found_again(project, office, open_page, check_accessibility):
    page = open_page(viewport=DESKTOP)
    sign_in(page, office.email)
    page.goto(step(project, "risorse"))
    page.locator("#id_total_cost").fill("molto")
    page.locator("#id_cup_codes").fill("c19")
    page.locator("#id_cup_codes").press("Tab")
    expect(page.locator(".field-warning").first).to_have_text("c19: Il CUP ha 15 caratteri: questo ne ha 3.")
    expect(state(page)).to_contain_text("Alcune risposte sono da correggere")
    expect(page.locator("[data-state=risorse]")).to_have_text("Da correggere")
    page.reload()
    assert page.locator("#id_total_cost").input_value() == "molto"
    expect(page.locator("main")).to_contain_text("Scrivi l’importo in euro")
    check_accessibility(page)


def test_two_people_on_one_step_lose_nothing(project, office, municipalities, open_page, check_accessibility):
    colleague = builders.officer(municipalities["torino"], "collega@example.org")
    mine, theirs = open_page(viewport=DESKTOP), open_page(viewport=MOBILE)
    sign_in(mine, office.email)
    sign_in(theirs, colleague.email)
    mine.goto(step(project))
    theirs.goto(step(project))
    theirs.locator("#id_summary").fill("La sintesi del collega.")
    theirs.locator("#id_summary").press("Tab")
    expect(state(theirs)).to_have_text(SAVED)
    mine.locator("#id_summary").fill("La mia sintesi.")
    mine.locator("#id_summary").press("Tab")
    expect(state(mine)).to_contain_text("Un collega ha modificato questa scheda alle")
    check_accessibility(mine)
    assert Project.objects.get().summary == "La sintesi del collega."
    mine.get_by_role("button", name="Confronta le versioni").click()
    conflict = mine.locator("section.conflict")
    expect(conflict).to_contain_text("La sintesi del collega.")
    expect(conflict).to_contain_text("La mia sintesi.")
    check_accessibility(mine)
    mine.get_by_role("button", name="Salva e continua").click()
    mine.wait_for_url("**/territorio/")
    assert Project.objects.get().summary == "La mia sintesi."


def test_session_that_ended_keeps_the_text_on_the_page(project, office, open_page, check_accessibility):
    page = open_page(viewport=DESKTOP)
    sign_in(page, office.email)
    page.goto(step(project))
    Session.objects.all().delete()
    page.locator("#id_need").fill("Scritto dopo la fine.")
    page.locator("#id_need").press("Tab")
    expect(state(page)).to_contain_text("La sessione è scaduta. Accedi in un’altra scheda del browser")
    check_accessibility(page)
    other = page.context.new_page()
    sign_in(other, office.email)
    assert page.locator("#id_need").input_value() == "Scritto dopo la fine."
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(state(page)).to_have_text(SAVED)
    assert Project.objects.get().need == "Scritto dopo la fine."


def test_session_that_ended_without_scripts_gives_the_text_back(project, office, open_page):
    page = open_page(viewport=MOBILE, java_script_enabled=False)
    sign_in(page, office.email)
    page.goto(step(project))
    Session.objects.all().delete()
    page.locator("#id_need").fill("Scritto dopo la fine.")
    press(page, "Salva e continua")
    fill_sign_in(page, office.email)
    assert page.locator("#id_need").input_value() == "Scritto dopo la fine."
    press(page, "Salva e continua")
    assert Project.objects.get().need == "Scritto dopo la fine."


def test_end_of_the_session_is_told_before_and_put_off(project, office, open_page, settings):
    settings.SESSION_COOKIE_AGE = 200
    page = open_page(viewport=DESKTOP)
    sign_in(page, office.email)
    page.goto(step(project))
    expect(state(page)).to_contain_text("La sessione finisce tra 5 minuti.")
    settings.SESSION_COOKIE_AGE = 3600
    page.get_by_role("button", name="Continua", exact=True).click()
    expect(state(page)).to_have_text("La sessione continua.")


def test_line_away_is_told_and_the_text_saved_when_it_is_back(project, office, open_page):
    page = open_page(viewport=DESKTOP)
    sign_in(page, office.email)
    page.goto(step(project))
    # Nothing leaves the page, so that nothing is logged as an error.
    page.evaluate(
        "window.ownFetch = window.fetch; window.fetch = () => Promise.reject(new TypeError('off')); null"
    )
    page.locator("#id_need").fill("Scritto in treno.")
    page.locator("#id_need").press("Tab")
    expect(state(page)).to_contain_text("il testo resta qui")
    page.evaluate("window.fetch = window.ownFetch; window.dispatchEvent(new Event('online'))")
    expect(state(page)).to_have_text(SAVED)
    assert Project.objects.get().need == "Scritto in treno."


@pytest.mark.parametrize("viewport", [DESKTOP, MOBILE], ids=["desktop", "mobile"])
def test_every_page_of_the_office_is_accessible(project, office, open_page, check_accessibility, viewport):
    page = open_page(viewport=viewport)
    sign_in(page, office.email)
    slugs = ("progetto", "territorio", "risorse", "risultati", "documenti", "riepilogo")
    paths = ["/area-riservata/", "/area-riservata/progetti/nuovo/", "/area-riservata/cestino/"]
    paths += [step(project, slug) for slug in (*slugs, "duplica", "elimina", "anteprima")]
    for path in [*paths, f"/area-riservata/progetti/{project.code}/"]:
        page.goto(path)
        check_accessibility(page)
        # A row of a working table is a card on a phone: nothing is beyond the edge.
        wide = "t => t.scrollWidth > t.parentElement.clientWidth"
        assert page.evaluate(f"[...document.querySelectorAll('.stack-table')].filter({wide}).length") == 0
    for slug, field in (
        ("progetto", "#id_title"),
        ("territorio", "#id_end_planned"),
        ("risorse", "#id_total_cost"),
    ):
        page.goto(step(project, slug))
        page.locator(field).fill("x" * 150)
        press(page, "Salva e continua")
        page.wait_for_selector("#error-summary")
        assert page.title().startswith("Errore: ")
        check_accessibility(page)


def test_whole_submission_with_the_keyboard_alone(office, open_page):
    page = open_page(viewport=DESKTOP)
    sign_in(page, office.email)
    page.goto("/area-riservata/progetti/nuovo/")
    tab_to(page, "#id_title")
    page.keyboard.type("Orti urbani condivisi")
    page.keyboard.press("Enter")
    page.wait_for_url("**/progetto/")
    tab_to(page, "#id_summary")
    page.keyboard.type("Orti comuni curati dai cittadini.")
    tab_to(page, "input[name=kind]")
    page.keyboard.press("Space")
    tab_to(page, "input[name=stage]")
    page.keyboard.press("Space")
    tab_to(page, "#id_need")
    page.keyboard.type("Mancano spazi verdi.")
    tab_to(page, "#form .form-actions .btn-primary")
    page.keyboard.press("Enter")
    page.wait_for_url("**/territorio/")
    tab_to(page, "input[name=primary_area]")
    page.keyboard.press("Space")
    tab_to(page, "#form .form-actions .btn-primary")
    page.keyboard.press("Enter")
    page.wait_for_url("**/risorse/")
    tab_to(page, "#id_cost_unknown")
    page.keyboard.press("Space")
    for following in ("risultati", "documenti", "riepilogo"):
        tab_to(page, "#form .form-actions .btn-primary")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/{following}/")
    tab_to(page, "#id_declaration")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#receipt-title")
    assert Project.objects.get().status == "submitted"
