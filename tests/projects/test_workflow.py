"""The actions from draft to edition: states, audit log, mail, slugs."""

import uuid

import orjson
import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from cards.document.read import read_document
from cards.models import Edition
from cards.search.query import ProjectQuery, find
from lib import workflow
from lib.audit import Entry, history
from municipalities.actions import body_of_municipality
from projects import actions, publishing, reviewing
from projects.models import Project, Submission
from tests import builders

pytestmark = pytest.mark.django_db


def test_code_is_numbered_by_province_and_year(municipalities, office):
    first, second = (
        builders.draft(office, municipalities["torino"]),
        builders.draft(office, municipalities["ivrea"]),
    )
    year = first.created_at.year
    assert [first.code, second.code] == [f"TO-{year}-0001", f"TO-{year}-0002"]


def test_create_with_the_same_idempotency_key_creates_one_project(municipalities, office):
    owner, idempotency_key = body_of_municipality(municipalities["torino"]), uuid.uuid4()
    created = [
        actions.create_project(by=office, owner=owner, idempotency_key=idempotency_key, title="A")
        for _ in range(2)
    ]
    assert created[0] == created[1]
    assert Project.objects.count() == 1


def test_submit_incomplete_names_every_missing_field_and_changes_nothing(municipalities, office):
    project = builders.draft(office, municipalities["torino"], need="", total_cost=None)
    with pytest.raises(actions.Incomplete) as error:
        actions.submit(project, by=office, idempotency_key=uuid.uuid4())
    assert sorted(error.value.args[0]) == ["need", "total_cost"]
    project.refresh_from_db()
    assert project.status == "draft"
    assert not Submission.objects.exists()


def test_submit_with_unknown_cost_is_complete(municipalities, office):
    project = builders.draft(office, municipalities["torino"], total_cost=None, cost_unknown=True)
    actions.submit(project, by=office, idempotency_key=uuid.uuid4())
    assert project.status == "submitted"


def test_submit_twice_with_one_idempotency_key_is_one_submission_and_one_receipt(
    municipalities, office, django_capture_on_commit_callbacks
):
    project, idempotency_key = builders.draft(office, municipalities["torino"]), uuid.uuid4()
    with django_capture_on_commit_callbacks(execute=True):
        sent = [actions.submit(project, by=office, idempotency_key=idempotency_key) for _ in range(2)]
    assert sent[0] == sent[1]
    assert sent[0].receipt == f"{project.code}/1"
    assert [m.to for m in mail.outbox] == [[office.email]]
    assert sent[0].receipt in mail.outbox[0].body


def test_workflow_from_draft_to_edition_with_requested_changes(
    municipalities, office, desk, django_capture_on_commit_callbacks
):
    project = builders.draft(office, municipalities["torino"])
    with django_capture_on_commit_callbacks(execute=True):
        actions.submit(project, by=office, idempotency_key=uuid.uuid4())
        reviewing.take(project, by=desk)
        note = reviewing.comment(project, by=desk, field="summary", text="Quanti lampioni?")
        reviewing.request_changes(project, by=desk, message="Manca poco")
        reviewing.answer_comment(note, by=office, answer="Centomila")
        actions.submit(project, by=office, idempotency_key=uuid.uuid4())
        reviewing.take(project, by=desk)
        card = publishing.publish(project, by=desk)
    assert (card.edition, card.slug, card.is_current) == (1, "illuminazione-pubblica-a-led", True)
    verbs = list(history("record", project.code).order_by("pk").values_list("verb", flat=True))
    assert verbs == ["create", "submit", "take", "request_changes", "submit", "take", "publish"]
    assert [s.outcome for s in project.submissions.order_by("number")] == ["changes_requested", "published"]
    assert len(mail.outbox) == 4
    assert "Manca poco" in mail.outbox[1].body


def test_later_edits_leave_the_public_card_until_accepted(municipalities, office, desk):
    card = builders.published(office, desk, municipalities["torino"])
    project = builders.project_of(card)
    actions.revise(project, by=office)
    project.title = "Luci nuove"
    project.save()
    assert Edition.objects.current().get().title == "Illuminazione pubblica a LED"
    actions.submit(project, by=office, idempotency_key=uuid.uuid4())
    reviewing.take(project, by=desk)
    second = publishing.publish(project, by=desk)
    assert Edition.objects.current().get() == second
    assert (second.edition, second.title, second.slug) == (2, "Luci nuove", "illuminazione-pubblica-a-led")
    assert (
        orjson.loads(project.record.editions.get(edition=1).document)["title"]
        == "Illuminazione pubblica a LED"
    )
    assert list(find(ProjectQuery()).ids()) == [second.pk]


