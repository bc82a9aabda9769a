"""What staff are told about a request before they accept it."""

import pytest
from django.urls import reverse

from lib.markdown import render_markdown
from municipalities.models import Territory
from protocols.checks import checks_of
from protocols.models import Adhesion, Protocol
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def country():
    return builders.piedmont()


@pytest.fixture
def protocol(country):
    return Protocol.objects.create(
        slug="torino",
        title="Torino Smart City",
        admitted_kinds=["municipality"],
        territory=country["torino"].province,
        description="**Aree.** Energia.",
        published_at="2026-01-01T00:00Z",
    )


def request(protocol, municipality, email, **fields) -> Adhesion:
    values = {"kind": "municipality", "office": "Innovazione", "officer_name": "Ada", "status": "received"}
    return Adhesion.objects.create(
        protocol=protocol, municipality=municipality, email=email, **values, **fields
    )


def test_request_in_order_has_no_doubts(protocol, country):
    Territory.objects.filter(pk=country["ivrea"].pk).update(website="https://www.comune.ivrea.to.it/")
    country["ivrea"].refresh_from_db()
    assert checks_of(request(protocol, country["ivrea"], "sindaco@comune.ivrea.to.it")) == []


def test_place_outside_homonym_open_address_and_account_are_told(protocol, country):
    builders.officer(country["torino"], "qualcuno@gmail.com")
    assert checks_of(request(protocol, country["samone_tn"], "qualcuno@gmail.com")) == [
        "Samone (TN) è fuori dal territorio del protocollo: Torino.",
        "Ci sono altri Comuni con lo stesso nome: Samone (TO).",
        "L’indirizzo è di un servizio aperto a tutti (gmail.com).",
        "L’indirizzo ha già un account, per: Comune di Torino.",
    ]


def test_address_of_another_site_is_told(protocol, country):
    Territory.objects.filter(pk=country["ivrea"].pk).update(website="https://www.comune.ivrea.to.it/")
    country["ivrea"].refresh_from_db()
    assert checks_of(request(protocol, country["ivrea"], "ada@studio-neri.it")) == [
        "Il dominio dell’e-mail (studio-neri.it) non è quello del sito del Comune (comune.ivrea.to.it)."
    ]


def test_doubts_are_on_the_page_of_the_desk(client, protocol, country):
    asked = request(protocol, country["samone_tn"], "qualcuno@gmail.com")
    client.force_login(builders.reviewer())
    page = client.get(reverse("desk:adhesion-detail", args=[asked.pk])).content.decode()
    assert "Da guardare prima di decidere" in page
    assert "gmail.com" in page


def test_text_of_a_protocol_is_markdown(client, protocol):
    page = client.get(reverse("protocols:protocol-detail", args=[protocol.slug])).content.decode()
    assert "<strong>Aree.</strong> Energia." in page
    assert render_markdown("<script>x</script>") == "<p>&lt;script&gt;x&lt;/script&gt;</p>\n"
