"""Pages of imports: what a city page and the public list tell, and the office's workbook from end to end."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from openpyxl import load_workbook

from imports.models import ImportedProject
from municipalities.actions import body_of_municipality
from projects.models import Project
from tests import builders
from tests.imports.test_national_files import HEADER, application
from tests.imports.test_workbook import ROW, filled

pytestmark = pytest.mark.django_db
NEW = reverse("officer:workbook")


@pytest.fixture
def country(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return builders.piedmont()


@pytest.fixture
def imported(country, tmp_path):
    path = tmp_path / "a_2026-08-12.csv"
    lines = [
        application(),
        application("C11F22000020006", state="R"),
        application("C11F22000030006", amount=""),
    ]
    path.write_text("\n".join([HEADER, *lines]) + "\n")
    call_command("import_projects", "padigitale2026", path, apply=True, stdout=io.StringIO())


def words(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_a_city_tells_what_national_files_say_with_day_and_coverage(client, imported):
    said = words(client.get("/citta/torino/"))
    assert "2 interventi finanziati in questo Comune, al 12 agosto 2026" in said
    assert "importo noto per 1 su 2" in said
    assert "Dai dati nazionali" not in words(client.get("/citta/ivrea/"))


def test_the_list_reads_municipalities_and_tells_what_it_cannot_read(client, imported):
    address = reverse("public:imported-list")
    assert "2 interventi." in words(client.get(address, {"comune": "Comune di Torino"}))
    assert "Nessun intervento" in words(client.get(address, {"comune": "Ivrea"}))
    assert "Non c’è un Comune" in words(client.get(address, {"comune": "Atlantide"}))
    assert "Un intervento." in words(client.get(address, {"q": "c11f2200001 0006"}))
    assert "funded" in words(client.get(f"/en{address}"))


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_the_list(client, country, tmp_path, count, django_assert_num_queries):
    path = tmp_path / "a_2026-08-12.csv"
    lines = [application(f"D11F2200{n:03}0006") for n in range(count)]
    path.write_text("\n".join([HEADER, *lines]) + "\n")
    call_command("import_projects", "padigitale2026", path, apply=True, stdout=io.StringIO())
    client.get("/")
    # version; sums, count, rows
    with django_assert_num_queries(4):
        client.get(reverse("public:imported-list"))


@pytest.fixture
def officer(client, country):
    user = builders.officer(country["ivrea"])
    client.force_login(user)
    return user


def send(client, content: bytes, name: str = "progetti.xlsx"):
    owner = re.search(r'name="owner" value="(\d+)"', client.get(NEW).content.decode())[1]
    return client.post(NEW, {"owner": owner, "file": SimpleUploadedFile(name, content)}, follow=True)


def test_an_office_sends_checks_and_confirms_a_workbook(client, officer):
    template = client.get(reverse("officer:workbook-template"))
    assert load_workbook(io.BytesIO(template.content))["Progetti"]["A1"].value == "Riferimento"
    answer = send(client, filled([{"Riferimento": f"P{n}", **ROW, "Titolo": f"Luci {n}"} for n in range(3)]))
    assert "Non è stato ancora scritto nulla" in words(answer)
    assert not Project.objects.exists()
    apply = re.search(r'action="([^"]+/conferma/)"', answer.content.decode())[1]
    assert "3 bozze scritte." in words(client.post(apply, follow=True))
    assert Project.objects.count() == 3
    assert "già stato importato" in words(client.post(apply, follow=True))
    assert Project.objects.count() == 3


def test_errors_stop_it_come_back_in_the_file_and_the_right_rows_go_on_request(client, officer):
    answer = send(client, filled([{"Riferimento": "A", **ROW}, {"Riferimento": "B", **ROW, "Titolo": ""}]))
    assert "Progetti, riga 3, Titolo: Scrivi il titolo del progetto" in words(answer)
    page = answer.content.decode()
    file = client.get(re.search(r'href="([^"]+/errori/)"', page)[1])
    assert 'filename="progetti-errori.xlsx"' in file["Content-Disposition"]
    assert load_workbook(io.BytesIO(file.content))["Progetti"].cell(3, 2).comment
    apply = re.search(r'action="([^"]+/conferma/)"', page)[1]
    assert "Ci sono errori" in words(client.post(apply, follow=True))
    assert not Project.objects.exists()
    assert "Una bozza scritta." in words(client.post(apply, {"partial": "on"}, follow=True))


@pytest.mark.parametrize(
    ("content", "words_of"),
    [(b"", "vuoto"), (b"PK\x03\x04x", "non si apre"), (b"Titolo\n", "nessun progetto")],
    ids=["empty", "broken", "header"],
)
def test_a_file_that_is_none_is_told_on_the_form(client, officer, content, words_of):
    answer = send(client, content)
    assert answer.status_code == 422
    assert words_of in words(answer)


def test_who_has_left_the_body_cannot_confirm_it(client, officer, country):
    address = send(client, filled([{"Riferimento": "A", **ROW}])).request["PATH_INFO"]
    officer.memberships.update(organisation=body_of_municipality(country["torino"]))
    assert client.get(address).status_code == 404
    assert client.post(f"{address}conferma/").status_code == 404
    assert not Project.objects.exists()


def test_others_cannot_see_or_confirm_it(client, officer, country):
    answer = send(client, filled([{"Riferimento": "A", **ROW}]))
    address = answer.request["PATH_INFO"]
    client.force_login(builders.officer(country["torino"], "altra@example.org"))
    assert client.get(address).status_code == 404
    assert client.post(f"{address}conferma/").status_code == 404
    client.logout()
    assert client.get(NEW).status_code == 302
    assert not ImportedProject.objects.exists()
