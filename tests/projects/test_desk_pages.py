"""The review queue and the page of a review, from submission to publication."""

import uuid

import pytest
from django.urls import reverse

from cards.models import Edition
from projects import actions, reviewing
from projects.models import Document, FieldComment, FundingLine, Identifier, Indicator, Project
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
    assert "15.000.000\u00a0€" in page


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
    note = FieldComment.objects.get()
    note.answer = "Ora è più lunga"
    note.save()
    Project.objects.filter(pk=sent.pk).update(summary="Più lunga di prima.")
    actions.submit(Project.objects.get(), by=office, idempotency_key=uuid.uuid4())
    page = " ".join(client.get(url(sent)).content.decode().split())
    assert "<strong>Chiesto prima:</strong> Troppo breve" in page
    assert "Ora è più lunga" in page
    before = "<del >Sostituzione dei lampioni con apparecchi a LED telecontrollati.</del>"
    assert f"Cambiato dall’invio di prima: {before}" in page.replace("<del>", "<del >")
    assert page.count("Cambiato dall’invio di prima:") == 1


def test_review_shows_values_as_people_read_them(client, desk, office, municipalities):
    project = builders.draft(office, municipalities["torino"], total_cost=1_000_000.5, end_planned="2026-11")
    Identifier.objects.create(project=project, scheme="cup", value="C19I21000130001")
    Identifier.objects.create(project=project, scheme="cig", value="Z1A2B3C4D5")
    Document.objects.create(
        project=project, type="specification", title="Capitolato", url="https://example.org/c.pdf"
    )
    FundingLine.objects.create(project=project, source="eu", amount=500)
    Indicator.objects.create(project=project, name="Consumo", unit="MWh", value=1200, date="2025-03")
    actions.submit(project, by=office, idempotency_key=uuid.uuid4())
    page = " ".join(client.get(url(project)).content.decode().split())
    for text in (
        "1.000.000,50 €",
        "novembre 2026",
        'href="https://example.org/c.pdf"',
        "Capitolato (Capitolato o specifica, ",
        "CIG Z1A2B3C4D5",
        "Unione europea, 500 €",
        "Consumo, MWh, oggi 1.200, marzo 2025",
    ):
        assert text in page
    assert page.count("C19I21000130001") == 1
    for raw in ("1000000.5", "2026-11<", "specification"):
        assert raw not in page


def test_a_field_left_empty_and_the_documents_can_be_commented(client, desk, sent):
    reviewing.take(sent, by=desk)
    page = client.get(url(sent)).content.decode()
    assert 'name="comment-savings_per_year"' in page
    assert 'name="comment-documents"' in page


def test_comments_are_saved_while_they_are_written(client, desk, sent):
    reviewing.take(sent, by=desk)
    submission = sent.submissions.get()
    address, script = reverse("desk:project-comments", args=[sent.code]), {"X-Requested-With": "fetch"}

    def save(text, was="", number=submission.pk):
        typed = {"submission": number, "comment-summary": text, "was-summary": was}
        return client.post(address, typed, headers=script)

    assert save("Troppo breve").json()["message"].startswith("Commenti salvati alle ")
    assert save("Troppo breve: per chi è?", "Troppo breve").status_code == 200
    assert [note.text for note in FieldComment.objects.all()] == ["Troppo breve: per chi è?"]
    assert save("x" * 2001).status_code == 422
    assert save("Altro", number=0).status_code == 409
    assert [note.text for note in FieldComment.objects.all()] == ["Troppo breve: per chi è?"]


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
