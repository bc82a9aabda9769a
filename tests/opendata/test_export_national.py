"""The national export: what is in it, that the same state gives the same bytes, and that nothing leaks."""

import csv
import hashlib
import json
import re
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command
from jsonschema import Draft202012Validator

from accounts.models import User
from cards.models import Edition
from municipalities.models import Territory
from opendata.columns import TABLES
from opendata.snapshot import Snapshot
from projects import publishing
from projects.models import Project
from tests import builders
from tests.opendata.conftest import sums

FUNDING = [
    {"source": "eu", "programme": "=HYPERLINK(1)", "amount": Decimal("1000.5")},
    {"source": "state", "amount": None},
]
DOCUMENT = {"type": "manual", "title": "Manuale", "url": "https://example.org/m.pdf", "licence": "CC BY 4.0"}


def rows(path: Path) -> list[dict]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def full(publish):
    """Two projects of two municipalities, one with money, a document and a partner municipality."""
    publish("ivrea", title="Bici", primary_area="mobility", total_cost=None, cost_unknown=True)
    card = publish(
        title="Luci",
        end_planned="2022-06",
        latitude=Decimal("45.07"),
        longitude=Decimal("7.68"),
        rows={"funding_lines": FUNDING, "documents": [DOCUMENT]},
    )
    return card


def test_every_table_in_every_format(export, full):
    out = export()
    names = {path.name for path in out.iterdir()}
    tables = {table.name for table in TABLES}
    assert tables == {"projects", "cities", "areas", "replicability", "adoptions", "funding", "documents"}
    formats = {f"{table}.{suffix}" for table in tables for suffix in ("csv", "jsonl", "parquet")}
    assert names == formats | {
        "projects.geojson",
        "cities.geojson",
        "osservatorio.xlsx",
        "datapackage.json",
        "SHA256SUMS",
    }
    assert "projects: 2" in export.printed
    assert "cities: 5" in export.printed
    assert "replicability: 0" in export.printed


def test_project_sheet(export, full):
    sheets = {row["title"]: row for row in rows(export() / "projects.csv")}
    luci = sheets["Luci"]
    assert (luci["municipality_code"], luci["municipality_istat_code"], luci["province_code"]) == (
        "L219",
        "001272",
        "TO",
    )
    assert (luci["total_cost"], luci["latitude"], luci["cost_is_estimate"]) == (
        "14000000.00",
        "45.07000",
        "false",
    )
    assert (luci["end_planned"], luci["published_at"]) == ("2022-06", "2024-05-01T12:00:00Z")
    assert sheets["Bici"]["total_cost"] == ""
    assert list(sheets) == [row["title"] for row in sorted(sheets.values(), key=lambda row: row["code"])]


def test_city_sheet(export, publish, full, municipalities):
    publish("alice", title="Scuola", other_areas=[])
    cities = {row["code"]: row for row in rows(export() / "cities.csv")}
    assert list(cities) == ["E379", "H753", "H754", "L219", "M405"]
    torino = cities["L219"]
    assert (torino["projects"], torino["projects_led"]) == ("1", "1")
    own = ("projects_own", "projects_own_with_cost", "total_cost_own")
    assert [torino[name] for name in own] == ["1", "1", "14000000.00"]
    assert (torino["area_energy"], torino["area_mobility"], torino["stage_running"]) == ("1", "0", "1")
    assert cities["M405"]["projects"] == "1"
    assert (cities["H754"]["projects"], cities["H754"]["total_cost_own"]) == ("0", "")


def test_funding_and_documents(export, full):
    out = export()
    assert rows(out / "funding.csv") == [
        {
            "project_code": full.code,
            "line": "1",
            "source": "eu",
            "programme": "'=HYPERLINK(1)",
            "amount": "1000.50",
        },
        {"project_code": full.code, "line": "2", "source": "state", "programme": "", "amount": ""},
    ]
    document = rows(out / "documents.csv")[0]
    assert (document["project_code"], document["type"], document["url"]) == (
        full.code,
        "manual",
        DOCUMENT["url"],
    )


def test_areas_have_totals(export, full):
    areas = {row["key"]: (row["projects"], row["total_cost"]) for row in rows(export() / "areas.csv")}
    assert areas["energy"] == ("1", "14000000.00")
    assert areas["mobility"] == ("1", "")
    assert len(areas) == 8


def test_replicability_has_columns_and_no_rows(export, full):
    lines = (export() / "replicability.csv").read_bytes().split(b"\r\n")
    assert lines[0].startswith(b"project_code,rater,assessed_on,score,")
    assert lines[1:] == [b""]


