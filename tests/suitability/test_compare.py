"""The comparison page: any number of projects, only differences, the reader's weights, a second opinion."""

from decimal import Decimal
from io import BytesIO
from types import SimpleNamespace

import openpyxl
import pytest

from lib.audit import history
from suitability.compare.comparing import MOST, verdict
from tests import builders


@pytest.fixture
def cards(db):
    country = builders.piedmont()
    officer, desk = builders.officer(country["torino"]), builders.reviewer()
    return [
        builders.published(officer, desk, country["torino"], title="Lampioni", total_cost=1_000_000),
        builders.published(
            officer, desk, country["torino"], title="Semafori", stage="completed", what_worked="Sì"
        ),
        builders.published(
            officer, desk, country["torino"], title="Sensori", total_cost=None, cost_unknown=True
        ),
    ]


def ask(client, *cards, **more):
    return client.get("/confronta/", {"p": [card.slug for card in cards], **more})


def table(response) -> dict:
    return {row.label: [value for value, _project in cells] for row, cells in response.context["rows"]}


def test_without_projects_there_is_a_form(client, cards):
    response = client.get("/confronta/")
    assert response.context["projects"] == []
    assert [one["item"]["title"] for one in response.context["candidates"]] == [
        "Sensori",
        "Semafori",
        "Lampioni",
    ]
    assert "Scegli almeno due progetti" in response.content.decode()


def test_search_finds_what_to_add(client, cards):
    response = ask(client, cards[0], cerca="semafori")
    assert [(one["item"]["title"], one["with"]) for one in response.context["candidates"]] == [
        ("Semafori", "p=lampioni&p=semafori")
    ]


def test_columns_keep_the_order_asked_for(client, cards):
    response = ask(client, cards[2], cards[0])
    assert [project.title for project in response.context["projects"]] == ["Sensori", "Lampioni"]
    assert table(response)["Costo totale"] == ["", "1.000.000 €"]
    assert "Non comunicato" in response.content.decode()


def test_only_differences(client, cards):
    everything, different = ask(client, *cards[:2]), ask(client, *cards[:2], solo="differenze")
    assert "Comuni" in table(everything)
    assert set(table(different)) == {
        "Stato",
        "Costo totale",
        "Costo per abitante",
        "Che cosa ha funzionato",
    }


def test_codes_are_taken_too_and_unknown_ones_are_told(client, cards):
    response = client.get("/confronta/", {"p": [cards[0].code.lower(), "semafori", "fantasma"]})
    assert len(response.context["projects"]) == 2
    assert response.context["problems"] == ["Il progetto «fantasma» non c’è o è stato ritirato"]


def test_more_than_the_most_are_told(client, cards):
    officer, desk = history("record", cards[0].code).first().by, cards[0].published_by
    municipality = builders.project_of(cards[0]).lead_municipality
    more = [builders.published(officer, desk, municipality, title=f"Altro {n}") for n in range(MOST)]
    response = ask(client, *cards, *more)
    assert len(response.context["projects"]) == MOST
    assert response.context["problems"] == [
        f"Si confrontano al massimo {MOST} progetti, perché la tabella resti leggibile: vedi i primi"
    ]


def test_second_opinion_uses_what_all_tell(client, cards):
    opinion = ask(client, *cards[:2]).context["opinion"]
    assert [(row["place"], row["project"].title) for row in opinion["rows"]] == [
        (1, "Semafori"),
        (2, "Lampioni"),
    ]
    assert "cost" in {criterion.key for criterion in opinion["used"]}
    opinion = ask(client, *cards).context["opinion"]
    assert [criterion.key for criterion in opinion["left_out"]] == ["replicability", "cost"]


def test_weights_of_the_reader_decide(client, cards):
    zero = {
        f"peso_{name}": "0"
        for name in ("stato", "risultati", "documenti", "lezioni", "apertura", "replicabilita")
    }
    response = ask(client, *cards[:2], **zero)
    assert [row["project"].title for row in response.context["opinion"]["rows"]] == ["Lampioni", "Semafori"]
    nothing = ask(client, *cards[:2], **zero, peso_costo="0")
    assert nothing.context["opinion"] is None
    assert "non c’è un secondo parere da dare" in nothing.content.decode()


