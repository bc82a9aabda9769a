"""/api/v1/projects?format=…: exactly the filtered view, whole, as a file."""

import csv
import io
import json

import openpyxl
import pyarrow.parquet as pq
import pytest

from api.throttles import DownloadRate


@pytest.fixture
def file(client, publish):
    publish(title="Luci")
    publish("ivrea", title="Bici", primary_area="mobility", total_cost=500)

    def run(query: str, **headers):
        answer = client.get(f"/api/v1/projects?{query}", headers=headers)
        return answer, b"".join(answer.streaming_content) if answer.streaming else answer.content

    return run


def titles_of(suffix: str, content: bytes) -> list[str]:
    if suffix == "csv":
        return [row["title"] for row in csv.DictReader(io.StringIO(content.decode()))]
    if suffix == "jsonl":
        return [json.loads(line)["title"] for line in content.splitlines()]
    if suffix == "geojson":
        return [feature["properties"]["title"] for feature in json.loads(content)["features"]]
    if suffix == "parquet":
        return pq.read_table(io.BytesIO(content))["title"].to_pylist()
    sheet = openpyxl.load_workbook(io.BytesIO(content))["projects"]
    place = [cell.value for cell in sheet[1]].index("title")
    return [row[place] for row in sheet.iter_rows(min_row=2, values_only=True)]


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "geojson", "parquet", "xlsx"])
def test_file_is_the_view_in_its_order(file, suffix):
    answer, content = file(f"format={suffix}&sort=cost")
    assert titles_of(suffix, content) == ["Bici", "Luci"]
    assert answer["Content-Disposition"] == f'attachment; filename="progetti.{suffix}"'
    assert titles_of(suffix, file(f"format={suffix}&area=mobility")[1]) == ["Bici"]
    assert titles_of(suffix, file(f"format={suffix}&q=nessuno")[1]) == []


def test_json_stays_a_page(file):
    answer, content = file("format=json&limit=1")
    assert (answer["Content-Type"], json.loads(content)["count"]) == ("application/json", 2)


def test_fields_choose_columns(file):
    _answer, content = file("format=csv&fields=title,code&sort=title")
    assert content.decode().splitlines()[0] == "title,code"
    _answer, content = file("format=geojson&fields=title")
    assert json.loads(content)["features"][0]["properties"].keys() == {"title"}


def test_same_file_is_not_sent_twice(file):
    answer, _content = file("format=csv")
    again, content = file("format=csv", **{"if-none-match": answer["ETag"]})
    assert (again.status_code, content, again["Access-Control-Allow-Origin"]) == (304, b"", "*")


def test_view_larger_than_a_sheet_comes_whole(file, monkeypatch):
    monkeypatch.setattr("lib.tables.writers.XLSX_ROWS", 1)
    answer, content = file("format=xlsx&sort=cost&fields=title")
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["projects", "projects 2", "columns"]
    titles = [book[name]["A2"].value for name in book.sheetnames[:2]]
    assert titles == ["Bici", "Luci"]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [("format=pdf", "format"), ("format=csv&fields=segreto", "fields"), ("format=csv&limit=5", "limit")],
)
def test_what_cannot_be_written_is_refused(file, query, parameter):
    answer, content = file(query)
    assert answer.status_code == 422
    assert json.loads(content)["errors"][0]["parameter"] == parameter


def test_files_have_a_rate_of_their_own(file, monkeypatch):
    monkeypatch.setattr(DownloadRate, "limit", 1)
    assert file("format=csv")[0].status_code == 200
    answer, _content = file("format=csv")
    assert (answer.status_code, answer["X-RateLimit-Limit"]) == (429, "1")
    assert file("limit=1")[0].status_code == 200


def test_a_workbook_for_people_has_labels_widths_a_filter_and_no_empty_column(file, client):
    answer = client.get("/progetti/?area=energia&formato=xlsx")
    assert answer.status_code == 302
    assert answer["Location"] == "/api/v1/projects?area=energy&format=xlsx&labels=it"
    _answer, content = file("area=energy&format=xlsx&labels=it")
    sheet = openpyxl.load_workbook(io.BytesIO(content))["projects"]
    head, row = ([cell.value for cell in line] for line in sheet.iter_rows(max_row=2))
    values = dict(zip(head, row, strict=True))
    assert (values["Titolo"], values["Tipo di ente titolare"], values["Regione"]) == (
        "Luci",
        "Comune",
        "Piemonte",
    )
    assert sheet.auto_filter.ref.startswith("A1:")
    assert sheet.freeze_panes == "A2"
    hidden = {
        name
        for letter, dim in sheet.column_dimensions.items()
        if dim.hidden
        for name in [sheet[f"{letter}1"].value]
    }
    assert "Acronimo" in hidden
    assert "Titolo" not in hidden
    assert sheet.column_dimensions["A"].width > 9


def test_labels_leave_no_code(file, publish):
    publish(
        title="Scuole",
        target_groups=["schools"],
        sdgs=[7],
        platforms=["spid"],
        other_areas=["mobility"],
        cost_is_estimate=True,
    )
    for language, told in (
        ("it", ["Scuole", "7 Energia pulita e accessibile", "SPID", "Comune", "Piemonte", "sì", "In corso"]),
        ("en", ["Schools", "7 Affordable and clean energy", "SPID", "Municipality", "Piemonte", "yes"]),
    ):
        _answer, content = file(f"q=Scuole&format=csv&labels={language}")
        (row,) = csv.DictReader(io.StringIO(content.decode()))
        values = {part for value in row.values() for part in value.split("|")}
        assert set(told) <= values
        raw = {
            "municipality",
            "schools",
            "true",
            "false",
            "01",
            "mobility",
            "energy",
            "running",
            "spid",
            "entered",
        }
        assert not raw & values
