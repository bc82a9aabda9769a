"""Files taken by the admin: limits, expected columns in Italian words, validators of forms, no lock."""

import io
import time
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook

from accounts.models import User
from lib.tables.reader import MAX_BYTES, TableError, read_table
from municipalities.models import Organisation, Territory
from tests import builders

pytestmark = pytest.mark.django_db
BODIES = "/admin/municipalities/organisation/import/"


@pytest.fixture
def staff(client):
    client.force_login(User.objects.create_superuser("admin@example.org", "una-frase-lunga-e-sicura"))
    return client


def send(client, content: bytes, name="enti.csv", address=BODIES):
    return client.post(
        address, {"format": "0", "resource": "", "import_file": SimpleUploadedFile(name, content)}
    )


def confirm(client, response):
    form = response.context["confirm_form"]
    data = {name: form.initial.get(name, "") for name in form.fields}
    return client.post("/admin/municipalities/organisation/process_import/", data)


def table(delimiter: str, place: str) -> str:
    rows = (["slug", "kind", "name", "territory"], ["unione-ivrea", "union", "Unione d’Ivrea", place])
    return "".join(delimiter.join(row) + "\r\n" for row in rows)


def workbook(rows, *, last_row=0) -> bytes:
    book, into = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    if last_row:
        book.active.cell(last_row, 1).number_format = "0.00"
    book.save(into)
    return into.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        table(",", "Ivrea").encode(),
        table(";", "E379").encode("utf-8-sig"),
        table("\t", "Comune di Ivrea").encode("cp1252"),
        workbook([line.split(",") for line in table(",", "E379").splitlines()]),
    ],
    ids=["commas", "semicolons", "tabs-cp1252", "xlsx"],
)
def test_files_of_any_spreadsheet_are_taken(staff, content):
    builders.piedmont()
    response = send(staff, content)
    assert not Organisation.objects.filter(slug="unione-ivrea").exists()
    assert confirm(staff, response).status_code == 302
    body = Organisation.objects.get(slug="unione-ivrea")
    assert (body.kind, body.name, body.territory.code) == ("union", "Unione d’Ivrea", "E379")


@pytest.mark.parametrize(
    "content",
    [b"kind;nome\nunion;Unione\n", b"slug,kind,kind\na,union,union\n", b"denominazione\nUnione\n"],
)
def test_other_columns_are_named_and_nothing_is_taken(staff, content):
    before = Organisation.objects.count()
    page = send(staff, content).content.decode()
    assert "Le colonne non sono quelle attese, e non è stato preso niente." in page
    assert "Si possono usare: slug, kind, name, territory, ipa_code, tax_code, website." in page
    assert "Traceback" not in page
    assert "site-packages" not in page
    assert Organisation.objects.count() == before


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (b"a,union,Unione,,javascript:alert(1)", "URL"),
        (b"a,,,,", "Questo campo non può essere vuoto."),
        (b"a,sindacato,Unione,,", "sindacato"),
        (b"a,union,Unione,Samone,", "Samone"),
    ],
)
def test_rows_are_validated_as_in_the_form(staff, row, told):
    builders.piedmont()
    before = Organisation.objects.count()
    page = send(staff, b"slug,kind,name,territory,website\n" + row + b"\n").content.decode()
    assert told in page
    assert "confirm_form" not in page
    assert Organisation.objects.count() == before


def test_workbook_with_a_formatted_last_row_is_read_in_seconds():
    content = workbook([["slug", "name"], ["a", "Uno"]], last_row=1_048_576)
    start = time.monotonic()
    assert read_table(content).rows == [(2, ["a", "Uno"])]
    assert time.monotonic() - start < 60


def test_a_dry_run_writes_nothing(staff):
    builders.piedmont()
    with CaptureQueriesContext(connection) as queries:
        send(staff, b"slug,kind,name\nunione,union,Unione\n")
    written = [q["sql"] for q in queries if q["sql"].startswith(("INSERT", "UPDATE", "DELETE", "SAVEPOINT"))]
    assert [sql for sql in written if "municipalities" in sql] == []


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "vuoto"),
        (b"\n\n", "vuoto"),
        (b"PK\x03\x04niente", "non si apre"),
        (b"a,b\x00c\n1,2\n", "non è una tabella"),
        (b"a,b\n1,2,3\n", "riga 2"),
        (b'a,b\n"1,2\n', "riga 2"),
        (b"a\n" + b"1\n" * 100_001, "100000 righe"),
        (b"a" * (MAX_BYTES + 1), "20 MB"),
        (b"a\n" + b"x" * 100_001, "riga 2"),
        (b",".join([b"a"] * 301), "300 colonne"),
    ],
)
def test_what_is_no_table_is_refused_with_its_reason(content, told):
    with pytest.raises(TableError, match=told):
        read_table(content)


def test_archive_that_unpacks_to_much_is_refused():
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 301_000_000)
    with pytest.raises(TableError, match="troppo grande"):
        read_table(into.getvalue())


def test_new_territories_are_not_created(staff):
    builders.piedmont()
    before = Territory.objects.count()
    address = "/admin/municipalities/territory/import/"
    response = send(staff, b"level,code,population\nmunicipality,Z999,10\n", address=address)
    assert response.status_code == 200
    assert Territory.objects.count() == before
