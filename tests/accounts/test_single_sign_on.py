"""Sign-in through a real OpenID Connect provider, started for the tests: who gets in, and who does not."""

import urllib.request
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from oidc_provider_mock import User as Identity
from oidc_provider_mock import run_server_in_thread

from accounts.models import User
from lib.audit import Entry
from observatory import environment
from tests import builders

pytestmark = pytest.mark.django_db
LOGIN = reverse("openid_connect_login", args=["oidc"])
CALLBACK = reverse("openid_connect_callback", args=["oidc"])
IDENTITIES = [
    Identity(sub="anna", claims={"email": "Anna@Example.org", "email_verified": True, "fiscal_number": "X1"}),
    Identity(sub="unverified", claims={"email": "anna@example.org", "email_verified": False}),
    Identity(sub="nobody", claims={"email": "nobody@example.org", "email_verified": True}),
]


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


@pytest.fixture
def provider(settings, monkeypatch):
    with run_server_in_thread(user_claims=IDENTITIES) as server:
        monkeypatch.setenv("OIDC_SERVER_URL", f"http://localhost:{server.server_port}")
        monkeypatch.setenv("OIDC_CLIENT_ID", "osservatorio")
        monkeypatch.setenv("OIDC_CLIENT_SECRET", "secret")
        settings.SOCIALACCOUNT_PROVIDERS = environment.single_sign_on()
        yield server


@pytest.fixture
def anna(client):
    piedmont = builders.piedmont()
    return builders.officer(piedmont["torino"], "anna@example.org")


def authorize(client, sub: str, *, process: str = "login", deny: bool = False) -> str:
    """Go to the provider as `sub`, and come back: the URL of the callback."""
    sent = client.post(f"{LOGIN}?{urlencode({'process': process})}")
    assert sent.status_code == 302
    query = parse_qs(urlsplit(sent["Location"]).query)
    assert query["code_challenge_method"] == ["S256"]
    body = urlencode({"action": "deny"} if deny else {"sub": sub}).encode()
    try:
        urllib.request.build_opener(NoRedirect).open(sent["Location"], body)
    except urllib.error.HTTPError as answer:
        address = answer.headers["Location"]
    assert urlsplit(address).path == CALLBACK
    return f"{CALLBACK}?{urlsplit(address).query}"


def who(client) -> str:
    return client.session.get("_auth_user_id", "")


def test_a_verified_email_opens_the_account_and_nothing_else_is_stored(client, provider, anna):
    assert "Entra con SPID o CIE" in client.get(reverse("account_login")).content.decode()
    answer = client.get(authorize(client, "anna"))
    assert (answer.status_code, answer["Location"]) == (302, reverse("accounts:landing"))
    assert who(client) == str(anna.pk)
    stored = SocialAccount.objects.get()
    assert (stored.uid, stored.extra_data) == ("anna", {})
    assert [*Entry.objects.order_by("pk").values_list("verb", flat=True)][-2:] == [
        "account_connected",
        "sign_in",
    ]


def test_the_identity_opens_the_account_after_its_email_changed(client, provider, anna):
    client.get(authorize(client, "anna"))
    client.logout()
    User.objects.filter(pk=anna.pk).update(email="altra@example.org")
    client.get(authorize(client, "anna"))
    assert who(client) == str(anna.pk)


@pytest.mark.parametrize("sub", ["unverified", "nobody"])
def test_an_identity_without_account_gets_no_account(client, provider, anna, sub):
    answer = client.get(authorize(client, sub), follow=True)
    assert "Nessun account ha questa identità" in answer.content.decode()
    assert (who(client), SocialAccount.objects.count(), User.objects.count()) == ("", 0, 1)
    assert Entry.objects.filter(verb="single_sign_on_refused").count() == 1


def test_a_suspended_person_stays_out(client, provider, anna):
    User.objects.filter(pk=anna.pk).update(is_active=False)
    client.get(authorize(client, "anna"))
    assert who(client) == ""


@pytest.mark.parametrize("change", ["state=other", "code=other", "error=access_denied"])
def test_a_forged_or_refused_response_opens_nothing(client, provider, anna, change):
    address = authorize(client, "anna")
    key, _, value = change.partition("=")
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()} | {key: value}
    if key == "error":
        query.pop("code")
    answer = client.get(f"{CALLBACK}?{urlencode(query)}", follow=True)
    assert answer.status_code == 200
    assert who(client) == ""


def test_a_code_is_used_once(client, provider, anna):
    address = authorize(client, "anna")
    client.get(address)
    client.logout()
    client.get(address)
    assert who(client) == ""


def test_an_identity_is_connected_and_disconnected_on_the_account_page(client, provider, anna):
    client.force_login(anna)
    page = client.get(reverse("accounts:account")).content.decode()
    assert "Collega SPID o CIE" in page
    with_page = client.get(authorize(client, "nobody", process="connect"), follow=True)
    assert "Identità collegata" in with_page.content.decode()
    identity = SocialAccount.objects.get()
    other = builders.reviewer()
    client.force_login(other)
    address = reverse("accounts:identity-disconnect", args=[identity.pk])
    assert client.post(address).status_code == 404
    client.force_login(anna)
    assert "Identità scollegata" in client.post(address, follow=True).content.decode()
    assert not SocialAccount.objects.exists()


def test_its_owner_is_told(client, provider, anna, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        client.get(authorize(client, "anna"))
    assert any("identità digitale" in message.subject for message in mail.outbox)


def test_without_a_provider_there_is_no_button_and_no_address(client):
    assert "Entra con" not in client.get(reverse("account_login")).content.decode()
    assert client.get(LOGIN).status_code == 404


def test_a_provider_without_credentials_is_a_configuration_error(monkeypatch):
    monkeypatch.setenv("OIDC_SERVER_URL", "https://example.org")
    with pytest.raises(ImproperlyConfigured, match="OIDC_CLIENT_ID e OIDC_CLIENT_SECRET"):
        environment.single_sign_on()
