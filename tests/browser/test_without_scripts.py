"""The whole submission with scripts off, and with the keyboard alone."""

import pytest
from playwright.sync_api import expect

from projects.models import Project
from tests import builders
from tests.browser.conftest import DESKTOP, MOBILE
from tests.browser.steps import press, sign_in, tab_to


@pytest.fixture
def office(transactional_db):
    return builders.officer(builders.piedmont()["torino"])


def test_project_is_sent_without_scripts_on_a_phone(office, open_page):
    page = open_page(viewport=MOBILE, java_script_enabled=False)
    sign_in(page, office.email)
    page.goto("/area-riservata/progetti/nuovo/")
    page.locator("#id_title").fill("Orti urbani condivisi")
    press(page, "Crea la bozza")
    page.locator("#id_summary").fill("Orti comuni curati dai cittadini.")
    page.get_by_label("Progetto", exact=True).check()
    page.get_by_label("Attivo", exact=True).check()
    page.locator("#id_need").fill("Mancano spazi verdi da curare insieme.")
    press(page, "Salva e continua")
    page.get_by_label("Ambiente").first.check()
    press(page, "Salva e continua")
    page.get_by_label("Il costo non è ancora disponibile").check()
    press(page, "Salva e continua")
    page.goto(f"/area-riservata/progetti/{Project.objects.get().code}/riepilogo/")
    page.locator("#id_declaration").check()
    press(page, "Invia alla redazione")
    expect(page.locator("main")).to_contain_text("Hai inviato la scheda")
    assert Project.objects.get().status == "submitted"


def test_first_step_with_the_keyboard_alone(office, open_page):
    page = open_page(viewport=DESKTOP)
    sign_in(page, office.email)
    page.goto("/area-riservata/progetti/nuovo/")
    tab_to(page, "#id_title")
    page.keyboard.type("Piazza senza barriere")
    tab_to(page, "main button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/progetto/")
    tab_to(page, "#id_summary")
    page.keyboard.type("Una piazza che tutti possono attraversare.")
    tab_to(page, "input[name=kind]")
    page.keyboard.press("Space")
    tab_to(page, "input[name=stage]")
    page.keyboard.press("ArrowDown")
    tab_to(page, "#id_need")
    page.keyboard.type("Le barriere fermano chi usa una carrozzina.")
    tab_to(page, "main form button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/territorio/")
    project = Project.objects.get()
    assert (project.kind, project.stage) == ("project", "planned")
    assert project.need == "Le barriere fermano chi usa una carrozzina."


def test_wrong_form_puts_the_focus_on_what_is_wrong(office, open_page):
    page = open_page(viewport=MOBILE)
    sign_in(page, office.email)
    page.goto("/area-riservata/progetti/nuovo/")
    press(page, "Crea la bozza")
    assert page.title().startswith("Errore: ")
    expect(page.locator("#error-summary")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#id_title")).to_be_focused()


def test_second_click_while_sending_is_one_project(office, open_page):
    page = open_page(viewport=MOBILE)
    sign_in(page, office.email)
    page.goto("/area-riservata/progetti/nuovo/")
    page.locator("#id_title").fill("Doppio clic")
    page.get_by_role("button", name="Crea la bozza").dblclick()
    page.wait_for_url("**/progetto/")
    assert Project.objects.count() == 1