MOVES = {
    "take": reviewing.take,
    "publish": publishing.publish,
    "request_changes": reviewing.request_changes,
    "release": reviewing.release,
}


@pytest.mark.parametrize("move", MOVES)
def test_transitions_of_the_desk_are_refused_on_a_draft(municipalities, office, desk, move):
    project = builders.draft(office, municipalities["torino"])
    with pytest.raises(workflow.WrongMove):
        MOVES[move](project, by=desk)
    project.refresh_from_db()
    assert project.status == "draft"


def test_publish_twice_issues_one_edition(municipalities, office, desk):
    card = builders.published(office, desk, municipalities["torino"])
    with pytest.raises(workflow.WrongMove):
        publishing.publish(builders.project_of(card), by=desk)
    assert Edition.objects.count() == 1


def test_second_save_of_the_same_version_is_stale(municipalities, office):
    project = builders.draft(office, municipalities["torino"])
    actions.save_draft(project, by=office, version=1, changes={})
    with pytest.raises(workflow.StaleDraft):
        actions.save_draft(project, by=office, version=1, changes={})
    assert Entry.objects.filter(verb="save").count() == 1


def test_save_after_submission_is_refused(municipalities, office):
    project = builders.draft(office, municipalities["torino"])
    actions.submit(project, by=office, idempotency_key=uuid.uuid4())
    with pytest.raises(workflow.WrongMove):
        actions.save_draft(project, by=office, version=project.version, changes={})


def test_withdrawn_edition_has_its_reason_and_is_not_in_the_index(municipalities, office, desk):
    card = builders.published(office, desk, municipalities["torino"])
    withdrawn = publishing.withdraw(card, by=desk, reason="Dati errati")
    assert withdrawn.withdrawal_reason == "Dati errati"
    assert not Edition.objects.current().exists()
    assert find(ProjectQuery()).count() == 0
    with pytest.raises(workflow.WrongMove):
        publishing.withdraw(card, by=desk, reason="Ancora")


def test_card_refuses_deletion(municipalities, office, desk):
    card = builders.published(office, desk, municipalities["torino"])
    with pytest.raises(TypeError):
        card.delete()


def test_document_of_a_stored_card_never_changes(municipalities, office, desk):
    card = Edition.objects.get(pk=builders.published(office, desk, municipalities["torino"]).pk)
    card.title_key = "derivato di nuovo"
    card.save()
    card.document = "{}"
    with pytest.raises(TypeError):
        card.save()


def test_database_allows_one_current_edition(municipalities, office, desk):
    card = builders.published(office, desk, municipalities["torino"])
    with pytest.raises(IntegrityError), transaction.atomic():
        Edition.objects.create(
            record=card.record,
            edition=9,
            published_at=card.published_at,
            document="{}",
            item="{}",
        )


def test_same_title_gets_another_slug(municipalities, office, desk):
    first = builders.published(office, desk, municipalities["torino"])
    second = builders.published(office, desk, municipalities["ivrea"])
    third = builders.published(office, desk, municipalities["ivrea"])
    assert [first.slug, second.slug, third.slug] == [
        "illuminazione-pubblica-a-led",
        "illuminazione-pubblica-a-led-ivrea",
        "illuminazione-pubblica-a-led-2",
    ]


def test_project_of_a_merged_municipality_is_found_under_its_successor(municipalities, office, desk):
    card = builders.published(
        office, desk, municipalities["torino"], lead_municipality=municipalities["alice"]
    )
    assert card.municipality_code == "M405"
    assert orjson.loads(card.document)["lead_municipality"] == "A199"
    assert read_document(card)["lead_municipality"]["name"] == "Val di Chy"


def test_card_without_consent_hides_the_office_address(municipalities, office, desk):
    hidden = builders.published(office, desk, municipalities["torino"], contact_email="ufficio@example.org")
    shown = builders.published(
        office, desk, municipalities["torino"], contact_email="ufficio@example.org", contact_is_public=True
    )
    assert orjson.loads(hidden.document)["contact_email"] is None
    assert orjson.loads(shown.document)["contact_email"] == "ufficio@example.org"
