"""Actions at the same time, in threads with connections of their own, on both databases."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction

from cards.index.check import differences
from cards.models import Edition
from lib import workflow
from lib.workflow import WrongMove
from municipalities.actions import body_of_municipality
from municipalities.models import Territory
from projects import actions, publishing, reviewing
from projects.models import Project, Submission
from reuse.actions import adopting, assessing
from reuse.criteria import KEYS, SELF
from reuse.models import Adoption, AdoptionStep, Assessment, Standing
from reuse.transitions import AdoptionTransition, Side
from tests import builders

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 6


def together(work, times: int = AT_ONCE) -> list:
    """The outcomes of `work(n)` started at the same moment in as many threads; exceptions as values."""
    gate = Barrier(times)

    def one(number: int):
        gate.wait()
        try:
            return work(number)
        except Exception as error:  # the outcome is what the test looks at
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


@pytest.fixture
def office():
    return builders.officer(builders.piedmont()["torino"])


@pytest.fixture
def municipality(office):
    return office.memberships.get().organisation.territory


def test_double_click_on_create_creates_one_project(office, municipality):
    owner, idempotency_key = body_of_municipality(municipality), uuid.uuid4()
    made = together(
        lambda n: actions.create_project(by=office, owner=owner, idempotency_key=idempotency_key, title="A")
    )
    assert {project.pk for project in made} == {Project.objects.get().pk}


def test_projects_created_at_once_have_different_codes(office, municipality):
    made = together(lambda n: builders.draft(office, municipality))
    assert len({project.code for project in made}) == AT_ONCE


def test_double_click_on_submit_creates_one_submission(office, municipality):
    project, idempotency_key = builders.draft(office, municipality), uuid.uuid4()
    sent = together(
        lambda n: actions.submit(
            Project.objects.get(pk=project.pk), by=office, idempotency_key=idempotency_key
        )
    )
    assert [s for s in sent if isinstance(s, Exception)] == []
    assert {s.pk for s in sent} == {Submission.objects.get().pk}


def test_two_reviewers_publish_one_edition(office, municipality):
    desk = builders.reviewer()
    project = builders.draft(office, municipality)
    actions.submit(project, by=office, idempotency_key=uuid.uuid4())
    reviewing.take(project, by=desk)
    outcomes = together(lambda n: publishing.publish(Project.objects.get(pk=project.pk), by=desk))
    assert [type(o) for o in outcomes].count(workflow.WrongMove) == AT_ONCE - 1
    assert Edition.objects.get().edition == 1


def test_same_title_published_at_once_gets_different_slugs(office, municipality):
    desk = builders.reviewer()
    projects = [builders.draft(office, municipality) for _ in range(AT_ONCE)]
    for project in projects:
        actions.submit(project, by=office, idempotency_key=uuid.uuid4())
        reviewing.take(project, by=desk)
    cards = together(lambda n: publishing.publish(projects[n], by=desk))
    assert [c for c in cards if isinstance(c, Exception)] == []
    assert len({card.slug for card in cards}) == AT_ONCE


def test_of_saves_of_one_version_at_once_one_succeeds(office, municipality):
    project = builders.draft(office, municipality)

    def save(number):
        mine = Project.objects.get(pk=project.pk)
        with transaction.atomic():
            actions.save_draft(mine, by=office, version=1, changes={})
            Project.objects.filter(pk=project.pk).update(summary=f"versione {number}")

    outcomes = together(save)
    assert [type(o) for o in outcomes].count(workflow.StaleDraft) == AT_ONCE - 1


def test_withdrawing_at_once_happens_once(office, municipality):
    desk = builders.reviewer()
    card = builders.published(office, desk, municipality)
    outcomes = together(lambda n: publishing.withdraw(card, by=desk, reason=f"Motivo {n}"))
    assert [type(o) for o in outcomes].count(workflow.WrongMove) == AT_ONCE - 1
    assert not Edition.objects.current().exists()


def reuse(office, municipality) -> Adoption:
    """A request of Ivrea for a card of Torino."""
    card = builders.published(office, builders.reviewer(), municipality)
    ivrea = body_of_municipality(Territory.objects.get(code="E379"))
    return adopting.ask(card.record, by=office, adopter=ivrea, idempotency_key=uuid.uuid4(), note="Ci serve")


def test_double_click_on_request_creates_one_adoption(office, municipality):
    card = builders.published(office, builders.reviewer(), municipality)
    ivrea, idempotency_key = body_of_municipality(Territory.objects.get(code="E379")), uuid.uuid4()
    asked = {"by": office, "adopter": ivrea, "idempotency_key": idempotency_key, "note": "Ci serve"}
    made = together(lambda n: adopting.ask(card.record, **asked))
    assert {adoption.pk for adoption in made} == {Adoption.objects.get().pk}
    assert AdoptionStep.objects.count() == 1


def test_of_transitions_at_once_the_first_wins(office, municipality):
    adoption = reuse(office, municipality)
    said = {"by": office, "side": Side.GIVER, "note": "Eccoci"}
    moves = [AdoptionTransition.REPLY, AdoptionTransition.DECLINE] * 3
    made = together(lambda n: adopting.advance(adoption, moves[n], idempotency_key=uuid.uuid4(), **said))
    # A refusal may follow an answer, so that one or two of the six went through, and each left one row.
    done = [step for step in made if not isinstance(step, Exception)]
    assert all(isinstance(step, WrongMove) for step in made if step not in done)
    assert [step.move for step in adoption.steps.order_by("at", "pk")] in (
        ["ask", "decline"],
        ["ask", "reply", "decline"],
    )
    assert len(done) == adoption.steps.count() - 1


def test_same_transition_posted_at_once_is_one_step(office, municipality):
    adoption, idempotency_key = reuse(office, municipality), uuid.uuid4()
    said = {"by": office, "side": Side.GIVER, "note": "Eccoci", "idempotency_key": idempotency_key}
    made = together(lambda n: adopting.advance(adoption, AdoptionTransition.REPLY, **said))
    assert {step.pk for step in made} == {adoption.steps.get(move="reply").pk}


def in_review(office, desk, project: Project) -> Project:
    actions.submit(project, by=office, idempotency_key=uuid.uuid4())
    reviewing.take(project, by=desk)
    return project


def open_self_assessment(project: Project, by) -> Assessment:
    return assessing.open_assessment(project.record, by=by, rater=SELF, organisation=project.owner)


def complete(assessment: Assessment, by) -> Assessment:
    rating = {"value": 3, "motive": "Documentato", "evidence_url": "", "evidence_document": None}
    return assessing.complete_assessment(
        assessment, by=by, revision=assessment.revision, ratings={KEYS[0]: rating}
    )


def test_publish_withdraw_and_completed_assessment_at_once_never_deadlock(office, municipality):
    """A second edition and two first ones are issued while a card is withdrawn and assessments end."""
    desk = builders.reviewer()
    card = builders.published(office, desk, municipality)
    revised = actions.revise(builders.project_of(card), by=office)
    updated = in_review(office, desk, revised)
    new = [in_review(office, desk, builders.draft(office, municipality)) for _ in range(2)]
    assessments = [open_self_assessment(project, office) for project in (updated, new[0])]
    work = [
        lambda: publishing.publish(updated, by=desk),
        lambda: publishing.withdraw(card, by=desk, reason="Dati errati"),
        lambda: complete(assessments[0], office),
        lambda: publishing.publish(new[0], by=desk),
        lambda: complete(assessments[1], office),
        lambda: publishing.publish(new[1], by=desk),
    ]
    outcomes = together(lambda number: work[number](), len(work))
    failed = [type(outcome) for outcome in outcomes if isinstance(outcome, Exception)]
    # The second edition may come before the withdrawal of the first, which then is no longer current.
    assert failed in ([], [WrongMove])
    assert [project.record.editions.current().get().edition for project in (updated, *new)] == [2, 1, 1]
    assert {assessment.version for assessment in Assessment.objects.completed()} == {1}
    assert Standing.objects.count() == 2
    with transaction.atomic():
        assert differences() == []
