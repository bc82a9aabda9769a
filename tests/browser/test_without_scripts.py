"""The whole submission with scripts off, and with the keyboard alone."""

import pytest
from playwright.sync_api import expect

from projects.models import Project
from tests import builders

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def office(transactional_db):
    return builders.officer(builders.piedmont()["torino"])


def sign_in(page, user):
    page.goto("/accesso/")
    page.locator("input[name=login]").fill(user.email)
    page.locator("input[name=password]").fill(builders.PASSWORD)
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/area-riservata/")


def test_project_is_sent_without_scripts_on_a_phone(office, open_page):
    page = open_page(viewport=PHONE, java_script_enabled=False)
    sign_in(page, office)
    page.goto("/area-riservata/progetti/nuovo/")
    page.locator("#id_title").fill("Orti urbani condivisi")
    page.get_by_role("button", name="Crea la bozza").click()
    page.locator("#id_summary").fill("Orti comuni curati dai cittadini.")
    page.get_by_label("Progetto", exact=True).check()
    page.get_by_label("Attivo", exact=True).check()
    page.locator("#id_need").fill("Mancano spazi verdi da curare insieme.")
    page.get_by_role("button", name="Salva e continua").click()
    page.get_by_label("Ambiente").first.check()
    page.get_by_role("button", name="Salva e continua").click()
    page.get_by_label("Il costo non è ancora disponibile").check()
    page.get_by_role("button", name="Salva e continua").click()
    page.goto(f"/area-riservata/progetti/{Project.objects.get().code}/riepilogo/")
    page.locator("#id_declaration").check()
    page.get_by_role("button", name="Invia alla redazione").click()
    expect(page.locator("main")).to_contain_text("Hai inviato la scheda")
    assert Project.objects.get().status == "submitted"


def press_until(page, key: str, selector: str, limit: int = 80):
    """Move with the keyboard until the element has the focus."""
    for _step in range(limit):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{selector} is not reached with {key}")


def test_first_step_with_the_keyboard_alone(office, open_page):
    page = open_page(viewport={"width": 1366, "height": 900})
    sign_in(page, office)
    page.goto("/area-riservata/progetti/nuovo/")
    press_until(page, "Tab", "#id_title")
    page.keyboard.type("Piazza senza barriere")
    press_until(page, "Tab", "main button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/progetto/")
    press_until(page, "Tab", "#id_summary")
    page.keyboard.type("Una piazza che tutti possono attraversare.")
    press_until(page, "Tab", "input[name=kind]")
    page.keyboard.press("Space")
    press_until(page, "Tab", "input[name=stage]")
    page.keyboard.press("ArrowDown")
    press_until(page, "Tab", "#id_need")
    page.keyboard.type("Le barriere fermano chi usa una carrozzina.")
    press_until(page, "Tab", "main form button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/territorio/")
    project = Project.objects.get()
    assert (project.kind, project.stage) == ("project", "planned")
    assert project.need == "Le barriere fermano chi usa una carrozzina."


def test_wrong_form_puts_the_focus_on_what_is_wrong(office, open_page):
    page = open_page(viewport=PHONE)
    sign_in(page, office)
    page.goto("/area-riservata/progetti/nuovo/")
    page.get_by_role("button", name="Crea la bozza").click()
    page.wait_for_load_state()
    assert page.title().startswith("Errore: ")
    assert page.locator(":focus").get_attribute("id") == "error-summary"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator(":focus").get_attribute("id") == "id_title"


def test_second_click_while_sending_is_one_project(office, open_page):
    page = open_page(viewport=PHONE)
    sign_in(page, office)
    page.goto("/area-riservata/progetti/nuovo/")
    page.locator("#id_title").fill("Doppio clic")
    page.get_by_role("button", name="Crea la bozza").dblclick()
    page.wait_for_url("**/progetto/")
    assert Project.objects.count() == 1
