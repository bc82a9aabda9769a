"""National files: every row accounted for, twice changes nothing, an older file regresses nothing, undo."""

import gzip
import json
from datetime import date
from decimal import Decimal
from io import StringIO

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command

from imports import comparing, writing
from imports.models import ImportedProject, Row, Run
from tests import builders

pytestmark = pytest.mark.django_db
HEADER = (
    "codice_ipa,ente,tipologia_ente,comune,cod_comune,provincia,importo_finanziamento,avviso,"
    "data_invio_candidatura,data_finanziamento,codice_cup,stato_candidatura,data_stato_candidatura,misura"
)
CALL, MEASURE = "1.4.5 Notifiche Comuni (Settembre 2022)", "1.4.5 Digitalizzazione degli avvisi pubblici"


@pytest.fixture(autouse=True)
def country():
    return builders.piedmont()


def application(cup="C11F22000010006", place="001272", **changes) -> str:
    row = {
        "codice_ipa": "C_L219",
        "ente": "Comune di Torino",
        "kind": "Comuni",
        "comune": "Torino",
        "place": place,
        "provincia": "TO",
        "amount": "23147.0",
        "call": CALL,
        "sent": "2022-09-21T09:35:39.000+0000",
        "funded": "2023-01-03",
        "cup": cup,
        "state": "A",
        "state_on": "2023-01-03",
        "measure": MEASURE,
    } | changes
    return ",".join(f'"{value}"' for value in row.values())


@pytest.fixture
def load(tmp_path):
    """`load(name, lines, …)` runs the command and gives the counts of its last line."""

    def load(name: str, lines: list[str], *words: str, profile: str = "padigitale2026", **options) -> dict:
        path = tmp_path / name
        text = "\n".join([options.pop("header", HEADER), *lines]) + "\n"
        path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
        out = StringIO()
        call_command("import_projects", profile, path, *words, json=True, stdout=out, **options)
        load.said = out.getvalue()
        counts = json.loads(load.said.splitlines()[-1])
        assert [*counts] == ["rows", "created", "updated", "unchanged", "waiting", "refused"]
        assert counts["rows"] == sum(counts.values()) - counts["rows"]
        return counts

    return load


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("candidature_145_2024-02-29.csv.gz", date(2024, 2, 29)),
        ("padigitale2026_12_2023-03-04.csv", date(2023, 3, 4)),
        ("PNRR_Progetti_2023-01.csv", date(2023, 1, 1)),
        ("open_20240229.csv", date(2024, 2, 29)),
        ("avvisi2026.csv", None),
        ("a_2024-13-01.csv", None),
    ],
)
def test_the_day_of_a_file_is_read_in_its_name(name, day):
    assert comparing.reference_date_of(name) == day


def test_a_dry_run_writes_nothing(load):
    assert load("a_2024-02-29.csv", [application()])["created"] == 1
    assert "Era una prova" in load.said
    assert (Run.objects.count(), ImportedProject.objects.count()) == (0, 0)


def test_a_row_becomes_a_project_with_its_source_day_and_place(load, country):
    load("a_2024-02-29.csv.gz", [application()], apply=True)
    project = ImportedProject.objects.get()
    assert (project.cup, project.amount, project.state) == ("C11F22000010006", Decimal(23147), "Finanziata")
    assert (project.known_on, project.decided_on) == (date(2024, 2, 29), "2023-01-03")
    assert [*project.municipalities.all()] == [country["torino"]]
    row = Row.objects.get()
    assert (row.number, row.outcome, row.raw["codice_ipa"]) == (2, "created", "C_L219")


def test_twice_changes_nothing_and_a_difference_is_told(load):
    load("a_2024-02-29.csv", [application()], apply=True)
    assert load("a_2024-02-29.csv", [application()], apply=True)["unchanged"] == 1
    assert load("a_2024-05-01.csv", [application(state="E")], apply=True)["updated"] == 1
    assert Row.objects.get(outcome="updated").changes == {"state": ["Finanziata", "Erogata"]}


def test_an_older_file_regresses_nothing(load):
    other = application("C11F22000020006")
    load("a_2024-02-29.csv", [application(), *others(9), other], apply=True)
    load("a_2026-08-12.csv", [application(state="E"), *others(9)], apply=True)
    assert ImportedProject.objects.get(gone_on=date(2026, 8, 12)).cup == "C11F22000020006"
    counts = load("a_2024-02-29.csv", [application(), *others(9), other], apply=True)
    assert counts["unchanged"] == counts["rows"] == 11
    assert ImportedProject.objects.filter(state="Erogata").count() == 1
    assert ImportedProject.objects.exclude(gone_on=None).count() == 1


