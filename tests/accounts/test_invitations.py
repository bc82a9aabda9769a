"""Who is invited decides: nothing is theirs, and nothing of theirs is shown, before they accept."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts import actions
from accounts.models import ApiToken, Invitation, Membership, User
from lib.audit import Entry
from tests import builders

pytestmark = pytest.mark.django_db
OURS = reverse("officer:colleagues")


@pytest.fixture
def manager(municipalities, client):
    user = builders.officer(municipalities["ivrea"], "capo@example.org", role="manager")
    client.force_login(user)
    return user


@pytest.fixture
def body(manager):
    return manager.memberships.get().organisation


def invite(client, body, commit, email="nuova@example.org", role="officer"):
    fields = {"organisation": body.pk, "name": "Nuova Collega", "email": email, "role": role}
    with commit(execute=True):
        return client.post(OURS, fields, follow=True)


@pytest.fixture
def commit(django_capture_on_commit_callbacks):
    return django_capture_on_commit_callbacks


def link(message) -> str:
    return re.search(r"(/accesso/inviti/\S+)", message.body)[1]


def test_typing_an_address_reveals_no_name_and_gives_no_role(client, body, commit, municipalities):
    known = builders.officer(municipalities["torino"], "nota@example.org")
    User.objects.filter(pk=known.pk).update(name="Nome Segreto")
    page = invite(client, body, commit, email="Nota@example.org").content.decode()
    assert "Nome Segreto" not in page
    assert "nota@example.org" in page
    assert not Membership.objects.filter(user=known, organisation=body).exists()


def test_new_person_accepts_and_chooses_a_password(client, body, commit):
    invite(client, body, commit)
    assert not User.objects.filter(email="nuova@example.org").exists()
    address = link(mail.outbox[0])
    client.logout()
    assert "Invito a lavorare per Comune di Ivrea" in client.get(address).content.decode()
    assert not User.objects.filter(email="nuova@example.org").exists()
    answer = client.post(address)
    assert answer.url.startswith("/accesso/password/scegli/")
    membership = Membership.objects.get(user__email="nuova@example.org")
    assert (membership.organisation, membership.role) == (body, "officer")
    assert client.get(address).status_code == 410
    assert [event.verb for event in Entry.objects.order_by("pk")] == ["invite", "accept_invitation"]


def test_known_person_signs_in_first(client, body, commit, municipalities):
    known = builders.officer(municipalities["torino"], "nota@example.org")
    invite(client, body, commit, email="nota@example.org")
    address = link(mail.outbox[0])
    client.logout()
    assert client.post(address).url == f"/accesso/?next={address}"
    assert known.memberships.count() == 1
    client.force_login(known)
    client.post(address)
    assert known.memberships.filter(organisation=body, role="officer").exists()


def test_another_person_cannot_accept(client, manager, body, commit):
    invite(client, body, commit)
    answer = client.post(link(mail.outbox[0]))
    assert answer.status_code == 403
    assert "Invito a lavorare per Comune di Ivrea" in answer.content.decode()
    assert not Membership.objects.filter(user__email="nuova@example.org").exists()
    assert manager.memberships.count() == 1


def test_invitation_expires_and_can_be_sent_again(client, body, commit):
    invite(client, body, commit)
    address = link(mail.outbox[0])
    Invitation.objects.update(sent_at=timezone.now() - timedelta(days=15))
    assert client.get(address).status_code == 410
    assert "scaduto" in client.get(OURS).content.decode()
    offer = Invitation.objects.get()
    for words in ("Invito inviato di nuovo a nuova@example.org.", "L’invito è appena partito"):
        with commit(execute=True):
            page = client.post(reverse("officer:offer-resend", args=[offer.pk]), follow=True)
        assert words in page.content.decode()
    assert len(mail.outbox) == 2
    client.logout()
    assert client.get(link(mail.outbox[-1])).status_code == 200


def test_inviting_twice_keeps_one_open_invitation(client, body, commit):
    invite(client, body, commit)
    invite(client, body, commit, role="manager")
    assert Invitation.objects.get().role == "manager"


def test_cancelled_invitation_opens_nothing(client, body, commit):
    invite(client, body, commit)
    offer = Invitation.objects.get()
    client.post(reverse("officer:offer-cancel", args=[offer.pk]))
    client.logout()
    assert client.post(link(mail.outbox[0])).status_code == 410
    assert not User.objects.filter(email="nuova@example.org").exists()


def test_manager_of_another_body_touches_nothing(client, body, commit, municipalities):
    invite(client, body, commit)
    client.force_login(builders.officer(municipalities["torino"], "altro@example.org", role="manager"))
    offer = Invitation.objects.get()
    for name in ("offer-resend", "offer-cancel"):
        answer = client.post(reverse(f"officer:{name}", args=[offer.pk]))
        assert answer.status_code == 403
        assert "nuova@example.org" not in answer.content.decode()
    assert Invitation.objects.get().cancelled_at is None


def test_officer_invited_as_manager_becomes_one(body, manager, municipalities):
    officer = builders.officer(municipalities["ivrea"], "referente@example.org")
    offer = actions.invite_colleague(body, by=manager, email=officer.email, name="R", role="manager")
    assert officer.memberships.get().role == "officer"
    actions.accept_invitation(offer)
    assert officer.memberships.get().role == "manager"


def test_message_that_could_not_be_sent_is_shown(client, body, commit, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    invite(client, body, commit)
    assert Invitation.objects.get().is_delivered is False
    assert "il messaggio non è partito" in client.get(OURS).content.decode()


def test_colleagues_page_takes_a_constant_number_of_queries(
    client, body, municipalities, django_assert_num_queries
):
    actions.invite_colleague(body, by=User.objects.get(), email="a@example.org", name="A", role="officer")
    # session, user, roles; bodies, members, invitations
    with django_assert_num_queries(6):
        page = client.get(OURS).content.decode()
    assert "capo@example.org" in page
    assert "a@example.org" in page
    for email in ("b@example.org", "c@example.org"):
        builders.officer(municipalities["ivrea"], f"x{email}")
        actions.invite_colleague(body, by=User.objects.first(), email=email, name="B", role="officer")
    with django_assert_num_queries(6):
        page = client.get(OURS).content.decode()
    assert "xb@example.org" in page
    assert ">c@example.org" in page


def test_tokens_page_shows_a_secret_once_and_takes_constant_queries(
    client, body, manager, django_assert_num_queries
):
    url = reverse("officer:tokens")
    page = client.post(url, {"organisation": body.pk, "name": "Gestionale"}).content.decode()
    secret = re.search(r"osc_[\w-]+", page)[0]
    assert ApiToken.objects.of(secret).get().name == "Gestionale"
    # session, user, roles; bodies, tokens
    with django_assert_num_queries(5):
        page = client.get(url).content.decode()
    assert "Gestionale" in page
    assert secret not in page
    for name in ("Sito", "Archivio"):
        actions.create_token(body, by=manager, name=name)
    with django_assert_num_queries(5):
        page = client.get(url).content.decode()
    assert "Archivio" in page


def test_a_token_expires(manager, body):
    token, secret = actions.create_token(body, by=manager, name="Gestionale", days=90)
    assert ApiToken.objects.valid().of(secret).get() == token
    ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now())
    assert not ApiToken.objects.valid().of(secret).exists()


def test_only_the_digest_of_an_invitation_is_stored_and_a_resent_one_has_another_link(
    client, body, commit, manager
):
    invite(client, body, commit)
    first, invitation = link(mail.outbox[0]), Invitation.objects.get()
    assert first.split("/")[-2] not in str(vars(invitation))
    Invitation.objects.update(sent_at=timezone.now() - timedelta(minutes=2))
    with commit(execute=True):
        actions.resend_offer(invitation, by=manager)
    client.logout()
    assert client.get(first).status_code == 410
    assert client.get(link(mail.outbox[-1])).status_code == 200
