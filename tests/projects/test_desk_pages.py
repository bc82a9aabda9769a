"""The review queue and the page of a review, from submission to publication."""

import uuid

import pytest
from django.urls import reverse

from cards.models import Edition
from projects import actions, reviewing
from projects.models import FieldComment, Project
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    user = builders.reviewer()
    client.force_login(user)
    return user


@pytest.fixture
def sent(office, municipalities):
    project = builders.draft(office, municipalities["torino"])
    actions.submit(project, by=office, idempotency_key=uuid.uuid4())
    return project


def url(project, name="review"):
    return reverse(f"desk:project-{name}", args=[project.code])


def test_queue_lists_projects_that_wait_for_the_desk(client, desk, sent, office, municipalities):
    draft = builders.draft(office, municipalities["ivrea"], title="Ancora in bozza")
    page = client.get(reverse("desk:home")).content.decode()
    assert sent.title in page
    assert draft.title not in page


def test_queue_by_state_and_body(client, desk, sent, office, municipalities):
    ivrea = builders.officer(municipalities["ivrea"], "ivrea@example.org")
    draft = builders.draft(ivrea, municipalities["ivrea"], title="Ancora in bozza")
    url = reverse("desk:home")
    assert draft.title in client.get(url, {"stato": "draft"}).content.decode()
    assert sent.title not in client.get(url, {"stato": "draft"}).content.decode()
    assert sent.title not in client.get(url, {"ente": draft.owner_id}).content.decode()
    assert sent.title in client.get(url, {"ente": sent.owner_id}).content.decode()
    assert client.get(url, {"stato": "x", "ente": "y"}).status_code == 200


def test_review_to_publication(client, desk, sent):
    client.post(url(sent, "take"))
    client.post(url(sent, "comment"), {"field": "summary", "text": "Bene"})
    page = client.post(url(sent, "publish"), follow=True).content.decode()
    assert "La scheda è pubblica: edizione 1." in page
    assert builders.project_of(Edition.objects.current().get()) == sent


def test_request_for_changes_needs_a_message_or_a_comment(client, desk, sent):
    client.post(url(sent, "take"))
    page = client.post(url(sent, "request-changes"), {"message": ""})
    assert "Scrivi un messaggio o almeno un commento a un campo" in page.content.decode()
    assert Project.objects.get().status == "in_review"


def test_archive_needs_a_reason(client, desk, sent):
    client.post(url(sent, "take"))
    page = client.post(url(sent, "archive"), {"archive-reason": ""})
    assert "Scrivi il motivo" in page.content.decode()
    client.post(url(sent, "archive"), {"archive-reason": "Fuori tema"})
    assert Project.objects.get().status == "archived"


def test_second_reviewer_gets_a_message_that_the_state_changed(client, desk, sent):
    client.post(url(sent, "take"))
    page = client.post(url(sent, "take"), follow=True).content.decode()
    assert "La scheda è cambiata nel frattempo" in page


def test_comment_on_an_unknown_field_is_refused(client, desk, sent):
    client.post(url(sent, "take"))
    assert client.post(url(sent, "comment"), {"field": "password", "text": "x"}).status_code == 422
    assert not FieldComment.objects.exists()


def test_later_edition_is_shown_with_its_differences(client, desk, office, municipalities):
    card = builders.published(office, desk, municipalities["torino"])
    project = builders.project_of(card)
    actions.revise(project, by=office)
    Project.objects.update(total_cost=15_000_000)
    actions.submit(Project.objects.get(), by=office, idempotency_key=uuid.uuid4())
    page = client.get(url(project)).content.decode()
    assert "14.000.000 €" in page
    assert "15.000.000 €" in page


@pytest.mark.parametrize(
    "name", ["take", "release", "comment", "request-changes", "publish", "archive", "withdraw"]
)
def test_office_cannot_decide(client, office, sent, name):
    client.force_login(office)
    response = client.post(url(sent, name), {"field": "title", "text": "x", "archive-reason": "x"})
    assert response.status_code == 403
    assert Project.objects.get().status == "submitted"


def test_office_and_visitor_do_not_see_the_queue(client, office):
    assert client.get(reverse("desk:home")).url == "/accesso/?next=/redazione/"
    client.force_login(office)
    assert client.get(reverse("desk:home")).status_code == 403


def test_get_changes_nothing(client, desk, sent):
    assert client.get(url(sent, "take")).status_code == 405
    assert Project.objects.get().status == "submitted"


def test_comments_of_earlier_submissions_are_listed(client, desk, sent, office):
    reviewing.take(sent, by=desk)
    reviewing.comment(sent, by=desk, field="summary", text="Troppo breve")
    reviewing.request_changes(sent, by=desk)
    actions.submit(sent, by=office, idempotency_key=uuid.uuid4())
    page = client.get(url(sent)).content.decode()
    assert f"Commenti dell’invio {sent.code}/1" in page
    assert "<strong>Sintesi</strong>: Troppo breve" in page


def test_number_of_queries_of_the_queue_does_not_grow(
    client, desk, office, municipalities, django_assert_num_queries
):
    def send():
        actions.submit(
            builders.draft(office, municipalities["torino"]), by=office, idempotency_key=uuid.uuid4()
        )

    send()
    # session, user, roles; owners of the filter twice; count, page, sendings and takers; six of checks;
    # figures, readiness, months; four of the menu
    with django_assert_num_queries(22):
        client.get(reverse("desk:home"))
    send()
    send()
    with django_assert_num_queries(22):
        client.get(reverse("desk:home"))