def others(count: int) -> list[str]:
    return [application(f"D11F2200{number:03}0006") for number in range(100, 100 + count)]


def test_a_file_of_names_of_columns_alone_changes_nothing_and_says_so(load):
    load("a_2024-02-29.csv", [application()], apply=True)
    assert load("a_2026-01-01.csv", [], apply=True)["rows"] == 0
    assert "solo i nomi delle colonne" in load.said
    assert not ImportedProject.objects.exclude(gone_on=None).exists()


def test_a_part_of_a_file_lets_nobody_disappear(load):
    load("a_2024-02-29.csv", others(10), apply=True)
    load("a_2026-01-01.csv", others(3), apply=True)
    assert "sembra una parte" in load.said
    assert not ImportedProject.objects.exclude(gone_on=None).exists()


def test_an_application_made_again_is_one_project_which_stands_as_the_newest_says(load):
    again = application(sent="2023-05-01T10:00:00.000+0000", call="1.4.5 Notifiche Comuni (Maggio 2023)")
    counts = load("a_2024-02-29.csv", [application(state="R"), again], apply=True)
    assert (counts["created"], counts["unchanged"]) == (1, 1)
    assert "Maggio" in ImportedProject.objects.get().call
    assert "stessa pratica della riga 3" in Row.objects.get(number=2).reason


def test_an_unknown_place_waits_with_a_hint_and_a_person_decides(load, country):
    odd = application(place="N/D", comune="Torrino", codice_ipa="c_l219")
    assert load("a_2024-02-29.csv", [odd], apply=True)["waiting"] == 1
    assert "Forse: Torino (TO)" in load.said
    row = Row.objects.get()
    project = writing.decide(row, country["torino"], by=builders.reviewer())
    assert [*project.municipalities.all()] == [country["torino"]]
    run = Run.objects.get()
    assert (run.rows, run.waiting, run.created) == (1, 0, 1)
    with pytest.raises(writing.CannotUndo):
        writing.decide(Row.objects.get(), country["torino"], by=None)


def test_a_name_of_today_with_its_province_counts_where_the_code_is_missing(load):
    assert load("a_2024-02-29.csv", [application(place="N/D")])["created"] == 1


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (application(codice_ipa=""), "manca codice_ipa"),
        (application(call=""), "manca il titolo"),
        ('"c_l219","Comune"', "valori"),
        (application(ente="Comune di Ciri�"), "caratteri perduti"),
    ],
)
def test_a_refused_row_says_why(load, line, words):
    counts = load("a_2024-02-29.csv", [line, application()], apply=True)
    assert (counts["refused"], counts["created"]) == (1, 1)
    assert words in Row.objects.get(outcome="refused").reason


@pytest.mark.parametrize(
    ("cup", "words"), [("E41C22OO1540006", "schema"), ("IC1", "15 caratteri"), ("", "manca")]
)
def test_an_unusual_code_is_kept_and_told(load, cup, words):
    assert load("a_2024-02-29.csv", [application(cup)], apply=True)["created"] == 1
    assert words in Row.objects.get().reason
    assert ImportedProject.objects.get().cup == cup


def test_an_amount_that_cannot_be_read_stays_unknown(load):
    load("a_2024-02-29.csv", [application(amount="circa mille")], apply=True)
    assert ImportedProject.objects.get().amount is None
    assert "importo non leggibile" in Row.objects.get().reason


def test_undo_takes_back_all_of_a_run_and_only_the_newest_first(load):
    def state():
        return [*ImportedProject.objects.order_by("key").values_list("key", "state", "known_on", "gone_on")]

    load("a_2024-02-29.csv", others(10), apply=True)
    before = state()
    load(
        "a_2026-08-12.csv",
        [application(), *others(9)[:8], application("D11F22001080006", state="E")],
        apply=True,
    )
    first, second = Run.objects.order_by("pk")
    with pytest.raises(CommandError, match=f"Prima annulla l’importazione {second.pk}"):
        call_command("import_projects", undo=first.pk)
    call_command("import_projects", undo=second.pk, stdout=StringIO())
    assert state() == before
    with pytest.raises(CommandError, match="già annullata"):
        call_command("import_projects", undo=second.pk)
    call_command("import_projects", undo=first.pk, stdout=StringIO())
    assert not ImportedProject.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"a,b\n1,2\n", "mancano le colonne"),
        ("a.csv", b"", "vuoto"),
        ("a.csv.gz", gzip.compress(HEADER.encode() * 9000, mtime=0)[:60], "tagliato|non si legge"),
        ("a.parquet", b"PAR1" + b"x" * 50, "danneggiato"),
        ("a.xlsx", b"PK\x03\x04broken", "non si apre"),
        ("a.csv", b"\x00\x01\x02", "non è una tabella"),
    ],
    ids=["columns", "empty", "gzip", "parquet", "xlsx", "binary"],
)
def test_a_file_that_is_none_is_told_and_nothing_is_written(tmp_path, name, content, words):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(CommandError, match=words):
        call_command("import_projects", "padigitale2026", path, apply=True)
    assert not Run.objects.exists()


