"""The reuse kit: its files, what is left out, and that the same card gives the same bytes."""

import csv
import io
import uuid
import zipfile

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from projects import actions, drafts, publishing, reviewing
from projects.models import Document, Source
from reuse.kit import archive as kit
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def card(office, desk, municipalities, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    project = builders.draft(office, municipalities["torino"])
    attach(project, "Capitolato d’appalto", b"capitolato", licence="CC0 1.0", date="2024-05")
    attach(project, "=Delibera", b"delibera", type="resolution")
    Document.objects.create(
        project=project, type="manual", title="Manuale", url="https://example.org/manuale"
    )
    Source.objects.create(project=project, url="https://example.org/fonte", title="La fonte")
    return publish(project, office, desk)


def attach(project, title: str, content: bytes, **fields) -> Document:
    fields = {"type": "specification", "media_type": "text/csv", "size": len(content), **fields}
    document = Document(project=project, title=title, **fields)
    document.extension = ".csv"
    document.file.save("x.csv", ContentFile(content), save=False)
    document.save()
    return document


def publish(project, office, desk):
    actions.submit(project, by=office, idempotency_key=uuid.uuid4())
    reviewing.take(project, by=desk)
    return publishing.publish(project, by=desk)


def get(client, card, prefix: str = "", **headers):
    return client.get(prefix + reverse("public:card-kit", args=[card.slug]), headers=headers)


def archive(client, card) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(get(client, card).streaming_content)))


def table(kit_file: zipfile.ZipFile, name: str = "indice.csv") -> list[dict]:
    return list(csv.DictReader(io.StringIO(kit_file.read(name).decode("utf-8-sig"))))


def test_kit_holds_card_files_links_and_index(client, card):
    response = archive(client, card)
    assert response.testzip() is None
    assert response.namelist() == [
        "INDICE.html",
        "indice.csv",
        "collegamenti.csv",
        "scheda/scheda.pdf",
        "scheda/scheda.json",
        "scheda/scheda.txt",
        "documenti/01-capitolato-dappalto.csv",
        "documenti/02-delibera.csv",
    ]
    assert response.read("documenti/01-capitolato-dappalto.csv") == b"capitolato"
    assert response.read("scheda/scheda.pdf").startswith(b"%PDF")
    assert "<" not in response.read("scheda/scheda.txt").decode()
    rows = {row["Titolo"]: row for row in table(response)}
    first = rows["Capitolato d’appalto"]
    assert (first["Tipo"], first["Licenza"], first["Data"]) == (
        "Capitolato o specifica",
        "CC0 1.0",
        "2024-05",
    )
    assert first["Fonte"].endswith(reverse("document-file", args=[Document.objects.order_by("pk")[0].pk]))
    assert rows["Scheda, solo testo"]["Licenza"] == "CC BY 4.0"
    assert rows["'=Delibera"]["Licenza"] == "Non comunicata: chiedi all’ente prima di riusarlo"
    assert [row["Titolo"] for row in table(response, "collegamenti.csv")] == ["Manuale", "La fonte"]
    page = response.read("INDICE.html").decode()
    assert '<html lang="it">' in page
    assert 'href="documenti/01-capitolato-dappalto.csv"' in page
    assert "https://example.org/manuale" in page


def test_same_card_gives_the_same_bytes(client, card, office):
    first, second = (b"".join(get(client, card).streaming_content) for _time in range(2))
    assert first == second
    etag = get(client, card)["ETag"]
    assert get(client, card, **{"If-None-Match": etag}).status_code == 304
    # Signed in, the page goes another way: the tag is that of the bytes.
    client.force_login(office)
    response = get(client, card)
    assert b"".join(response.streaming_content) == first
    assert get(client, card, **{"If-None-Match": response["ETag"]}).status_code == 304


def test_kit_in_english(client, card):
    content = b"".join(get(client, card, "/en").streaming_content)
    page = zipfile.ZipFile(io.BytesIO(content)).read("INDICE.html").decode()
    assert '<html lang="en">' in page
    assert "Reuse kit" in page


def test_unpublished_documents_are_left_out(client, card, office, desk):
    actions.revise(builders.project_of(card), by=office)
    attach(builders.project_of(card), "Bozza riservata", b"riservato")
    content = archive(client, card)
    assert len([name for name in content.namelist() if name.startswith("documenti/")]) == 2
    assert "Bozza riservata" not in content.read("INDICE.html").decode()
    drafts.remove_document(builders.project_of(card).documents.order_by("pk")[0], by=office)
    actions.submit(builders.project_of(card), by=office, idempotency_key=uuid.uuid4())
    reviewing.take(builders.project_of(card), by=desk)
    publishing.publish(builders.project_of(card), by=desk)
    titles = [row["Titolo"] for row in table(archive(client, card))]
    assert "Capitolato d’appalto" not in titles
    assert "Bozza riservata" in titles


def test_withdrawn_card_has_no_kit(client, card, desk):
    publishing.withdraw(card, by=desk, reason="Superata")
    response = get(client, card)
    assert response.status_code == 410
    assert "Superata" in response.content.decode()
    assert client.get("/progetti/non-esiste/kit.zip").status_code == 404


def test_file_beyond_the_limit_is_listed_with_its_url(client, card, monkeypatch):
    monkeypatch.setattr(kit, "LARGEST", 9)
    response = archive(client, card)
    assert "documenti/01-capitolato-dappalto.csv" not in response.namelist()
    assert "documenti/02-delibera.csv" in response.namelist()
    row = next(row for row in table(response) if row["Titolo"] == "Capitolato d’appalto")
    assert (row["File"], row["Nota"]) == (
        "",
        "Non è nell’archivio, che sarebbe troppo grande: scaricalo dal suo indirizzo.",
    )


def test_missing_file_is_named_in_the_index(client, card):
    document = builders.project_of(card).documents.order_by("pk")[0]
    document.file.storage.delete(document.file.name)
    row = next(row for row in table(archive(client, card)) if row["Titolo"] == "Capitolato d’appalto")
    assert row["Nota"] == "Il file non è disponibile: chiedilo alla redazione."


@pytest.mark.parametrize("number", [1, 3])
def test_kit_takes_the_same_queries_with_more_files(
    client, office, desk, municipalities, settings, tmp_path, django_assert_num_queries, number
):
    settings.MEDIA_ROOT = tmp_path
    project = builders.draft(office, municipalities["torino"])
    for n in range(number):
        attach(project, f"Allegato {n}", b"x")
    card = publish(project, office, desk)
    # version; card; places; files
    with django_assert_num_queries(3):
        b"".join(get(client, card).streaming_content)
