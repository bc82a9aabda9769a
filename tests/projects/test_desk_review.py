"""The page of a review: who has taken it, comments, automatic checks."""

import uuid
from decimal import Decimal

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from lib import workflow
from lib.audit import Entry
from lib.links.models import LinkCheck
from projects import actions, publishing, reviewing
from projects.desk.checks import check
from projects.models import FieldComment, FundingLine, Identifier, Project
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


def url(project, name="review"):
    return reverse(f"desk:project-{name}", args=[project.code])


@pytest.mark.parametrize("name", ["publish", "request-changes", "archive", "release", "comments"])
def test_second_person_cannot_decide(client, desk, other, sent, name):
    reviewing.take(sent, by=other)
    told = {"message": "Completa", "archive-reason": "Fuori tema", "comment-title": "Breve"}
    page = client.post(url(sent, name), told, follow=True)
    assert "La scheda è in carico a Altra: non puoi decidere tu." in page.content.decode()
    assert Project.objects.get().status == "in_review"
    assert not FieldComment.objects.exists()


def test_texts_of_a_reviewer_who_cannot_decide_are_shown_again(client, desk, other, sent):
    reviewing.take(sent, by=other)
    words = "Un commento lungo. " * 90
    page = client.post(url(sent, "request-changes"), {"message": "", "comment-summary": words.strip()})
    assert page.status_code == 409
    assert words.strip() in page.content.decode()


def test_reviewer_is_named_and_can_be_replaced(client, desk, other, sent):
    reviewing.take(sent, by=other)
    page = client.get(url(sent)).content.decode()
    assert "In carico a Altra" in page
    assert reverse("desk:project-publish", args=[sent.code]) not in page
    client.post(url(sent, "take-over"))
    assert sent.submissions.get().taken_by == desk
    assert Entry.objects.get(verb="take_over").changes == {"from": "Altra"}
    assert client.post(url(sent, "publish")).status_code == 302
    assert Project.objects.get().status == "published"


def test_replaced_reviewer_cannot_decide(desk, other, sent):
    reviewing.take(sent, by=other)
    reviewing.take_over(sent, by=desk)
    with pytest.raises(workflow.HeldByAnother):
        publishing.publish(Project.objects.get(), by=other)
    assert Project.objects.get().status == "in_review"


def test_comments_are_mailed_in_one_message(client, desk, sent, django_capture_on_commit_callbacks):
    reviewing.take(sent, by=desk)
    told = {"comment-summary": "Troppo breve", "comment-total_cost": "Manca l’IVA", "message": "Grazie"}
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url(sent, "request-changes"), told)
    assert Project.objects.get().status == "changes_requested"
    assert sorted(FieldComment.objects.values_list("field", "text")) == [
        ("summary", "Troppo breve"),
        ("total_cost", "Manca l’IVA"),
    ]
    (message,) = mail.outbox
    assert "- Sintesi: Troppo breve" in message.body
    assert "- Costo totale: Manca l’IVA" in message.body
    assert "Grazie" in message.body


def test_comment_is_changed_and_deleted(client, desk, sent):
    reviewing.take(sent, by=desk)
    client.post(url(sent, "comments"), {"comment-summary": "Breve", "was-summary": ""})
    client.post(url(sent, "comments"), {"comment-summary": "Troppo breve", "was-summary": "Breve"})
    assert FieldComment.objects.get().text == "Troppo breve"
    client.post(url(sent, "comments"), {"comment-summary": "", "was-summary": "Troppo breve"})
    assert not FieldComment.objects.exists()


def test_comments_of_two_tabs_are_joined(client, desk, sent):
    reviewing.take(sent, by=desk)
    client.post(url(sent, "comments"), {"comment-summary": "Dalla prima", "was-summary": ""})
    client.post(url(sent, "comments"), {"comment-summary": "", "was-summary": "", "comment-title": "Bene"})
    client.post(url(sent, "comments"), {"comment-summary": "Dalla seconda", "was-summary": ""})
    assert FieldComment.objects.get(field="summary").text == "Dalla prima\n\nDalla seconda"


def test_comment_too_long_is_shown_again_with_its_error(client, desk, sent):
    reviewing.take(sent, by=desk)
    words = "x" * 2001
    page = client.post(url(sent, "comments"), {"comment-summary": words})
    assert page.status_code == 422
    assert words in page.content.decode()
    assert "Il commento può avere al massimo 2000 caratteri: ne hai scritti 2001" in page.content.decode()


def test_comments_are_stored_when_publishing(client, desk, sent):
    reviewing.take(sent, by=desk)
    client.post(url(sent, "publish"), {"comment-summary": "Per la prossima volta", "checked": ["plain", "x"]})
    assert FieldComment.objects.get().text == "Per la prossima volta"
    assert Entry.objects.get(verb="publish").changes == {"edition": 1, "checked": ["plain"]}


def test_page_of_an_earlier_submission_decides_nothing(client, desk, sent, office):
    reviewing.take(sent, by=desk)
    old = sent.submissions.get().pk
    reviewing.request_changes(sent, by=desk)
    actions.submit(sent, by=office, idempotency_key=uuid.uuid4())
    reviewing.take(sent, by=desk)
    client.post(url(sent, "publish"), {"submission": old})
    assert Project.objects.get().status == "in_review"


def warnings(project):
    return check([project])[project.pk]


def test_checks_of_codes_money_english_and_links(sent):
    Identifier.objects.create(project=sent, scheme="cup", value="C19")
    FundingLine.objects.create(project=sent, source="eu", amount=Decimal(1_000_000))
    Project.objects.update(website="https://example.org/")
    LinkCheck.objects.create(url="https://example.org/", state="dead", checked_at=timezone.now())
    found = warnings(Project.objects.get())
    assert found.errors == [
        "C19: Il CUP ha 15 caratteri: questo ne ha 3",
        "Le fonti sommano 1.000.000 €, il costo totale è 14.000.000 €",
    ]
    assert found.notes == [
        "Manca l’inglese: titolo o sintesi",
        "Il collegamento non risponde: https://example.org/",
    ]
    assert not found.is_clean


def test_complete_project_has_no_errors(sent):
    FundingLine.objects.create(project=sent, source="eu", amount=Decimal(14_000_000))
    Project.objects.update(title_en="LED lighting", summary_en="Lamps")
    found = warnings(Project.objects.get())
    assert (found.warnings, found.twins, found.is_clean) == ([], [], True)


def test_funding_with_unknown_amounts_is_no_error(sent):
    FundingLine.objects.create(project=sent, source="eu", amount=Decimal(1_000_000))
    FundingLine.objects.create(project=sent, source="region", amount=None)
    assert warnings(sent).errors == []


def test_duplicates_by_code_and_by_title(office, municipalities, sent):
    same_title = builders.draft(office, municipalities["torino"], title="Illuminazione pubblica LED")
    ivrea = builders.officer(municipalities["ivrea"], "ivrea@example.org")
    elsewhere = builders.draft(ivrea, municipalities["ivrea"])
    same_code = builders.draft(ivrea, municipalities["ivrea"], title="Tutt’altro")
    for project in (sent, same_code):
        Identifier.objects.create(project=project, scheme="cup", value="C19I21000130001")
    found = warnings(sent).twins
    assert [(row["code"], row["why"]) for row in found] == [
        (same_code.code, "stesso CUP"),
        (same_title.code, "titolo simile nello stesso Comune"),
    ]
    assert elsewhere.code not in [row["code"] for row in found]