def test_a_missing_file_and_an_unknown_profile_are_told(tmp_path):
    with pytest.raises(CommandError, match="non c’è"):
        call_command("import_projects", "padigitale2026", tmp_path / "missing.csv")
    (tmp_path / "a.csv").write_text("a\n")
    with pytest.raises(CommandError, match=r"non esiste\. Ci sono: padigitale2026"):
        call_command("import_projects", "other", tmp_path / "a.csv")


def test_recovery_plan_in_parquet_with_places_of_its_own(tmp_path, country):
    def table(rows):
        return pa.Table.from_pylist(rows)

    project = {"CUP": "C11F22000010006", "Titolo progetto": "Scuole", "Finanziamento PNRR": 42576.5}
    rows = [
        project | {"Codice Locale Progetto": "A", "Data aggiornamento": date(2023, 2, 21)},
        project | {"Codice Locale Progetto": "B", "Data aggiornamento": date(2023, 2, 21)},
    ]
    places = [
        {"CUP": "C11F22000010006", "Codice Locale Progetto": "A", "COD_ISTAT_COMUNE": code}
        for code in ("001272", "001125", None)
    ]
    pq.write_table(table(rows), tmp_path / "progetti.parquet")
    pq.write_table(table(places), tmp_path / "luoghi.parquet")
    out = StringIO()
    arguments = {"places": tmp_path / "luoghi.parquet", "apply": True, "json": True, "stdout": out}
    call_command("import_projects", "italiadomani", tmp_path / "progetti.parquet", **arguments)
    first, second = ImportedProject.objects.order_by("key")
    assert (first.amount, first.known_on) == (Decimal("42576.50"), date(2023, 2, 21))
    assert {place.code for place in first.municipalities.all()} == {"L219", country["ivrea"].code}
    assert not second.municipalities.exists()


def test_early_files_of_the_recovery_plan_write_thousands_with_a_point(load):
    header = "Programma;CUP ;Codice Locale Progetto ;Titolo progetto ;FINANZIAMENTO_PNRR;FINANZ_TOTALE "
    line = "PNRR;J51B21002940006;J51;HUB;114.000.000;N/D"
    load("p_2023-01.csv", [line], profile="italiadomani", header=header, apply=True)
    project = ImportedProject.objects.get()
    assert (project.amount, project.total) == (Decimal(114_000_000), None)


def test_other_tables_by_columns_that_the_operator_names_and_saves(load, country):
    header = "Codice;Nome;Dove;Prov;Euro"
    lines = ["1;Piste;Ivrea;TO;1.250.000,50", "2;Luci;Atlantide;TO;5"]
    columns = "key=Codice,title=Nome,municipality=Dove,province=Prov,amount=Euro"
    counts = load(
        "a.csv", lines, profile="generic", header=header, columns=columns, save="regione", apply=True
    )
    assert (counts["created"], counts["waiting"]) == (1, 1)
    project = ImportedProject.objects.get()
    assert (project.amount, project.municipalities.get()) == (Decimal("1250000.50"), country["ivrea"])
    assert load("a.csv", lines, profile="regione", header=header)["unchanged"] == 1


def test_opencoesione_reads_lists_and_decimal_commas(load, country):
    header = "COD_LOCALE_PROGETTO;CUP;OC_TITOLO_PROGETTO;COD_COMUNE;DEN_COMUNE;OC_FINANZ_TOT_PUB_NETTO"
    line = "1PI1;C11F22000010006;Ponte;001001272:::001001125;TORINO:::IVREA;1234,56"
    load("a.csv", [line], profile="opencoesione", header=header, apply=True)
    project = ImportedProject.objects.get()
    assert (project.amount, project.municipalities.count()) == (Decimal("1234.56"), 2)


def test_queries_do_not_grow_with_the_rows(load, django_assert_num_queries):
    load("warm_2024-01-01.csv", [application()], apply=True)
    writing.undo(Run.objects.get())
    Run.objects.all().delete()
    for count in (1, 3):
        # places: 3; stored projects and their places; projects of the dataset; the same in the transaction
        with django_assert_num_queries(17):
            load("a_2024-02-29.csv", others(count), apply=True)
        writing.undo(Run.objects.get())
        Run.objects.all().delete()
