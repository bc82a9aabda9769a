"""Staff pages of people and bodies, the limits of signing in, who may enter the administration."""

import pytest
from django.core import mail
from django.core.cache import cache
from django.urls import reverse

from accounts.actions import invite_colleague
from lib.audit import Entry
from protocols import actions
from protocols.models import Adhesion, Protocol
from protocols.views import ADHESIONS
from tests import builders

pytestmark = pytest.mark.django_db
LIST, BODIES = reverse("desk:adhesion-list"), reverse("desk:bodies")


@pytest.fixture(autouse=True)
def nobody_counted():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def desk(client):
    user = builders.reviewer()
    client.force_login(user)
    return user


@pytest.fixture
def protocol():
    return Protocol.objects.create(
        slug="torino",
        title="Torino",
        promoter="X",
        admitted_kinds=["municipality"],
        published_at="2026-01-01T00:00Z",
    )


@pytest.fixture
def ask(protocol, municipalities):
    def create(municipality="ivrea", email="ufficio@example.org", status="received"):
        return Adhesion.objects.create(
            protocol=protocol,
            kind="municipality",
            municipality=municipalities[municipality],
            office="Innovazione",
            officer_name="Anna Prova",
            email=email,
            status=status,
        )

    return create


def detail(adhesion):
    return reverse("desk:adhesion-detail", args=[adhesion.pk])


def test_second_request_of_a_body_is_refused_with_words(client, desk, ask):
    first, second = ask(), ask(email="altra@example.org")
    client.post(detail(first), {"accept": "1"})
    page = client.post(detail(second), {"accept": "1"}, follow=True).content.decode()
    assert "Comune di Ivrea ha già aderito a questo protocollo con un’altra richiesta." in page
    second.refresh_from_db()
    assert second.status == "received"


def test_invitation_is_sent_again_once_a_minute(client, desk, ask, django_capture_on_commit_callbacks):
    adhesion = ask()
    actions.accept_adhesion(adhesion, by=desk)
    address = reverse("desk:adhesion-resend", args=[adhesion.pk])
    for words in ("Invito inviato di nuovo a ufficio@example.org.", "L’invito è appena partito"):
        with django_capture_on_commit_callbacks(execute=True):
            assert words in client.post(address, follow=True).content.decode()
    assert [message.to for message in mail.outbox] == [["ufficio@example.org"]]
    assert "/accesso/password/scegli/" in mail.outbox[0].body


def test_message_that_could_not_be_sent_is_shown(
    client, desk, ask, settings, django_capture_on_commit_callbacks
):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    adhesion = ask()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(detail(adhesion), {"accept": "1"})
    assert Entry.objects.order_by("-pk").first().verb == "mail_failed"
    assert "L’ultimo messaggio non è partito." in client.get(detail(adhesion)).content.decode()


def test_request_not_accepted_has_no_invitation(client, desk, ask):
    address = reverse("desk:adhesion-resend", args=[ask().pk])
    assert client.post(address).status_code == 404
    assert client.get(address).status_code == 405
    assert not mail.outbox
    assert not Entry.objects.exists()


def test_list_is_searched_and_counted(client, desk, ask, django_assert_num_queries):
    ask()
    # session, user, roles; counts of the states, count and rows of the page; four of the menu
    with django_assert_num_queries(10):
        client.get(LIST)
    ask("torino", email="torino@example.org")
    page = client.get(LIST, {"q": "ivrea"}).content.decode()
    assert "Comune di Ivrea" in page
    assert "Comune di Torino" not in page
    assert "Da esaminare (2)" in page
    ask("samone", email="samone@example.org")
    with django_assert_num_queries(10):
        client.get(LIST)


def test_bodies_show_people_roles_and_invitations(
    client, desk, municipalities, ask, django_assert_num_queries
):
    manager = builders.officer(municipalities["ivrea"], "capo@example.org", role="manager")
    body = manager.memberships.get().organisation
    invite_colleague(body, by=manager, email="nuova@example.org", name="N", role="officer")
    builders.draft(manager, municipalities["ivrea"])
    page = client.get(BODIES).content.decode()
    assert "capo@example.org" in page
    assert "invito non ancora accettato" in page
    assert "1 scheda" in page
    # session, user, roles, roles counted; count and page of bodies, people, offers; four of the menu
    with django_assert_num_queries(12):
        client.get(BODIES)
    builders.officer(municipalities["torino"], "due@example.org")
    builders.officer(municipalities["samone"], "tre@example.org")
    with django_assert_num_queries(12):
        client.get(BODIES)
    found = client.get(BODIES, {"q": "capo", "tipo": "municipality", "ruolo": "manager"})
    assert [b.name for b in found.context["page"].object_list] == ["Comune di Ivrea"]
    assert client.get(BODIES, {"ruolo": "administrator"}).context["page"].paginator.count == 0


@pytest.mark.parametrize("address", [LIST, BODIES])
def test_office_sees_no_staff_page(client, municipalities, ask, address):
    ask()
    client.force_login(builders.officer(municipalities["torino"]))
    answer = client.get(address)
    assert answer.status_code == 403
    assert "ufficio@example.org" not in answer.content.decode()


def sign_in(client, address, password):
    told = {"login": "capo@example.org", "password": password}
    return client.post(reverse("account_login"), told, REMOTE_ADDR=address)


def test_five_failures_lock_the_pair_not_the_owner(client, municipalities):
    builders.officer(municipalities["ivrea"], "capo@example.org")
    for _time in range(5):
        page = sign_in(client, "192.0.2.1", "sbagliata").content.decode()
        assert (
            "Nome utente o password non corretti. Dopo 5 tentativi l’accesso si blocca per 15 minuti" in page
        )
    locked = sign_in(client, "192.0.2.1", builders.PASSWORD)
    assert "Troppi tentativi: da qui l’accesso è bloccato per 15 minuti." in locked.content.decode()
    assert sign_in(client, "192.0.2.2", builders.PASSWORD).status_code == 302


def test_reviewer_at_the_administration_learns_who_gives_permission(client, desk):
    answer = client.get("/admin/", follow=True)
    assert answer.status_code == 403
    assert "Li può dare il responsabile del tuo ente; se lavori in redazione, l’amministrazione." in (
        answer.content.decode()
    )


def test_form_to_join_has_a_limit(client, protocol):
    address = reverse("protocols:adhesion-request", args=[protocol.slug])
    answers = [client.post(address, {"office": "X"}).status_code for _time in range(ADHESIONS + 1)]
    assert answers == [422] * ADHESIONS + [429]
    page = client.post(address)
    assert page["Retry-After"] == "3600"
    assert "aspetta un’ora" in page.content.decode()