def test_municipality_adds_the_fit(client, cards):
    response = ask(client, *cards[:2], comune="ivrea")
    assert table(response)["Si adatta al tuo Comune (F)"][0].endswith("%, 4 dimensioni note su 5")


def test_csv_holds_the_same_table(client, cards):
    lines = ask(client, *cards[:2], formato="csv").content.decode().split("\r\n")
    assert lines[0] == "Voce,Lampioni,Semafori"
    assert lines[1] == f"Codice,{cards[0].code},{cards[1].code}"
    assert "Costo totale,1.000.000 €,14.000.000 €" in lines


def test_files_hold_what_the_page_shows(client, cards):
    """CSV, XLSX and JSON: the same rows, only the differences when the page shows those alone."""
    asked = {"comune": "ivrea", "peso_costo": "3", "solo": "differenze"}
    page = ask(client, *cards[:2], **asked)
    assert [name for name, _query in page.context["files"]] == ["CSV", "XLSX", "JSON"]
    for _name, query in page.context["files"]:
        assert "peso_costo=3" in query and "solo=differenze" in query and "comune=ivrea" in query
    body = ask(client, *cards[:2], **asked, formato="json").json()
    assert [row["label"] for row in body["rows"]] == list(table(page))
    assert [project["code"] for project in body["projects"]] == [card.code for card in cards[:2]]
    assert body["municipality"] == "E379"
    assert body["weights"]["cost"] == 3
    assert body["projects"][0].keys() == {
        "code",
        "title",
        "replicability",
        "is_demonstration",
        "fit",
        "topsis",
    }
    sheet = openpyxl.load_workbook(BytesIO(ask(client, *cards[:2], **asked, formato="xlsx").content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0] == ["Voce", "Lampioni", "Semafori"]
    assert ["Costo totale", "1.000.000 €", "14.000.000 €"] in rows
    assert ["Peso: Costo per abitante", 3, None] in rows


@pytest.mark.parametrize("weight", ["-1", "4", "NaN", "1e9", "Infinity", "1;drop", "٣", ""])
def test_weights_that_mean_nothing_count_one(client, cards, weight):
    response = ask(client, *cards[:2], peso_costo=weight)
    assert response.status_code == 200
    assert dict((c.parameter, w) for c, w in response.context["weights"])["peso_costo"] == 1
    assert bool(response.context["problems"]) == bool(weight)


def test_two_hundred_projects_in_the_address_are_read(client, cards):
    response = client.get("/confronta/", {"p": [*(card.slug for card in cards), *map(str, range(200))]})
    assert response.status_code == 200
    assert len(response.context["projects"]) == 3
    assert response.context["problems"][4:] == [
        "Il progetto «4» non c’è o è stato ritirato",
        "E altri 195 non ci sono.",
    ]


def test_queries_do_not_grow_with_the_projects(client, cards, django_assert_num_queries):
    """Cards by slug and by code, sheets, standings, candidates, places of all, the index."""
    ask(client, *cards)
    with django_assert_num_queries(6):
        ask(client, *cards[:2])
    with django_assert_num_queries(6):
        ask(client, *cards)


def test_verdict_names_the_easiest_and_the_cheapest():
    def project(title, score, cost):
        standing = SimpleNamespace(score=score)
        return SimpleNamespace(
            title=title, standing=standing, cost_per_inhabitant=cost, document={"code": title}
        )

    assert verdict([project("A", Decimal("72.4"), 16.5), project("B", Decimal("60.8"), 12.25)]) == [
        "Il più facile da rifare è «A»: 72,4 su 100.",
        "Per abitante costa meno «B»: 12,25 €.",
    ]
    assert verdict([project("A", Decimal("72.4"), None), project("B", None, 3)]) == []
