"""Mails of sign-in speak the house's words, and their links are those of SITE_URL."""

import re

import pytest
from django.core import mail

from tests import builders

pytestmark = pytest.mark.django_db
RESET = "/accesso/password/dimenticata/"


def test_reset_mail_is_ours_and_its_link_is_that_of_the_site(client, settings):
    settings.SITE_URL, settings.ALLOWED_HOSTS = "https://osservatorio.example.org", ["*"]
    country = builders.piedmont()
    user = builders.officer(country["torino"])
    client.post(RESET, {"email": user.email}, headers={"host": "altro.example.net"})
    (message,) = mail.outbox
    assert message.subject == "[Osservatorio Smart City] Scegli una nuova password"
    (link,) = re.findall(r"https?://\S+/password/scegli/\S+", message.body)
    assert link.startswith("https://osservatorio.example.org/accesso/")
    assert "altro.example.net" not in message.body
    assert "Ciao da" not in message.body
    assert client.get(link.removeprefix("https://osservatorio.example.org"), follow=True).status_code == 200


def test_reset_mail_in_english(client):
    country = builders.piedmont()
    user = builders.officer(country["torino"])
    client.post(f"/en{RESET}", {"email": user.email})
    assert "Somebody, perhaps you, asked to change the password" in mail.outbox[0].body


def test_unknown_address_is_told_where_access_comes_from(client):
    client.post(RESET, {"email": "nessuno@example.org"})
    (message,) = mail.outbox
    assert "Gli accessi nascono da un’adesione accolta" in message.body
    assert "registra" not in message.body.lower()
