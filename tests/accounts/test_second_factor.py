"""The second factor: activated, asked for, required of staff, and not stored in the clear."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.db import connection
from django.urls import reverse

from lib.audit import Entry
from tests import builders

pytestmark = pytest.mark.django_db
ACTIVATE, CODE = reverse("mfa_activate_totp"), reverse("mfa_authenticate")


def code_of(secret: str) -> str:
    """What an app with this secret shows now."""
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def sign_in(client, user):
    """Sign in, and say the password again, as for every change of an account."""
    response = client.post(reverse("account_login"), {"login": user.email, "password": builders.PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": builders.PASSWORD})
    return response


def activate(client) -> str:
    """Activate it as a person does; gives the secret."""
    page = client.get(ACTIVATE).content.decode()
    secret = re.search(r'class="secret">([A-Z2-7]+)<', page)[1]
    assert 'src="data:image/svg+xml;base64,' in page
    wrong = client.post(ACTIVATE, {"code": "000000"})
    assert "Codice non corretto" in wrong.content.decode()
    secret = re.search(r'class="secret">([A-Z2-7]+)<', client.get(ACTIVATE).content.decode())[1]
    done = client.post(ACTIVATE, {"code": code_of(secret)})
    assert done["Location"] == reverse("mfa_view_recovery_codes")
    return secret


def test_officer_activates_it_and_then_signs_in_with_a_code(
    client, office, django_capture_on_commit_callbacks
):
    sign_in(client, office)
    with django_capture_on_commit_callbacks(execute=True):
        secret = activate(client)
    codes = re.findall(
        r"<code>(\d{8})</code>", client.get(reverse("mfa_view_recovery_codes")).content.decode()
    )
    assert len(codes) == 10
    assert "Il secondo fattore del tuo accesso" in mail.outbox[-1].subject
    client.logout()
    assert sign_in(client, office)["Location"] == CODE
    assert client.get("/area-riservata/").status_code == 302
    assert "Codice non corretto" in client.post(CODE, {"code": "123456"}).content.decode()
    # A code is taken once: the one of the activation is spent, a recovery code is not.
    client.post(CODE, {"code": codes[0]})
    assert client.get("/area-riservata/").status_code == 200
    client.logout()
    sign_in(client, office)
    assert "Codice non corretto" in client.post(CODE, {"code": codes[0]}).content.decode()
    verbs = set(Entry.objects.values_list("verb", flat=True))
    assert {"totp_activated", "sign_in"} <= verbs
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator")
        assert secret not in str(cursor.fetchall())


def test_second_factor_is_deactivated(client, office):
    sign_in(client, office)
    activate(client)
    assert "Attivo: l’accesso chiede anche un codice." in client.get("/accesso/account/").content.decode()
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.exists()
    assert Entry.objects.filter(verb="totp_deactivated").exists()


@pytest.mark.parametrize("path", ["/redazione/", "/redazione/registro/", "/admin/"])
def test_staff_must_activate_it_where_it_is_required(client, settings, path):
    desk = builders.reviewer()
    desk.is_staff = desk.is_superuser = True
    desk.save()
    sign_in(client, desk)
    assert client.get(path).status_code == 200
    settings.STAFF_SECOND_FACTOR = True
    page = client.get(path, follow=True)
    assert page.redirect_chain[0][0] == ACTIVATE
    assert "entra con un secondo fattore" in page.content.decode()
    activate(client)
    assert client.get(path).status_code == 200


def test_officers_may_do_without(client, settings, office):
    settings.STAFF_SECOND_FACTOR = True
    sign_in(client, office)
    assert client.get("/area-riservata/").status_code == 200
    assert client.get("/redazione/").status_code == 403


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_its_pages_are_in_both_languages(client, office, prefix):
    sign_in(client, office)
    activate(client)
    words = {"": "Nuovi codici di riserva", "/en": "New recovery codes"}[prefix]
    assert words in client.get(f"{prefix}/accesso/secondo-fattore/riserva/nuovi/").content.decode()
