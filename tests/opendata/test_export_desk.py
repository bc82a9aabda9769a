"""Exports asked for at the desk: once, whole, with their sum."""

import hashlib
import uuid
import zipfile
from io import BytesIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from lib.audit import Entry
from opendata import jobs
from opendata.models import ExportJob
from tests import builders

pytestmark = pytest.mark.django_db
LIST = reverse("desk:export-list")


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def desk(client):
    user = builders.reviewer()
    client.force_login(user)
    return user


@pytest.fixture
def card(desk, municipalities):
    return builders.published(builders.officer(municipalities["torino"]), desk, municipalities["torino"])


def read(answer) -> bytes:
    return b"".join(answer.streaming_content)


def test_export_is_made_once_with_its_sum(client, card):
    told = {"format": "csv", "idempotency_key": uuid.uuid4()}
    page = client.post(LIST, told, follow=True).content.decode()
    assert "L’esportazione è pronta: 1 schede." in page
    client.post(LIST, told)
    job = ExportJob.objects.get()
    content = read(client.get(reverse("desk:export-file", args=[job.pk])))
    assert card.code in content.decode()
    assert (job.sha256, job.size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert job.sha256 in page
    assert Entry.objects.filter(verb="export").count() == 1


def test_whole_archive_holds_every_table(client, card):
    client.post(LIST, {"format": "zip", "idempotency_key": uuid.uuid4()})
    content = read(client.get(reverse("desk:export-file", args=[ExportJob.objects.get().pk])))
    names = zipfile.ZipFile(BytesIO(content)).namelist()
    assert {"datapackage.json", "osservatorio.xlsx", "SHA256SUMS"} <= {name.split("/")[-1] for name in names}


def test_large_registry_waits_for_the_night(client, card, monkeypatch, capsys):
    monkeypatch.setattr(jobs, "SMALL", 0)
    page = client.post(
        LIST, {"format": "jsonl", "idempotency_key": uuid.uuid4()}, follow=True
    ).content.decode()
    assert "L’esportazione è in coda" in page
    job = ExportJob.objects.get()
    assert client.get(reverse("desk:export-file", args=[job.pk])).status_code == 404
    call_command("run_exports")
    assert f"{job.pk} jsonl: Pronta" in capsys.readouterr().out
    call_command("run_exports")
    assert capsys.readouterr().out == ""


def test_failure_is_kept_and_told(client, card, settings, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    settings.MEDIA_ROOT = blocked
    page = client.post(LIST, {"format": "csv", "idempotency_key": uuid.uuid4()}, follow=True).content.decode()
    assert "L’esportazione non è riuscita." in page
    assert ExportJob.objects.get().state == "failed"


def test_unknown_format_is_refused_in_words(client, desk):
    page = client.post(LIST, {"format": "exe", "idempotency_key": uuid.uuid4()})
    assert page.status_code == 422
    assert "Scegli uno dei formati dell’elenco" in page.content.decode()
    assert not ExportJob.objects.exists()


def test_missing_file_is_a_page_not_an_error(client, card):
    client.post(LIST, {"format": "csv", "idempotency_key": uuid.uuid4()})
    job = ExportJob.objects.get()
    job.file.storage.delete(job.file.name)
    assert client.get(reverse("desk:export-file", args=[job.pk])).status_code == 404


def test_wrong_roles(client, municipalities):
    address = reverse("desk:export-file", args=[1])
    for url in (LIST, address):
        assert client.get(url).status_code == 302
    client.force_login(builders.officer(municipalities["ivrea"], "x@example.org"))
    for url in (LIST, address):
        assert client.get(url).status_code == 403
    assert client.post(LIST, {"format": "csv", "idempotency_key": uuid.uuid4()}).status_code == 403


def test_number_of_queries_of_the_list_does_not_grow(client, card, desk, django_assert_num_queries):
    # session, user, roles, names; readiness; count, page; four of the menu
    for _time in range(2):
        jobs.request_export(by=desk, format="csv", idempotency_key=uuid.uuid4())
        with django_assert_num_queries(10):
            client.get(LIST)
