"""The account page: name, and the sessions that are open."""

import pytest
from allauth.usersessions.models import UserSession
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts.devices import device_of
from lib.audit import Entry
from tests import builders

pytestmark = pytest.mark.django_db
ACCOUNT = "/accesso/account/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def signed_in(office):
    """Two browsers of one person, signed in from two networks."""

    def browser(address: str) -> Client:
        client = Client(REMOTE_ADDR=address, headers={"User-Agent": FIREFOX})
        client.post(reverse("account_login"), {"login": office.email, "password": builders.PASSWORD})
        return client

    return browser("192.0.2.1"), browser("192.0.2.2")


def test_sessions_are_listed_and_one_is_ended(signed_in):
    here, there = signed_in
    page = here.get(ACCOUNT).content.decode()
    assert page.count("Firefox, Windows") == 3
    assert "È questa sessione" in page
    other = UserSession.objects.get(ip="192.0.2.2")
    here.post(reverse("accounts:session-end", args=[other.pk]))
    assert there.get(ACCOUNT).status_code == 302
    assert here.get(ACCOUNT).status_code == 200
    assert Entry.objects.get(verb="end_session").changes == {"ended": 1}


def test_all_others_are_ended(signed_in):
    here, there = signed_in
    there.post(reverse("accounts:sessions-end"))
    assert (here.get(ACCOUNT).status_code, there.get(ACCOUNT).status_code) == (302, 200)


def test_session_of_somebody_else_is_not_found(signed_in, client):
    client.force_login(builders.reviewer())
    pk = UserSession.objects.first().pk
    assert client.post(reverse("accounts:session-end", args=[pk])).status_code == 404
    assert UserSession.objects.count() == 2


def test_network_of_an_ended_session_is_not_kept(signed_in):
    here, _there = signed_in
    here.session.flush()
    call_command("apply_retention")
    assert [session.ip for session in UserSession.objects.all()] == ["192.0.2.2"]


def test_name_is_changed_and_recorded(signed_in, office):
    here, _there = signed_in
    page = here.post(reverse("accounts:rename"), {"name": " "})
    assert (page.status_code, "Scrivi nome e cognome" in page.content.decode()) == (422, True)
    before = office.name
    here.post(reverse("accounts:rename"), {"name": "Ada Rossi"})
    office.refresh_from_db()
    assert office.name == "Ada Rossi"
    assert Entry.objects.get(verb="rename").changes == {"before": before, "after": "Ada Rossi"}


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        (FIREFOX, "Firefox, Windows"),
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
            "Chrome, Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("curl/8.0", ""),
    ],
)
def test_device_in_words(user_agent, device):
    assert device_of(user_agent) == device
