"""The officer's workbook: thirty projects at once, errors in their cells, twice changes nothing."""

import io
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from imports import annotated, template, workbook
from imports.models import Run
from municipalities.actions import body_of_municipality
from projects.models import Project
from tests import builders

pytestmark = pytest.mark.django_db
ROW = {
    "Titolo": "Luci",
    "Sintesi": "Nuovi lampioni",
    "Che cos’è": "Progetto",
    "A che punto è": "In corso",
    "A quale problema risponde": "Consumi alti",
    "Qual è l’area principale": "Energia",
    "Costo totale in euro": 185000.5,
}


@pytest.fixture
def country():
    return builders.piedmont()


@pytest.fixture
def officer(country):
    return builders.officer(country["ivrea"])


@pytest.fixture
def owner(officer, country):
    return body_of_municipality(country["ivrea"])


def filled(rows: list[dict], **groups: list[dict]) -> bytes:
    """The template with these rows, and those of the sheets named by `groups`."""
    book = load_workbook(io.BytesIO(template.template()))
    for title, lines in {"Progetti": rows, **groups}.items():
        sheet = book[title]
        names = {cell.value: cell.column for cell in sheet[1]}
        sheet.delete_rows(2)
        for number, line in enumerate(lines, 2):
            for name, value in line.items():
                sheet.cell(number, names[name]).value = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture
def load(tmp_path, officer):
    def load(content: bytes, *, name: str = "progetti.xlsx", **options) -> dict:
        path, out = tmp_path / name, StringIO()
        path.write_bytes(content)
        options = {"body": "E379", "by": officer.email, "json": True, "stdout": out, **options}
        call_command("import_projects", "workbook", path, **options)
        return json.loads(out.getvalue().splitlines()[-1])

    return load


def test_labels_of_a_sheet_are_unique():
    for fields in (workbook.columns(), *map(workbook.api_drafts.row_fields, workbook.sheets())):
        labels = [*workbook.labels_of(fields).values()]
        assert len(set(labels)) == len(labels)


def test_the_template_has_lists_and_its_example_is_not_a_project(load):
    book = load_workbook(io.BytesIO(template.template()))
    assert book["Progetti"].data_validations.dataValidation
    assert load(template.template())["rows"] == 0


def test_thirty_projects_become_drafts_with_their_rows(load, owner):
    rows = [{"Riferimento": f"P{n}", **ROW, "Titolo": f"Luci {n}"} for n in range(30)]
    funds = [{"Riferimento": "P3", "Fonte": "Comune", "Importo in euro": 1000}]
    content = filled(rows, **{"Fonti di finanziamento": funds})
    assert load(content)["created"] == 30
    assert not Project.objects.exists(), "a dry run"
    assert load(content, apply=True)["created"] == 30
    project = Project.objects.get(title="Luci 3")
    assert (project.stage, project.primary_area, str(project.total_cost)) == (
        "running",
        "energy",
        "185000.50",
    )
    assert (project.owner, project.funding_lines.get().amount) == (owner, 1000)
    counts = load(content, apply=True)
    assert (counts["unchanged"], Project.objects.count()) == (30, 30)


def test_a_changed_row_updates_its_draft_until_somebody_works_on_it(load):
    load(filled([{"Riferimento": "A", **ROW}]), apply=True)
    changed = filled([{"Riferimento": "A", **ROW, "Titolo": "Luci nuove"}])
    assert load(changed, apply=True)["updated"] == 1
    project = Project.objects.get()
    assert project.title == "Luci nuove"
    Project.objects.update(version=project.version + 1)
    assert load(filled([{"Riferimento": "A", **ROW}]), apply=True)["waiting"] == 1
    assert Project.objects.get().title == "Luci nuove"


def test_errors_come_back_in_their_cells_and_nothing_is_written(load, owner):
    wrong = {"Riferimento": "B", **ROW, "A che punto è": "Boh", "Costo totale in euro": "circa mille"}
    content = filled(
        [{"Riferimento": "A", **ROW}, wrong],
        Tappe=[{"Riferimento": "A", "Tappa": "Avvio", "Data": "32/2024"}, {"Riferimento": "Z", "Tappa": "?"}],
    )
    with pytest.raises(CommandError, match="non è stato scritto niente"):
        load(content, apply=True)
    assert not Project.objects.exists()
    drafts, errors = workbook.read(content)
    workbook.check(drafts, owner=owner)
    book = load_workbook(io.BytesIO(annotated.with_errors(content, drafts, errors)))
    sheet, stages = book["Progetti"], book["Tappe"]
    names = {cell.value: cell.column for cell in sheet[1]}
    for column in ("A che punto è", "Costo totale in euro"):
        cell = sheet.cell(3, names[column])
        assert cell.comment.text
        assert cell.fill.fgColor.rgb.endswith("FFC7CE")
    assert "Costo totale in euro" in sheet.cell(3, names["Errori"]).value
    assert stages.cell(2, 3).comment.text
    assert "nessun progetto" in stages.cell(3, 1).comment.text
    # Mended, the same file is accepted.
    again = annotated.with_errors(content, drafts, errors)
    assert [draft.reference for draft in workbook.read(again)[0]] == ["A", "B"]


def test_the_right_rows_alone_on_request(load):
    content = filled([{"Riferimento": "A", **ROW}, {"Riferimento": "B", **ROW, "Titolo": ""}])
    counts = load(content, apply=True, partial=True)
    assert (counts["created"], counts["refused"]) == (1, 1)
    assert Run.objects.get().lines.get(outcome="refused").reason.startswith("Titolo: ")


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "Riferimento;Titolo;Costo totale in euro\nA;Città;1.250,50\n"),
        ("utf-8", "title,total_cost\nCittà,1250\n"),
    ],
)
def test_csv_of_an_italian_spreadsheet_and_of_a_program(load, encoding, text):
    assert load(text.encode(encoding), name="a.csv", apply=True)["created"] == 1
    assert Project.objects.get().title == "Città"


def test_csv_comes_back_with_a_column_of_errors(owner):
    content = b"Titolo;A che punto \xe8\nLuci;Boh\n"
    drafts, errors = workbook.read(content)
    workbook.check(drafts, owner=owner)
    lines = annotated.with_errors(content, drafts, errors).decode("utf-8-sig").splitlines()
    assert lines[0].endswith("Errori")
    assert "A che punto è" in lines[1]


def test_two_rows_of_one_title_need_a_reference(load):
    with pytest.raises(CommandError, match="errori"):
        load(filled([ROW, ROW]), apply=True)


def test_an_unknown_column_is_told_and_a_broken_file_too(load):
    with pytest.raises(CommandError, match="errori"):
        load(b"Titolo;Colore\nLuci;rosso\n", name="a.csv", apply=True)
    with pytest.raises(CommandError, match="non si apre"):
        load(b"PK\x03\x04broken", apply=True)