def test_same_state_gives_the_same_bytes(export, full, tmp_path):
    first = export("first", zip=tmp_path / "first.zip")
    second = export("second", zip=tmp_path / "second.zip")
    assert sums(first) == sums(second)
    assert (tmp_path / "first.zip").read_bytes() == (tmp_path / "second.zip").read_bytes()


def test_another_state_gives_other_bytes(export, full, publish):
    first = sums(export("first"))
    publish("samone", title="Nuovo")
    second = sums(export("second"))
    assert first["projects.csv"] != second["projects.csv"]
    assert first["funding.csv"] == second["funding.csv"]


def test_checksums_are_of_the_files(export, full):
    out = export()
    told = dict(reversed(line.split("  ")) for line in (out / "SHA256SUMS").read_text().splitlines())
    assert told == {name: digest for name, digest in sums(out).items() if name != "SHA256SUMS"}


def test_package_describes_the_files(export, full):
    out = export()
    package = json.loads((out / "datapackage.json").read_text())
    assert "created" not in package
    listed = {resource["path"]: resource for resource in package["resources"]}
    digests = sums(out)
    assert set(listed) == set(digests) - {"SHA256SUMS", "datapackage.json"}
    for name, resource in listed.items():
        assert resource["hash"] == f"sha256:{digests[name]}"
        assert resource["bytes"] == (out / name).stat().st_size


READERS = {
    "string": str,
    "integer": int,
    "number": Decimal,
    "boolean": {"true": True, "false": False}.__getitem__,
    "list": lambda text: text.split("|"),
    "date": date.fromisoformat,
    "datetime": lambda text: datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ"),
}


def test_csv_files_are_as_their_schema_says(export, full):
    out = export()
    tabular = [r for r in json.loads((out / "datapackage.json").read_text())["resources"] if "schema" in r]
    assert len(tabular) == 7
    for resource in tabular:
        found = rows(out / resource["path"])
        fields = {field["name"]: field for field in resource["schema"]["fields"]}
        assert len(found) == resource["rows"]
        keys = [tuple(row[name] for name in resource["schema"]["primaryKey"]) for row in found]
        assert len(set(keys)) == len(keys)
        for row in found:
            assert list(row) == list(fields)
            for name, text in row.items():
                check_cell(fields[name], text)


def check_cell(field: dict, text: str) -> None:
    constraints = field.get("constraints", {})
    if not text:
        assert not constraints.get("required"), field["name"]
        return
    READERS[field["type"]](text)
    assert text in constraints.get("enum", [text])
    assert re.match(constraints.get("pattern", ""), text)


def test_every_column_is_named_in_two_languages(export, full):
    package = json.loads((export() / "datapackage.json").read_text())
    for resource in package["resources"]:
        for field in resource.get("schema", {}).get("fields", []):
            assert field["titles"]["it"] and field["titles"]["en"]
    schema = {"type": "object", "required": ["name", "licenses", "resources", "titles"]}
    assert list(Draft202012Validator(schema).iter_errors(package)) == []


def test_foreign_keys_hold(export, full):
    out = export()
    for resource in json.loads((out / "datapackage.json").read_text())["resources"]:
        for key in resource.get("schema", {}).get("foreignKeys", []):
            parents = {
                row[key["reference"]["fields"][0]]
                for row in rows(out / f"{key['reference']['resource']}.csv")
            }
            children = {row[key["fields"][0]] for row in rows(out / resource["path"])}
            assert children - {""} <= parents


def test_csv_is_rfc_4180(export, publish):
    publish(title='Luci, "belle"', need="prima\nseconda")
    raw = (export() / "projects.csv").read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert raw.endswith(b"\r\n")
    assert b'"Luci, ""belle"""' in raw
    assert rows(export("again") / "projects.csv")[0]["need"] == "prima\nseconda"


def test_formulas_are_neutralised(export, publish):
    publish(title="=1+1", acronym="@x", technologies=["-led"], place_name="+39", need="＝A1")
    out = export()
    row = rows(out / "projects.csv")[0]
    assert (row["title"], row["acronym"], row["technologies"]) == ("'=1+1", "'@x", "'-led")
    assert (row["place_name"], row["need"]) == ("'+39", "'＝A1")
    sheet = openpyxl.load_workbook(out / "osservatorio.xlsx")["projects"]
    cells = {sheet.cell(1, c.column).value: c for c in sheet[2]}
    assert (cells["title"].value, cells["title"].data_type) == ("=1+1", "s")
    assert json.loads((out / "projects.jsonl").read_text())["title"] == "=1+1"


