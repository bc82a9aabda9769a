"""Other bodies read the card's words, never those of the working copy: pages, lists, messages."""

import uuid

import pytest
from django.core import mail
from django.urls import reverse

from municipalities.actions import body_of_municipality
from projects import actions
from projects.models import Project
from reuse.actions import adopting
from reuse.transitions import AdoptionTransition, Side
from tests import builders

pytestmark = pytest.mark.django_db
SECRET, HIDDEN_ADDRESS = "Titolo non ancora approvato", "bozza@example.org"


@pytest.fixture
def revised(office, desk, municipalities):
    """A published card whose owner has begun a revision with another title and contact."""
    card = builders.published(office, desk, municipalities["torino"], title="Lampioni di tutti")
    project = actions.revise(builders.project_of(card), by=office)
    Project.objects.filter(pk=project.pk).update(title=SECRET, contact_email=HIDDEN_ADDRESS)
    return card


def test_another_body_never_reads_the_working_copy(
    client, revised, office, municipalities, django_capture_on_commit_callbacks
):
    other = builders.officer(municipalities["ivrea"], "ivrea@example.org")
    body = body_of_municipality(municipalities["ivrea"])
    with django_capture_on_commit_callbacks(execute=True):
        adoption = adopting.ask(
            revised.record, by=other, adopter=body, idempotency_key=uuid.uuid4(), note="Ci serve"
        )
        adopting.advance(
            adoption,
            AdoptionTransition.REPLY,
            by=office,
            side=Side.GIVER,
            idempotency_key=uuid.uuid4(),
            note="Eccoci",
        )
    client.force_login(other)
    pages = [
        reverse("officer:assess", args=[revised.code]),
        reverse("officer:adoption-list"),
        reverse("officer:adoption", args=[adoption.pk]),
        reverse("officer:adoption-ask", args=[revised.code]),
        reverse("officer:home"),
        f"/progetti/{revised.slug}/",
        f"/progetti/{revised.slug}/riusa/",
        f"/api/v1/projects/{revised.code}",
        f"/api/v1/projects/{revised.code}/adoptions",
    ]
    for page in pages:
        response = client.get(page, follow=True)
        assert response.status_code == 200, page
        assert SECRET not in response.content.decode(), page
    assert "Lampioni di tutti" in client.get(pages[0]).content.decode()
    assert mail.outbox
    for message in mail.outbox:
        assert SECRET not in message.subject + message.body
        assert HIDDEN_ADDRESS not in message.recipients()
