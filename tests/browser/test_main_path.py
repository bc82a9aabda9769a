"""The main path as people walk it: adhesion, account, six steps, review, publication, and what follows."""

import json
import re

import pytest
from django.core import mail
from django.core.management import call_command

from cards.models import Edition
from projects.models import Project
from protocols.models import Protocol
from tests import builders
from tests.browser.conftest import DESKTOP, MOBILE
from tests.browser.steps import press, sign_in

PASSWORD = "passo-dopo-passo-2026"


@pytest.fixture
def country(transactional_db):
    municipalities = builders.piedmont()
    builders.reviewer()
    Protocol.objects.create(
        slug="torino",
        title="Smart city metropolitana",
        summary="Un accordo di prova.",
        promoter="Città di Torino",
        admitted_kinds=["municipality", "company"],
        published_at="2026-01-01T00:00:00Z",
    )
    return municipalities


def link_of(message) -> str:
    """The path in a message: the portal's address is the live server's here."""
    return re.search(r"https?://[^/\s]+(/\S+)", message.body)[1]


class Walk:
    """A person at a browser, whose every page is checked."""

    def __init__(self, page, check_accessibility):
        self.page, self.check = page, check_accessibility

    def go(self, path: str):
        self.page.goto(path)
        self.check(self.page)

    def press(self, name: str, **options):
        press(self.page, name, **options)
        self.check(self.page)

    def fill(self, label: str, text: str):
        self.page.get_by_label(label).first.fill(text)

    def sees(self, text: str):
        body = self.page.locator("main").inner_text()
        assert text in body, f"«{text}» not on {self.page.url}:\n{body[:1500]}"


def test_from_adhesion_to_export(country, open_page, check_accessibility, tmp_path):
    office = Walk(open_page(viewport=DESKTOP), check_accessibility)
    desk = Walk(open_page(viewport=MOBILE), check_accessibility)
    ask_to_adhere(office)
    accept(desk)
    open_account(office)
    write_draft(office)
    send(office)
    ask_for_changes(desk)
    answer_and_resend(office)
    publish(desk)
    check_public(office, tmp_path)
    revise(office, desk)


def ask_to_adhere(office):
    office.go("/protocolli/")
    office.page.get_by_role("link", name="Smart city metropolitana").click()
    office.page.get_by_role("link", name="Chiedi di aderire").click()
    office.press("Invia la richiesta")
    office.sees("Ci sono")
    office.sees("Scegli il tipo di ente")
    office.page.get_by_label("Comune", exact=True).first.check()
    office.page.locator("#id_municipality").fill("Ivrea")
    office.page.locator("#id_office").fill("Ufficio innovazione")
    office.page.locator("#id_officer_name").fill("Referente di prova")
    office.page.locator("#id_email").fill("innovazione@example.org")
    office.press("Invia la richiesta")
    office.sees("Controlla la posta")
    office.go(link_of(mail.outbox[-1]))
    office.press("Conferma")
    office.sees("Indirizzo confermato")


def accept(desk):
    sign_in(desk.page, "redazione@example.org")
    desk.sees("Da esaminare")
    desk.go("/redazione/adesioni/")
    with desk.page.expect_navigation():
        desk.page.get_by_role("link", name="Esamina Comune di Ivrea").click()
    desk.check(desk.page)
    desk.press("Accogli l’adesione")
    desk.sees("Adesione accolta")


def open_account(office):
    office.go(link_of(mail.outbox[-1]))
    office.page.locator("#id_password1").fill(PASSWORD)
    office.page.locator("#id_password2").fill(PASSWORD)
    with office.page.expect_navigation():
        office.page.locator("main form button[type=submit]").click()
    office.go("/area-riservata/")
    office.sees("Non hai ancora progetti")


def write_draft(office):
    page = office.page
    office.go("/area-riservata/progetti/nuovo/")
    office.press("Crea la bozza")
    office.sees("Scrivi il titolo del progetto")
    page.locator("#id_title").fill("Sensori di qualità dell’aria nelle scuole")
    office.press("Crea la bozza")
    office.sees("Passo 1 di 6")
    page.locator("#id_summary").fill("Centraline nelle scuole per conoscere l’aria che respirano gli alunni.")
    page.get_by_label("Progetto", exact=True).check()
    page.get_by_label("In corso", exact=True).check()
    page.locator("#id_need").fill("Non si sa quale aria respirano gli alunni.")
    office.press("Salva e continua")
    office.sees("Passo 2 di 6")
    page.locator("#id_start_planned").fill("2025")
    page.locator("#id_end_planned").fill("2023")
    page.get_by_label("Ambiente").first.check()
    office.press("Salva e continua")
    office.sees("La data di fine deve essere successiva alla data di inizio")
    page.locator("#id_end_planned").fill("31/12/2027")
    office.press("Salva e continua")
    office.sees("Passo 3 di 6")
    page.locator("#id_total_cost").fill("molto")
    office.press("Salva e continua")
    office.sees("Scrivi l’importo in euro, per esempio 1.250.000")
    page.locator("#id_total_cost").fill("125.000,50")
    page.locator("#id_cup_codes").fill("c19i21000130001")
    page.locator("#id_partners-0-name").fill("Politecnico di Torino")
    page.locator("#id_partners-0-role").select_option("research")
    page.locator("#id_funding-0-source").select_option("eu")
    page.locator("#id_funding-0-amount").fill("100.000")
    office.press("Salva e continua")
    office.sees("Passo 4 di 6")
    page.locator("#id_technologies").fill("Sensori, open data")
    page.locator("#id_indicators-0-name").fill("Scuole con centralina")
    page.locator("#id_indicators-0-value").fill("12,5")
    office.press("Salva e continua")
    office.sees("Passo 5 di 6")
    page.locator("#id_contact_office").fill("Ufficio innovazione")
    office.press("Salva e continua")
    office.sees("Passo 6 di 6")


