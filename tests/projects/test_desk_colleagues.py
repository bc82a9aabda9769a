"""What reviewers pass among themselves: assignment, private notes, texts used again."""

import uuid
from decimal import Decimal

import pytest
from django.core import mail
from django.urls import reverse

from lib.audit import Entry
from projects import actions, reviewing
from projects.models import DeskNote, FundingLine, Project, ReplyText
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    user = builders.reviewer()
    client.force_login(user)
    return user


@pytest.fixture
def other(desk):
    return builders.reviewer("altra@example.org")


@pytest.fixture
def sent(office, municipalities):
    project = builders.draft(office, municipalities["torino"])
    actions.submit(project, by=office, idempotency_key=uuid.uuid4())
    return project


def url(project, name="review", *args):
    return reverse(f"desk:{name}", args=[project.code, *args])


def test_submission_is_assigned_to_a_colleague_who_is_mailed(
    client, desk, other, sent, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        page = client.post(url(sent, "project-assign"), {"to": other.pk}, follow=True)
    assert "Ora la scheda è in carico a Altra." in page.content.decode()
    assert Project.objects.get().status == "in_review"
    assert sent.submissions.get().taken_by == other
    assert Entry.objects.get(verb="assign").changes == {"to": "Altra"}
    assert "Affidata a Altra" in page.content.decode()
    (message,) = mail.outbox
    assert message.to == ["altra@example.org"]
    assert "Redazione ti ha affidato la revisione" in message.body


def test_submission_under_review_passes_to_another(client, desk, other, sent):
    reviewing.take(sent, by=other)
    client.post(url(sent, "project-assign"), {"to": desk.pk})
    assert sent.submissions.get().taken_by == desk


@pytest.mark.parametrize("to", ["", "0", "officer"])
def test_assignment_names_what_is_wrong(client, desk, office, sent, to):
    page = client.post(url(sent, "project-assign"), {"to": office.pk if to == "officer" else to})
    assert page.status_code == 422
    expected = "Scegli a chi affidarla" if not to else "Questa persona non fa parte della redazione"
    assert expected in page.content.decode()
    assert Project.objects.get().status == "submitted"


def test_published_project_is_not_assigned(client, desk, other, office, municipalities):
    card = builders.published(office, desk, municipalities["ivrea"])
    project = builders.project_of(card)
    client.force_login(desk)
    assert url(project, "project-assign") not in client.get(url(project, "project-review")).content.decode()
    page = client.post(url(project, "project-assign"), {"to": other.pk}, follow=True)
    assert "La scheda è cambiata nel frattempo" in page.content.decode()


def test_note_is_seen_by_reviewers_alone(client, desk, other, office, sent):
    client.post(url(sent, "project-note"), {"note-text": "Sentire l’ufficio bandi"})
    assert "Sentire l’ufficio bandi" in client.get(url(sent, "project-review")).content.decode()
    client.force_login(other)
    page = client.get(url(sent, "project-review")).content.decode()
    assert "Sentire l’ufficio bandi" in page
    note = DeskNote.objects.get()
    assert reverse("desk:note-remove", args=[sent.code, note.pk]) not in page
    client.post(url(sent, "note-remove", note.pk))
    assert DeskNote.objects.exists()
    client.force_login(office)
    for name in ("project-status", "project-preview"):
        assert (
            "ufficio bandi" not in client.get(reverse(f"officer:{name}", args=[sent.code])).content.decode()
        )
    client.force_login(desk)
    client.post(url(sent, "note-remove", note.pk))
    assert not DeskNote.objects.exists()


def test_empty_note_is_refused(client, desk, sent):
    page = client.post(url(sent, "project-note"), {"note-text": " "})
    assert page.status_code == 422
    assert "Scrivi la nota" in page.content.decode()


def test_reply_text_is_written_inserted_and_deleted(client, desk, sent):
    told = {"title": "Manca il CUP", "text": "Scrivi il codice unico di progetto."}
    client.post(reverse("desk:reply-new"), told)
    reply = ReplyText.objects.get()
    assert (reply.updated_by, Entry.objects.get(verb="write_reply_text").title) == (desk, "Manca il CUP")
    page = client.post(reverse("desk:reply-new"), told)
    assert "C’è già un testo con questo titolo" in page.content.decode()
    reviewing.take(sent, by=desk)
    typed = {"message": "Buongiorno.", "comment-title": "Troppo lungo", "reply": "Manca il CUP"}
    page = client.post(url(sent, "project-reply-text"), typed).content.decode()
    assert "Buongiorno.\n\nScrivi il codice unico di progetto.</textarea>" in page
    assert "Troppo lungo</textarea>" in page
    client.post(reverse("desk:reply-edit", args=[reply.pk]), {**told, "text": "Il CUP."})
    assert "Il CUP." in client.get(reverse("desk:reply-list")).content.decode()
    client.post(reverse("desk:reply-delete", args=[reply.pk]))
    assert not ReplyText.objects.exists()


@pytest.mark.parametrize("name", ["reply-list", "reply-new"])
def test_reply_texts_are_of_the_desk(client, office, name):
    client.force_login(office)
    assert client.get(reverse(f"desk:{name}")).status_code == 403


def test_funding_above_the_cost_is_told_at_the_step_and_in_the_summary(client, office, municipalities):
    project = builders.draft(office, municipalities["torino"])
    FundingLine.objects.create(project=project, source="eu", amount=Decimal("14000000.50"))
    client.force_login(office)
    for step in ("risorse", "riepilogo"):
        page = client.get(reverse("officer:project-step", args=[project.code, step])).content.decode()
        assert "Le fonti sommano 14.000.000,50 €, il costo totale è 14.000.000 €" in page, step
