"""Limits of sign-in, and what is recorded of it."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts import throttle
from lib import audit, rates
from lib.audit import Entry
from lib.networks import network_of, truncated
from tests import builders

pytestmark = pytest.mark.django_db
SIGN_IN, RESET = "/accesso/", "/accesso/password/dimenticata/"
PASSWORD = "una frase abbastanza lunga"
REFUSED = "Troppi tentativi"


@pytest.fixture
def owner(municipalities):
    user = builders.officer(municipalities["torino"])
    user.set_password(PASSWORD)
    user.save()
    user.emailaddress_set.get_or_create(email=user.email, defaults={"verified": True, "primary": True})
    return user


def attempt(client, password="sbagliata", address="192.0.2.1", email="referente@example.org"):
    return client.post(SIGN_IN, {"login": email, "password": password}, REMOTE_ADDR=address)


def is_refused(response) -> bool:
    return response.status_code == 200 and REFUSED in response.content.decode()


def test_sixth_attempt_from_one_network_is_refused(client, owner):
    assert [is_refused(attempt(client)) for _n in range(6)] == [False] * 5 + [True]
    assert is_refused(attempt(client, PASSWORD))


def test_guesses_from_many_addresses_are_limited_by_account(client, owner):
    tested = [is_refused(attempt(client, address=f"198.51.100.{n}")) for n in range(14)]
    assert tested == [False] * 10 + [True] * 4
    (message,) = mail.outbox
    assert message.to == [owner.email]
    assert RESET in message.body


def test_owner_still_signs_in_from_a_known_network(client, owner):
    attempt(client, PASSWORD, "203.0.113.7")
    client.logout()
    for n in range(14):
        attempt(client, address=f"198.51.100.{n}")
    assert attempt(client, PASSWORD, "203.0.113.9").status_code == 302


def test_new_password_lets_the_owner_in_at_once(client, owner):
    for n in range(14):
        attempt(client, address=f"198.51.100.{n}")
    mail.outbox.clear()
    client.post(RESET, {"email": owner.email})
    link = re.search(r"https?://[^/]+(/\S+)", mail.outbox[0].body)[1]
    page = client.get(link, follow=True)
    new = {"password1": "un’altra frase lunga", "password2": "un’altra frase lunga"}
    client.post(page.redirect_chain[-1][0], new)
    client.logout()
    assert attempt(client, "un’altra frase lunga", "198.51.100.3").status_code == 302
    assert any("La tua password è cambiata" in message.subject for message in mail.outbox)


def test_colleagues_behind_one_address_are_not_shut_out(client, owner, municipalities):
    builders.officer(municipalities["ivrea"], "collega@example.org")
    for _n in range(30):
        attempt(client, email="collega@example.org")
    assert attempt(client, PASSWORD).status_code == 302


def test_network_that_tries_many_accounts_is_refused(client, owner):
    for _n in range(throttle.NETWORK):
        throttle.rates.use("sign-in-network", network_of("192.0.2.1"), throttle.SECONDS)
    assert is_refused(attempt(client, PASSWORD))


def test_success_does_not_count(client, owner):
    for _n in range(8):
        assert attempt(client, PASSWORD).status_code == 302
        client.logout()


def test_window_ends(client, owner):
    for _n in range(6):
        attempt(client)
    rates.RateCount.objects.update(ends_at=timezone.now())
    assert attempt(client, PASSWORD).status_code == 302


def test_sign_in_failure_and_sign_out_are_recorded(client, owner):
    attempt(client)
    attempt(client, email="nessuno@example.org")
    attempt(client, PASSWORD)
    client.post(reverse("account_logout"), REMOTE_ADDR="192.0.2.1")
    rows = Entry.objects.order_by("pk").values_list("verb", "by__email", "person__email", "code", "address")
    email = owner.email
    assert list(rows) == [
        ("sign_in_failed", None, email, str(owner.pk), "192.0.2.1"),
        ("sign_in_failed", None, None, "", "192.0.2.1"),
        ("sign_in", email, None, str(owner.pk), "192.0.2.1"),
        ("sign_out", email, None, str(owner.pk), "192.0.2.1"),
    ]
    assert "nessuno@example.org" not in "".join(map(str, Entry.objects.values_list()))


def test_sign_in_from_a_new_network_is_told_to_the_owner(client, owner):
    attempt(client, PASSWORD, "192.0.2.1")
    client.logout()
    attempt(client, PASSWORD, "192.0.2.200")
    assert mail.outbox == []
    client.logout()
    attempt(client, PASSWORD, "203.0.113.5")
    (message,) = mail.outbox
    assert (message.to, "203.0.113.0/24" in message.body) == ([owner.email], True)


def test_unknown_address_is_mailed_once_a_day(client, owner):
    for _n in range(3):
        client.post(RESET, {"email": "Nessuno@example.org"})
    assert len(mail.outbox) == 1


def test_denied_page_is_recorded_for_a_signed_in_person(client, owner):
    client.get("/redazione/")
    client.force_login(owner)
    assert client.get("/redazione/cruscotto/").status_code == 403
    entry = Entry.objects.get(verb="denied")
    assert (entry.by, entry.changes) == (owner, {"path": "/redazione/cruscotto/"})


def test_change_of_rights_in_the_admin_is_recorded(client, owner):
    admin = builders.reviewer("admin@example.org", role="administrator")
    admin.is_staff = admin.is_superuser = True
    admin.save()
    client.force_login(admin)
    membership = owner.memberships.get()
    fields = {"user": owner.pk, "organisation": membership.organisation_id, "role": "manager"}
    client.post(f"/admin/accounts/membership/{membership.pk}/change/", fields)
    entry = Entry.objects.get(verb="change_role")
    assert (entry.by, entry.person, entry.changes) == (admin, owner, {"role": "manager"})
    client.post(f"/admin/accounts/membership/{membership.pk}/delete/", {"post": "yes"})
    assert Entry.objects.get(verb="remove").person == owner


def test_register_is_exported(client, owner):
    attempt(client, PASSWORD)
    client.logout()
    client.force_login(builders.reviewer())
    assert "192.0.2.1" in client.get("/redazione/registro/").content.decode()
    response = client.get("/redazione/registro/?cosa=sign_in&formato=csv")
    head, line = b"".join(response.streaming_content).decode().splitlines()
    assert head == "id,at,verb,by,person,kind,code,title,body,address,changes"
    expected = f",sign_in,{owner.email},,account,{owner.pk},{owner},,192.0.2.1,{{}}"
    assert line.endswith(expected)


def test_addresses_are_truncated_after_thirty_days(owner):
    for address in ("192.0.2.77", "2001:db8:1:2:3::9", ""):
        with audit.acting_from(address):
            audit.record("sign_in", by=owner, on=audit.Subject("account", "1"))
    Entry._base_manager.update(at=timezone.now() - timedelta(days=31))
    with audit.acting_from("192.0.2.78"):
        audit.record("sign_in", by=owner, on=audit.Subject("account", "1"))
    rates.use("x", "y", -1)
    call_command("apply_retention")
    call_command("apply_retention")
    addresses = list(Entry.objects.order_by("pk").values_list("address", flat=True))
    assert addresses == ["192.0.2.0/24", "2001:db8:1::/48", "", "192.0.2.78"]
    assert throttle.is_known(owner.email, "192.0.2.9")
    assert not rates.RateCount.objects.exists()


@pytest.mark.parametrize(
    ("address", "network", "truncation"),
    [
        ("192.0.2.77", "192.0.2.77/32", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.77/32", "192.0.2.0/24"),
        ("2001:db8:1:2:3::9", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("192.0.2.0/24", "192.0.2.0/32", "192.0.2.0/24"),
        ("unknown", "", ""),
        ("", "", ""),
    ],
)
def test_networks(address, network, truncation):
    assert (network_of(address), truncated(address)) == (network, truncation)
