import re
import uuid

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from municipalities.models import territory
from protocols.models import Adhesion, Protocol
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def protocol():
    builders.piedmont()
    return Protocol.objects.create(
        slug="torino",
        title="Torino metropolitana",
        summary="Prova",
        promoter="Città di Torino",
        admitted_kinds=["municipality", "company"],
        published_at=timezone.now(),
    )


@pytest.fixture
def ask(client, protocol):
    def post(**typed):
        form = {
            "kind": "municipality",
            "municipality": "Ivrea",
            "office": "Innovazione",
            "officer_name": "Prova",
            "email": "ivrea@example.org",
            "nonce": uuid.uuid4(),
            **typed,
        }
        return client.post(reverse("protocols:adhesion-request", args=["torino"]), form)

    return post


def test_request_writes_to_its_address_and_waits(client, ask, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        answer = ask()
    assert answer.status_code == 302
    assert Adhesion.objects.get().status == "unconfirmed"
    link = re.search(r"(/protocolli/adesione/\S+)", mail.outbox[0].body)[1]
    assert client.get(link).status_code == 200
    assert Adhesion.objects.get().status == "unconfirmed"
    client.post(link)
    assert Adhesion.objects.get().status == "received"


def test_double_click_is_one_request_and_one_message(ask, django_capture_on_commit_callbacks):
    nonce = uuid.uuid4()
    with django_capture_on_commit_callbacks(execute=True):
        ask(nonce=nonce)
        ask(nonce=nonce)
    assert Adhesion.objects.count() == 1
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"kind": ""}, "Scegli il tipo di ente"),
        ({"municipality": ""}, "Scegli il Comune"),
        ({"municipality": "Samone"}, "Ci sono più Comuni con questo nome: scrivi Samone (TN), Samone (TO)"),
        ({"municipality": "Atlantide"}, "Non c’è un Comune che si chiama «Atlantide»"),
        ({"kind": "company"}, "Scrivi la denominazione dell’ente"),
        ({"email": "non-un-indirizzo"}, "Scrivi un’e-mail"),
        ({"protocol_date": "ieri"}, "Scrivi la data come giorno/mese/anno"),
        ({"office": ""}, "Scrivi l’ufficio"),
        ({"website_url": "http://spam.example"}, "Lascia vuoto questo campo"),
        ({"kind": "university"}, "Che tipo di ente sei?"),
    ],
)
def test_wrong_request_tells_what_to_write(ask, typed, words):
    answer = ask(note="Una nota lunga", **typed)
    assert answer.status_code == 422
    assert not Adhesion.objects.exists()
    page = answer.content.decode()
    assert "Una nota lunga" in page
    assert words in page


def test_signed_document_must_be_a_pdf(ask):
    answer = ask(signed_document=SimpleUploadedFile("a.pdf", b"MZ"))
    assert "Carica un file PDF" in answer.content.decode()


@pytest.mark.parametrize("change", [{"is_open": False}, {"published_at": None}])
def test_closed_or_unpublished_protocol_takes_no_request(ask, change):
    Protocol.objects.update(**change)
    assert ask().status_code in (404, 410)
    assert not Adhesion.objects.exists()


def test_forged_link_is_404(client, protocol):
    assert client.get("/protocolli/adesione/abc:def:ghi/").status_code == 404


def test_public_pages_set_no_cookie(client, protocol):
    for path in ("/protocolli/", "/protocolli/torino/"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert not answer.cookies


def test_staff_accepts_from_the_page(client, ask, django_capture_on_commit_callbacks):
    ask()
    Adhesion.objects.update(status="received", confirmed_at=timezone.now())
    page = reverse("desk:adhesion-detail", args=[Adhesion.objects.get().pk])
    client.force_login(builders.officer(territory.Territory.objects.get(code="L219")))
    assert client.get(page).status_code == 403
    client.force_login(builders.reviewer())
    assert client.post(page, {"decline": "1", "reason": ""}).status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        assert "Adesione accolta" in client.post(page, {"accept": "1"}, follow=True).content.decode()
    invitation = mail.outbox[-1].body
    link = re.search(r"(/accesso/password/scegli/\S+)", invitation)[1]
    client.logout()
    assert client.get(link, follow=True).status_code == 200
