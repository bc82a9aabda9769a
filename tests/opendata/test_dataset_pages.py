"""Each dataset has a page: rows, columns with their dictionary, files with sizes, the first rows."""

import json
import re

import pytest

from lib.tables.schema import Table
from opendata.datasets import DATASETS, NATIONAL
from opendata.product import TABLES
from tests import builders

pytestmark = pytest.mark.django_db
LD = re.compile(r'<script type="application/ld\+json"[^>]*>(.*?)</script>', re.DOTALL)


@pytest.fixture
def card():
    country = builders.piedmont()
    return builders.published(builders.officer(country["torino"]), builders.reviewer(), country["torino"])


def words(response) -> str:
    return " ".join(response.content.decode().split())


def test_page_of_the_cards_tells_rows_columns_sizes_and_first_rows(client, card):
    response = client.get("/dati/progetti/")
    text = words(response)
    assert response.context["rows"] == 1
    assert len(response.context["dictionary"]) == len(TABLES["progetti"].columns)
    assert "Illuminazione pubblica a LED" in text
    assert "<code>total_cost</code>" in text
    assert "Costo totale (€). Vuoto: non noto" in text
    assert response.context["preview"].head[0] == "Codice"
    assert {file.format for file, size in response.context["files"] if size} >= {"csv", "xlsx", "json"}
    graphs = [json.loads(raw) for raw in LD.findall(response.content.decode())]
    (graph,) = [graph for graph in graphs if graph["@type"] == "Dataset"]
    formats = {file["encodingFormat"].split(";")[0] for file in graph["distribution"]}
    assert {"text/csv", "application/json"} <= formats


@pytest.mark.parametrize("slug", [dataset.slug for dataset in DATASETS if dataset.slug != NATIONAL])
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_every_dataset_has_its_page_also_without_rows(client, slug, prefix):
    response = client.get(f"{prefix}/dati/{slug}/")
    assert response.status_code == 200
    assert response.context["rows"] == (8 if slug == "aree" else 0)


def test_there_is_no_other_dataset(client):
    assert client.get("/dati/altro/").status_code == 404
    assert all(isinstance(table, Table) for table in TABLES.values())


def test_home_of_the_data_counts_rows_and_columns(client, card):
    text = words(client.get("/dati/"))
    assert "1 riga" in text
    assert "colonne con il loro dizionario" in text
    assert "Secondo i dati del momento" not in text


def test_pages_take_the_same_queries_with_more_cards(client, card, django_assert_num_queries):
    office, desk = builders.officer(builders.Territory.objects.get(code="E379"), "b@example.org"), None
    client.get("/dati/progetti/")
    # date of the newest card, sizes, its keys and documents, municipalities, their changes, names, dates
    with django_assert_num_queries(8):
        client.get("/dati/progetti/?a")
    desk = builders.reviewer("c@example.org")
    for _ in range(2):
        builders.published(office, desk, builders.Territory.objects.get(code="E379"))
    client.get("/dati/progetti/?b")
    with django_assert_num_queries(8):
        client.get("/dati/progetti/?c")
