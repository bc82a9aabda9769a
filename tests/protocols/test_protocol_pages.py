"""Pages of protocols: the public list, the request to join with its limits, the decision by staff."""

import re
import uuid

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from lib.content_version import bump_content_version
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
    def post(**fields):
        form = {
            "kind": "municipality",
            "municipality": "Ivrea",
            "office": "Innovazione",
            "officer_name": "Prova",
            "email": "ivrea@example.org",
            "idempotency_key": uuid.uuid4(),
            **fields,
        }
        return client.post(reverse("protocols:adhesion-request", args=["torino"]), form)

    return post


def test_request_writes_to_its_address_and_waits(client, ask, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        answer = ask()
    assert answer.status_code == 302
    assert Adhesion.objects.get().status == "unconfirmed"
    link = re.search(r"(/protocolli/adesione/\S+)", mail.outbox[0].body)[1]
    page = client.get(link).content.decode()
    assert "Richiesta di adesione di Comune di Ivrea: Torino metropolitana." in page
    assert Adhesion.objects.get().status == "unconfirmed"
    page = client.post(link, follow=True).content.decode()
    assert "Indirizzo confermato: la redazione esamina la richiesta." in page
    assert Adhesion.objects.get().status == "received"


def test_double_click_is_one_request_and_one_message(ask, django_capture_on_commit_callbacks):
    idempotency_key = uuid.uuid4()
    with django_capture_on_commit_callbacks(execute=True):
        ask(idempotency_key=idempotency_key)
        ask(idempotency_key=idempotency_key)
    assert Adhesion.objects.count() == 1
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("fields", "message"),
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
def test_invalid_request_keeps_what_was_written_and_names_the_error(ask, fields, message):
    answer = ask(note="Una nota lunga", **fields)
    assert answer.status_code == 422
    assert not Adhesion.objects.exists()
    page = answer.content.decode()
    assert "Una nota lunga" in page
    assert message in page


def test_signed_document_must_be_a_pdf(ask):
    answer = ask(signed_document=SimpleUploadedFile("a.pdf", b"MZ"))
    assert "Carica un file PDF" in answer.content.decode()


def test_closed_protocol_is_gone_and_stores_no_request(ask):
    Protocol.objects.update(is_open=False)
    answer = ask()
    assert answer.status_code == 410
    assert "Torino metropolitana" in answer.content.decode()
    assert not Adhesion.objects.exists()


def test_unpublished_protocol_is_not_found_and_stores_no_request(ask):
    Protocol.objects.update(published_at=None)
    answer = ask()
    assert answer.status_code == 404
    assert "Torino metropolitana" not in answer.content.decode()
    assert not Adhesion.objects.exists()


def test_forged_link_is_not_found(client, protocol):
    answer = client.get("/protocolli/adesione/abc:def:ghi/")
    assert answer.status_code == 404
    assert "Controlla l’indirizzo, oppure cerca quello che ti serve." in answer.content.decode()


def join(*municipalities):
    """Accepted adhesions of these municipalities to the protocol."""
    for municipality in municipalities:
        Adhesion.objects.create(
            protocol=Protocol.objects.get(slug="torino"),
            kind="municipality",
            municipality=territory.Territory.objects.get(code=municipality),
            organisation=builders.body_of_municipality(territory.Territory.objects.get(code=municipality)),
            status="accepted",
        )


def test_list_names_published_protocols_open_ones_first(client, protocol, django_assert_num_queries):
    Protocol.objects.create(slug="bozza", title="Non pubblicato", promoter="X")
    with django_assert_num_queries(2):  # the version of public content, the protocols
        answer = client.get("/protocolli/")
    assert "Torino metropolitana" in answer.content.decode()
    assert "Non pubblicato" not in answer.content.decode()
    assert not answer.cookies
    for slug, is_open in (("alfa", False), ("beta", True)):
        Protocol.objects.create(
            slug=slug, title=slug.title(), promoter="X", is_open=is_open, published_at=timezone.now()
        )
    bump_content_version()
    with django_assert_num_queries(2):
        answer = client.get("/protocolli/")
    titles = [found.title for found in answer.context["protocols"]]
    assert titles == ["Beta", "Torino metropolitana", "Alfa"]


def test_detail_names_each_member_once_by_name(client, protocol, django_assert_num_queries):
    join("L219")
    with django_assert_num_queries(3):  # the version of public content, the protocol, its members
        answer = client.get("/protocolli/torino/")
    assert "Comune di Torino" in answer.content.decode()
    assert not answer.cookies
    join("E379", "M405", "E379")
    bump_content_version()
    with django_assert_num_queries(3):
        answer = client.get("/protocolli/torino/")
    names = [member.organisation.name for member in answer.context["members"]]
    assert names == ["Comune di Ivrea", "Comune di Torino", "Comune di Val di Chy"]


def test_staff_accepts_from_the_page(client, ask, django_capture_on_commit_callbacks):
    ask()
    Adhesion.objects.update(status="received", confirmed_at=timezone.now())
    page = reverse("desk:adhesion-detail", args=[Adhesion.objects.get().pk])
    client.force_login(builders.officer(territory.Territory.objects.get(code="L219")))
    refused = client.get(page)
    assert refused.status_code == 403
    assert "Comune di Ivrea" not in refused.content.decode()
    client.force_login(builders.reviewer())
    incomplete = client.post(page, {"decline": "1", "reason": ""})
    assert incomplete.status_code == 422
    assert "Scrivi il motivo" in incomplete.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert "Adesione accolta" in client.post(page, {"accept": "1"}, follow=True).content.decode()
    invitation = mail.outbox[-1].body
    link = re.search(r"(/accesso/password/scegli/\S+)", invitation)[1]
    client.logout()
    assert "Nuova password" in client.get(link, follow=True).content.decode()
