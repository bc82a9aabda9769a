"""The page of the open data, the DCAT-AP_IT catalogue and the files of the national export."""

import hashlib

import pytest
from rdflib import Graph, Literal
from rdflib.compare import isomorphic
from rdflib.namespace import DCAT, DCTERMS, RDF

from opendata.catalogue import DCATAPIT, offences

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


def test_catalogue_is_what_dcat_ap_it_requires(client, national):
    found = graph(client, "ttl")
    assert offences(found) == []
    identifiers = {str(value) for value in found.objects(None, DCTERMS.identifier)}
    assert {"non_indicato", "non_indicato:progetti", "non_indicato:esportazione-nazionale"} <= identifiers


def test_catalogue_of_an_empty_registry_is_valid_too(client, db, settings, tmp_path):
    settings.EXPORT_ROOT = tmp_path / "nessuna"
    found = graph(client, "ttl")
    assert offences(found) == []
    assert not [node for node in found.subjects(RDF.type, DCAT.Dataset) if "nazionale" in node]


def test_each_offence_is_told(client, national):
    found = graph(client, "ttl")
    (home,) = found.subjects(RDF.type, DCATAPIT.Catalog)
    dataset = next(found.objects(home, DCAT.dataset))
    found.remove((home, DCTERMS.modified, None))
    found.remove((dataset, RDF.type, DCAT.Dataset))
    found.add((dataset, DCAT.theme, Literal("TECH")))
    assert offences(found) == sorted(
        [
            f"{home} has no {DCTERMS.modified}",
            f"{dataset} is no {DCAT.Dataset}",
            f"{dataset}: {DCAT.theme} is {Literal('TECH')!r}",
        ]
    )


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
