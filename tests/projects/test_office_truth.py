"""What the office and the desk read of a project: its true state, its answers, its history."""

import uuid

import pytest
from django.core import mail
from django.urls import reverse

from cards.models import Edition
from projects import actions, publishing
from projects.models import Document, FundingLine, Identifier, Indicator, Project
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def municipalities():
    return builders.piedmont()


@pytest.fixture
def office(municipalities, client):
    user = builders.officer(municipalities["torino"])
    client.force_login(user)
    return user


@pytest.fixture
def desk():
    return builders.reviewer()


def words(response) -> str:
    return " ".join(response.content.decode().split())


def page(client, project, name="status", *args):
    return client.get(reverse(f"officer:project-{name}", args=[project.code, *args]))


def test_withdrawn_card_is_called_so_and_comes_back_as_its_next_edition(
    client, office, desk, municipalities, django_capture_on_commit_callbacks
):
    card = builders.published(office, desk, municipalities["torino"])
    publishing.withdraw(card, by=desk, reason="Un errore nei costi.")
    project = builders.project_of(card)
    text = words(page(client, project))
    assert "Ritirata" in text
    assert "La scheda non è più pubblica." in text
    assert "Un errore nei costi." in text
    assert "la scheda è pubblica" not in text
    home = words(client.get(reverse("officer:home")))
    assert "Leggi perché, poi riaprila" in home
    client.force_login(desk)
    address = reverse("desk:project-restore", args=[project.code])
    assert address in client.get(reverse("desk:project-review", args=[project.code])).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address)
    restored = Edition.objects.get(is_current=True)
    assert (restored.edition, restored.title) == (2, card.title)
    assert client.get(f"/progetti/{card.slug}/").status_code == 200
    assert client.get(f"/progetti/{card.slug}/versioni/1/").status_code == 410
    assert mail.outbox[-1].subject == f"La scheda «{card.title}» è di nuovo pubblica"
    again = client.post(address, follow=True)
    assert "La scheda è cambiata nel frattempo" in again.content.decode()
    assert Edition.objects.count() == 2


def test_files_of_a_restored_card_are_public_again(client, office, desk, municipalities, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    project = builders.draft(office, municipalities["torino"])
    document = Document(project=project, type="manual", title="Manuale", media_type="application/pdf", size=3)
    document.file.save("m.pdf", builders.content_file(b"%PDF-"))
    card = builders.publish_draft(project, office, desk)
    address = reverse("document-file", args=[document.pk])
    publishing.withdraw(card, by=desk, reason="Prova")
    assert client.get(address).status_code == 404
    publishing.restore(Edition.objects.get(pk=card.pk), by=desk)
    assert client.get(address).status_code == 200


def test_step_of_a_project_that_was_sent_leads_to_what_can_be_done(client, office, municipalities):
    project = builders.draft(office, municipalities["torino"])
    actions.submit(project, by=office, idempotency_key=uuid.uuid4())
    response = client.get(reverse("officer:project-step", args=[project.code, "progetto"]), follow=True)
    assert response.redirect_chain == [(reverse("officer:project-status", args=[project.code]), 302)]
    assert "L’hai inviata alla redazione: per cambiarla riprendi la bozza." in words(response)


def test_summary_shows_every_answer_as_the_card_will(client, office, municipalities):
    project = builders.draft(office, municipalities["torino"], total_cost=1_000_000, end_planned="2026-11")
    Document.objects.create(project=project, type="manual", title="Il manuale", url="https://example.org/m")
    FundingLine.objects.create(project=project, source="eu", programme="FESR", amount=500_000)
    Indicator.objects.create(project=project, name="Consumo", unit="MWh", value=1200)
    Identifier.objects.create(project=project, scheme="cup", value="C19I21000130001")
    text = words(page(client, project, "step", "riepilogo"))
    for told in (
        "1.000.000 €",
        "novembre 2026",
        "Unione europea, FESR, 500.000 €",
        "Consumo, MWh, oggi 1.200",
        'href="https://example.org/m"',
        "Il manuale (Manuale",
        "Lasciati vuoti:",
    ):
        assert told in text


def test_saves_of_a_day_are_one_line_of_the_history(client, office, municipalities):
    project = builders.draft(office, municipalities["torino"])
    for _ in range(3):
        project.refresh_from_db()
        actions.save_draft(project, by=office, version=project.version, changes={"fields": ["title"]})
    actions.submit(Project.objects.get(), by=office, idempotency_key=uuid.uuid4())
    text = words(page(client, project))
    assert text.count("salvataggi della bozza, dalle") == 1
    assert "3 salvataggi della bozza, dalle" in text
    assert "Inviata (" in text