def test_formats_agree(export, full):
    out = export()
    lines = [json.loads(line) for line in (out / "projects.jsonl").read_text().splitlines()]
    parquet = pq.read_table(out / "projects.parquet").to_pylist()
    sheet = openpyxl.load_workbook(out / "osservatorio.xlsx")["projects"]
    header = [cell.value for cell in sheet[1]]
    workbook = [dict(zip(header, row, strict=True)) for row in sheet.iter_rows(min_row=2, values_only=True)]
    for number, row in enumerate(rows(out / "projects.csv")):
        for name in ("code", "title", "stage", "municipality_code"):
            assert {lines[number][name], parquet[number][name], workbook[number][name]} == {row[name]}
    luci = next(line for line in lines if line["title"] == "Luci")
    assert (luci["total_cost"], luci["technologies"]) == (14_000_000.0, ["led"])
    assert {row["total_cost"] for row in parquet} == {None, Decimal("14000000.00")}


def test_workbook_goes_on_in_other_sheets(export, publish, monkeypatch):
    """No row is lost where a sheet is full; here after two rows instead of a million."""
    monkeypatch.setattr("lib.tables.writers.XLSX_ROWS", 2)
    for number in range(5):
        publish(title=f"Progetto {number}")
    out = export()
    book = openpyxl.load_workbook(out / "osservatorio.xlsx")
    sheets = [name for name in book.sheetnames if name.startswith("projects")]
    assert sheets == ["projects", "projects 2", "projects 3"]
    assert [book[name].max_row for name in sheets] == [3, 3, 2]
    header = [cell.value for cell in book["projects"][1]]
    assert all([cell.value for cell in book[name][1]] == header for name in sheets)
    place = header.index("code")
    codes = [row[place] for name in sheets for row in book[name].iter_rows(min_row=2, values_only=True)]
    assert codes == [row["code"] for row in rows(out / "projects.csv")]
    assert "continua nei fogli numerati" in list(book["columns"].values)[-1][0]


def test_workbook_that_fits_has_a_sheet_a_table(export, full):
    book = openpyxl.load_workbook(export() / "osservatorio.xlsx")
    assert book.sheetnames == [*(table.name for table in TABLES), "columns"]
    assert list(book["columns"].values)[-1][0] == "documents"


def test_geojson_has_a_feature_a_project(export, full):
    collection = json.loads((export() / "projects.geojson").read_text())
    places = {f["properties"]["title"]: f["geometry"] for f in collection["features"]}
    assert places == {"Luci": {"type": "Point", "coordinates": [7.68, 45.07]}, "Bici": None}


def test_no_person_and_no_draft_appears(export, full, municipalities):
    project = builders.draft(
        User.objects.get(email="torino@example.org"), municipalities["torino"], title="CANARINO"
    )
    Project.objects.filter(pk=full.record_id).update(title="CANARINO", contact_email="capo@example.org")
    out = export()
    emails = [user.email.encode() for user in User.objects.all()]
    workbook = openpyxl.load_workbook(out / "osservatorio.xlsx")
    cells = "".join(
        str(cell) for sheet in workbook for row in sheet.iter_rows(values_only=True) for cell in row
    )
    for content in [path.read_bytes() for path in out.iterdir()] + [cells.encode()]:
        assert not [email for email in [*emails, b"capo@example.org", b"CANARINO"] if email in content]
        assert project.code.encode() not in content


def test_public_office_email_stays_on_the_card(export, publish):
    publish(contact_email="ufficio@example.org", contact_is_public=True)
    for path in export().iterdir():
        assert b"ufficio@example.org" not in path.read_bytes()


@pytest.fixture
def history(publish):
    """Published on 1 May 2024, again on 1 March 2025, withdrawn on 1 June 2025."""
    card = publish(title="Prima", on="2024-05-01")
    project = builders.project_of(card)
    project.title = "Seconda"
    project.save()
    second = publishing.issue_project(project, by=None)
    Edition.objects.filter(pk=second.pk).update(published_at=datetime(2025, 3, 1, 9, tzinfo=UTC))
    publishing.withdraw(second, by=builders.reviewer("altra@example.org"), reason="Errore")
    Edition.objects.filter(pk=second.pk).update(withdrawn_at=datetime(2025, 6, 1, 9, tzinfo=UTC))


@pytest.mark.parametrize(
    ("day", "titles"),
    [
        (date(2024, 4, 30), []),
        (date(2024, 5, 1), ["Prima"]),
        (date(2025, 2, 28), ["Prima"]),
        (date(2025, 3, 1), ["Seconda"]),
        (date(2025, 5, 31), ["Seconda"]),
        (date(2025, 6, 1), []),
        (None, []),
    ],
)
def test_edition_in_force_on_a_day(history, day, titles):
    assert [document["title"] for document in Snapshot(day).documents()] == titles


