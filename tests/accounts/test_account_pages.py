"""The account page in the header; managers who leave or change roles; staff who manage people and bodies."""

import uuid

import pytest
from django.urls import reverse

from accounts.models import Invitation, Membership
from lib.audit import history
from municipalities.models import Organisation
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def country():
    return builders.piedmont()


@pytest.fixture
def manager(country):
    return builders.officer(country["torino"], "responsabile@example.org", role="manager")


def membership(user) -> Membership:
    return Membership.objects.get(user=user)


def words(response) -> str:
    return " ".join(response.content.decode().split())


def test_account_is_in_the_header_and_leads_to_password_and_bodies(client, manager):
    client.force_login(manager)
    assert 'href="/accesso/account/"' in client.get("/area-riservata/").content.decode()
    text = words(client.get("/accesso/account/"))
    for told in (manager.email, "Comune di Torino", "Responsabile dell’ente", "/accesso/password/cambia/"):
        assert told in text
    client.logout()
    assert client.get("/accesso/account/").status_code == 302


def test_only_manager_leaves_after_giving_the_role_to_a_colleague(client, country, manager):
    colleague = builders.officer(country["torino"], "collega@example.org")
    client.force_login(manager)
    leave = reverse("officer:colleague-remove", args=[membership(manager).pk])
    assert "Sei l’unico responsabile" in words(client.post(leave, follow=True))
    role = reverse("officer:colleague-role", args=[membership(colleague).pk])
    client.post(role, {"role": "manager"})
    assert membership(colleague).role == "manager"
    assert client.post(leave).url == "/accesso/account/"
    assert not Membership.objects.filter(user=manager).exists()
    down = reverse("officer:colleague-role", args=[membership(colleague).pk])
    client.force_login(colleague)
    assert "È l’unico responsabile" in words(client.post(down, {"role": "officer"}, follow=True))
    assert membership(colleague).role == "manager"
    assert client.post(down, {"role": "administrator"}).status_code == 403
    verbs = history("organisation", Organisation.objects.get(pk=membership(colleague).organisation_id).slug)
    assert "change_role" in set(verbs.values_list("verb", flat=True))


def test_officer_changes_no_role(client, country, manager):
    client.force_login(builders.officer(country["torino"], "collega@example.org"))
    address = reverse("officer:colleague-role", args=[membership(manager).pk])
    assert client.post(address, {"role": "officer"}).status_code == 403


def test_staff_open_a_body_invite_replace_and_remove_people(client, country, manager):
    client.force_login(builders.reviewer())
    response = client.post(reverse("desk:body-open"), {"comune": "Comune di Ivrea"})
    body = Organisation.objects.get(territory=country["ivrea"])
    assert response.url == reverse("desk:body", args=[body.pk])
    assert "Nessuna persona" in words(client.get(response.url))
    client.post(response.url, {"name": "Ada Neri", "email": "ada@example.org", "role": "manager"})
    assert Invitation.objects.get().organisation == body
    assert "Samone (TN)" in words(client.post(reverse("desk:body-open"), {"comune": "Samone"}, follow=True))
    client.post(reverse("desk:member-remove", args=[membership(manager).pk]))
    assert not Membership.objects.filter(user=manager).exists()


def test_staff_do_not_manage_staff(client, country):
    desk = builders.reviewer()
    client.force_login(desk)
    assert client.post(reverse("desk:member-remove", args=[membership(desk).pk])).status_code == 404
    client.force_login(builders.officer(country["torino"]))
    assert client.get(reverse("desk:bodies")).status_code == 403


def test_what_waits_for_the_office_is_on_its_home(client, country):
    office = builders.officer(country["torino"])
    card = builders.published(office, builders.reviewer(), country["torino"])
    client.force_login(office)
    assert "Aspettano una risposta" not in words(client.get(reverse("officer:home")))
    question = {"text": "A che punto è?", "idempotency_key": str(uuid.uuid4())}
    client.post(f"/progetti/{card.slug}/chiedi/", question)
    text = words(client.get(reverse("officer:home")))
    assert "Aspettano una risposta" in text
    assert "Una domanda di un cittadino" in text
