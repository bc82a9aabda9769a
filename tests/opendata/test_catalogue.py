"""The page of the open data, the DCAT-AP_IT catalogue and the files of the national export."""

import hashlib

import pytest
from rdflib import Graph
from rdflib.compare import isomorphic
from rdflib.namespace import DCAT, DCTERMS, RDF

from opendata.catalogue import DCATAPIT

FORMATS = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld"}


@pytest.fixture
def national(export, publish, settings):
    publish(title="Luci")
    settings.EXPORT_ROOT = export()
    return settings.EXPORT_ROOT


def graph(client, suffix: str) -> Graph:
    answer = client.get(f"/dati/catalogo.{suffix}")
    assert answer.status_code == 200
    return Graph().parse(data=answer.content, format=FORMATS[suffix])


def test_catalogue_says_the_same_in_every_syntax(client, national):
    turtle = graph(client, "ttl")
    assert isomorphic(turtle, graph(client, "rdf"))
    assert isomorphic(turtle, graph(client, "jsonld"))


def test_catalogue_tells_what_dcat_ap_it_requires(client, national):
    found = graph(client, "ttl")
    wanted = {
        DCATAPIT.Catalog: [
            DCTERMS.title,
            DCTERMS.description,
            DCTERMS.publisher,
            DCTERMS.modified,
            DCAT.dataset,
        ],
        DCATAPIT.Dataset: [
            DCTERMS.identifier,
            DCTERMS.title,
            DCTERMS.description,
            DCTERMS.modified,
            DCAT.theme,
            DCTERMS.rightsHolder,
            DCTERMS.accrualPeriodicity,
            DCAT.distribution,
        ],
        DCATAPIT.Distribution: [DCTERMS["format"], DCTERMS.license, DCAT.accessURL],
        DCATAPIT.Agent: [DCTERMS.identifier],
    }
    for kind, terms in wanted.items():
        nodes = list(found.subjects(RDF.type, kind))
        assert nodes
        assert [(n, t) for n in nodes for t in terms if (n, t, None) not in found] == []


def test_catalogue_is_not_sent_twice(client, national):
    answer = client.get("/dati/catalogo.ttl")
    again = client.get("/dati/catalogo.ttl", headers={"if-none-match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_export_is_offered_with_its_checksums(client, national):
    page = client.get("/dati/").content.decode()
    path = national / "projects.csv"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert digest in page
    answer = client.get("/dati/nazionale/projects.csv")
    assert b"".join(answer.streaming_content) == path.read_bytes()
    assert answer["ETag"] == f'"{digest}"'
    files = client.get("/api/v1/datasets").json()["results"][-1]["files"]
    assert {file["sha256"] for file in files if file["url"].endswith("projects.csv")} == {digest}


@pytest.mark.parametrize("name", ["SHA256SUMS", "..%2Fsettings.py", "altro.csv"])
def test_nothing_else_of_the_folder_is_offered(client, national, name):
    (national / "altro.csv").write_text("segreto")
    assert client.get(f"/dati/nazionale/{name}").status_code == 404


def test_page_without_export_says_so(client, db, settings, tmp_path):
    settings.EXPORT_ROOT = tmp_path / "nessuna"
    page = client.get("/dati/").content.decode()
    assert "non ha ancora scritto l’esportazione nazionale" in page
    assert client.get("/dati/api/")["Location"] == "/api/v1/docs"
    assert "Set-Cookie" not in client.get("/dati/")