def test_cities_are_those_of_the_day(export, municipalities):
    before = [row["code"] for row in rows(export("before", on=date(2018, 12, 31)) / "cities.csv")]
    after = [row["code"] for row in rows(export("after", on=date(2019, 1, 1)) / "cities.csv")]
    assert (before, after) == (
        ["A199", "E379", "H753", "H754", "L219"],
        ["E379", "H753", "H754", "L219", "M405"],
    )
    package = json.loads((export("again", on=date(2018, 12, 31)) / "datapackage.json").read_text())
    assert package["reference_date"] == "2018-12-31"


def test_project_follows_its_municipality_of_the_day(publish):
    publish("alice", title="Scuola", on="2018-05-01")
    codes = [
        [d["municipality"]["code"] for d in Snapshot(day).documents()] for day in (date(2018, 6, 1), None)
    ]
    assert codes == [["A199"], ["M405"]]


def test_foreign_folder_is_refused(export, municipalities, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "tesi.txt").write_text("mia")
    with pytest.raises(CommandError, match="non è un’esportazione"):
        export()
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["tesi.txt"]


def test_stray_file_in_an_export_is_not_lost(export, municipalities):
    (export() / "note.txt").write_text("mie")
    with pytest.raises(CommandError):
        export()


def test_file_as_folder_is_refused(export, municipalities, tmp_path):
    (tmp_path / "out").write_text("x")
    with pytest.raises(CommandError):
        export()


def test_earlier_export_is_replaced(export, full, publish, tmp_path):
    before = sums(export())
    publish("samone", title="Nuovo")
    assert sums(export())["projects.csv"] != before["projects.csv"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_failure_leaves_the_earlier_export(export, full, monkeypatch, tmp_path):
    before = sums(export())
    monkeypatch.setattr("opendata.export.describe", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        export()
    assert sums(tmp_path / "out") == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize(
    ("archive", "told"),
    [
        ("out/a.zip", "nella cartella dell’esportazione"),
        ("out", "nella cartella dell’esportazione"),
        (".", "è una cartella"),
        ("altra", "è una cartella"),
        ("tesi.odt", "non è un archivio"),
    ],
)
def test_archive_in_a_wrong_place_is_refused(export, municipalities, tmp_path, archive, told):
    (tmp_path / "altra").mkdir()
    (tmp_path / "tesi.odt").write_text("mia")
    with pytest.raises(CommandError, match=told):
        export(zip=tmp_path / archive)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["altra", "tesi.odt"]
    assert (tmp_path / "tesi.odt").read_text() == "mia"


def test_archive_holds_the_files_of_the_folder_and_is_renewed(export, full, publish, tmp_path):
    for _again in range(2):
        out = export(zip=tmp_path / "nazionale.zip")
        with zipfile.ZipFile(tmp_path / "nazionale.zip") as archive:
            found = {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}
        assert found == sums(out)
        publish(title="Nuovo")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--zip", "a.zip"], "Indica la cartella con --out"),
        (["--out", "out", "--on", "ieri"], "serve una data"),
        (["--out", "out", "--on", "2999-01-01"], "è un giorno futuro"),
    ],
)
def test_words_that_do_not_go_together_are_refused(db, tmp_path, monkeypatch, words, told):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CommandError, match=told):
        call_command("export_national", *words)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("cards", [1, 3])
def test_queries_do_not_grow_with_the_cards(publish, django_assert_num_queries, cards):
    for number in range(cards):
        publish(title=f"Progetto {number}")
    # ids, cities, changes; the cards for each of five tables; parts of programmes for two of them; which were
    # assessed; whether any was adopted
    with django_assert_num_queries(12):
        snapshot = Snapshot()
        for table in TABLES:
            list(snapshot.rows(table.name))


def test_rows_stay_those_of_the_start(publish):
    card = publish(title="Prima")
    snapshot = Snapshot()
    project = builders.project_of(card)
    project.title = "Seconda"
    project.save()
    publishing.issue_project(builders.project_of(card), by=None)
    assert [document["title"] for document in snapshot.documents()] == ["Prima"]


def test_code_that_nobody_knows_is_kept(publish):
    publish(title="Luci")
    snapshot = Snapshot()
    snapshot.cities.clear()
    assert next(snapshot.documents())["municipality"] == {"code": "L219"}
    assert Territory.objects.filter(code="L219").exists()