def send(office):
    office.sees("Politecnico di Torino")
    code = Project.objects.get().code
    office.go(f"/area-riservata/progetti/{code}/anteprima/")
    office.sees("Anteprima")
    office.sees("Non si sa quale aria respirano gli alunni.")
    office.go(f"/area-riservata/progetti/{code}/riepilogo/")
    office.press("Invia alla redazione")
    office.sees("Conferma la dichiarazione per inviare la scheda")
    office.page.locator("#id_declaration").check()
    office.press("Invia alla redazione")
    office.sees(f"{code}/1")
    assert f"{code}/1" in mail.outbox[-1].body


def ask_for_changes(desk):
    code = Project.objects.get().code
    desk.go("/redazione/")
    desk.sees("Sensori di qualità dell’aria")
    desk.go(f"/redazione/schede/{code}/")
    desk.press("Prendi in carico")
    desk.page.locator("summary", has_text="Commenta sintesi").first.click()
    desk.page.get_by_label(re.compile("Commento a «sintesi", re.IGNORECASE)).first.fill("Quante scuole?")
    desk.press("Chiedi integrazioni")
    desk.sees("Integrazioni richieste")


def answer_and_resend(office):
    code = Project.objects.get().code
    office.go(f"/area-riservata/progetti/{code}/")
    office.sees("Quante scuole?")
    office.page.get_by_label("La tua risposta").fill("Dodici, l’ho scritto nella sintesi.")
    office.press("Salva la risposta")
    office.go(f"/area-riservata/progetti/{code}/progetto/")
    office.page.locator("#id_summary").fill(
        "Centraline in dodici scuole per conoscere l’aria che respirano gli alunni."
    )
    office.press("Salva e continua")
    office.go(f"/area-riservata/progetti/{code}/riepilogo/")
    office.page.locator("#id_declaration").check()
    office.press("Invia alla redazione")
    office.sees(f"{code}/2")


def publish(desk):
    code = Project.objects.get().code
    desk.go(f"/redazione/schede/{code}/")
    desk.press("Prendi in carico")
    desk.press("Pubblica", exact=True)
    desk.sees("La scheda è pubblica: edizione 1")


def check_public(office, tmp_path):
    page, slug = office.page, Edition.objects.get().slug
    office.go(f"/progetti/{slug}/")
    office.sees("Centraline in dodici scuole")
    office.sees("Politecnico di Torino")
    for query in ("", "?area=ambiente", "?comune=ivrea", "?stato=running", "?q=qualita+aria"):
        office.go(f"/progetti/{query}")
        office.sees("Sensori di qualità dell’aria nelle scuole")
    office.go("/progetti/?area=energia")
    assert "Sensori di qualità" not in page.locator("main").inner_text()
    office.go("/citta/ivrea/")
    office.sees("Sensori di qualità dell’aria nelle scuole")
    found = page.request.get("/api/v1/projects?municipality=001125").json()
    assert [found["count"], found["results"][0]["slug"]] == [1, slug]
    assert (
        page.request.get(f"/api/v1/projects/{found['results'][0]['code']}").json()["total_cost"] == "125000.5"
    )
    assert "Sensori di qualità dell’aria" in page.request.get("/feed/progetti.atom").text()
    call_command("export_national", "--out", str(tmp_path / "export"))
    package = json.loads((tmp_path / "export" / "datapackage.json").read_text())
    sheet = next(r["path"] for r in package["resources"] if r["name"] == "projects")
    assert "Sensori di qualità dell’aria nelle scuole" in (tmp_path / "export" / sheet).read_text()


def revise(office, desk):
    project = Project.objects.get()
    office.go(f"/area-riservata/progetti/{project.code}/")
    office.press("Modifica la scheda")
    office.page.locator("#id_title").fill("Sensori dell’aria, seconda fase")
    office.press("Salva e continua")
    office.go(f"/progetti/{project.slug}/")
    office.sees("Sensori di qualità dell’aria nelle scuole")
    office.go(f"/area-riservata/progetti/{project.code}/riepilogo/")
    office.page.locator("#id_declaration").check()
    office.press("Invia alla redazione")
    desk.go(f"/redazione/schede/{project.code}/")
    desk.press("Prendi in carico")
    desk.sees("Sensori dell’aria, seconda fase")
    desk.press("Pubblica", exact=True)
    office.go(f"/progetti/{project.slug}/")
    office.sees("Sensori dell’aria, seconda fase")
    office.go(f"/progetti/{project.slug}/versioni/1/")
    office.sees("Sensori di qualità dell’aria nelle scuole")
    office.go(f"/progetti/{project.slug}/versioni/1/confronta/2/")
    office.sees("Sensori dell’aria, seconda fase")
