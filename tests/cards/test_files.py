"""Files at /documenti/<number>/: public while an edition that shows them stands and a current one exists."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from cards import issuing
from cards.models import File, Record
from tests.cards import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def record(municipalities) -> Record:
    return builders.record(municipalities["torino"])


@pytest.fixture
def stored(settings, tmp_path) -> dict[int, str]:
    """Two files in the storage, `{number: storage name}`."""
    settings.MEDIA_ROOT = tmp_path
    return {
        number: default_storage.save(f"{number}.pdf", ContentFile(f"%PDF-{number}".encode()))
        for number in (41, 42)
    }


def only(stored: dict[int, str], *numbers: int) -> dict[int, str]:
    return {number: stored[number] for number in numbers}


def status(client, number: int) -> int:
    return client.get(f"/documenti/{number}/").status_code


def test_file_of_a_current_edition_is_served(client, record, stored):
    builders.issue(record, stored)
    response = client.get("/documenti/41/")
    assert (response.status_code, b"".join(response.streaming_content)) == (200, b"%PDF-41")
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'attachment; filename="manuale-41.pdf"'
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_document_that_is_a_link_has_no_file(client, record, stored):
    documents = [builders.document(41), builders.document(42, url="https://example.org/a.pdf")]
    builders.issue(record, only(stored, 41), documents=documents)
    assert list(File.objects.values_list("pk", flat=True)) == [41]
    assert (status(client, 41), status(client, 42)) == (200, 404)


def test_file_without_its_document_is_not_stored(client, record, stored):
    """A number in `files` that no document of the source has is not public."""
    builders.issue(record, stored, documents=[builders.document(41)])
    assert (status(client, 41), status(client, 42)) == (200, 404)


def test_file_that_leaves_the_next_edition_stays_public_for_the_earlier_one(client, record, stored):
    first = builders.issue(record, stored)
    second = builders.issue(record, only(stored, 41))
    assert set(first.files.values_list("pk", flat=True)) == {41, 42}
    assert set(second.files.values_list("pk", flat=True)) == {41}
    assert (status(client, 41), status(client, 42)) == (200, 200)


def test_no_file_of_a_withdrawn_card_is_public(client, record, stored):
    """Neither those of the withdrawn edition nor those that an earlier edition shows."""
    builders.issue(record, only(stored, 42))
    edition = builders.issue(record, only(stored, 41))
    issuing.withdraw(edition, by=None, reason="Dati errati")
    assert (status(client, 41), status(client, 42)) == (404, 404)


def test_next_edition_publishes_files_again_but_not_those_of_the_withdrawn_one_alone(client, record, stored):
    issuing.withdraw(builders.issue(record, stored), by=None, reason="Dati errati")
    builders.issue(record, only(stored, 41))
    assert (status(client, 41), status(client, 42)) == (200, 404)


def test_file_of_another_record_stays_public_when_a_card_is_withdrawn(client, municipalities, record, stored):
    builders.issue(builders.record(municipalities["ivrea"]), only(stored, 42))
    issuing.withdraw(builders.issue(record, only(stored, 41)), by=None, reason="Dati errati")
    assert (status(client, 41), status(client, 42)) == (404, 200)


def test_next_edition_renames_and_replaces_a_file(client, record, stored):
    builders.issue(record, only(stored, 41))
    builders.issue(record, {41: stored[42]}, documents=[builders.document(41, title="Guida")])
    response = client.get("/documenti/41/")
    assert b"".join(response.streaming_content) == b"%PDF-42"
    assert response["Content-Disposition"] == 'attachment; filename="guida.pdf"'
    assert File.objects.count() == 1


def test_file_lost_by_the_storage_is_not_found(client, record, stored):
    builders.issue(record, only(stored, 41))
    default_storage.delete(stored[41])
    assert status(client, 41) == 404


def test_public_file_is_known_in_two_queries(record, stored, django_assert_num_queries):
    builders.issue(record, stored)
    file = File.objects.select_related("record").get(pk=41)
    with django_assert_num_queries(2):
        assert file.is_public
