"""The engine of states: table, conditional UPDATE, check, on the real models of project and adoption."""

import uuid

import pytest
from django.core import checks
from hypothesis import given
from hypothesis import strategies as st

from lib.deadlines import Rule, Unit
from lib.workflow import Guard, Refused, State, Transition, Workflow, WrongMove
from municipalities.actions import body_of_municipality
from projects import drafts
from projects.models import Project
from projects.workflow import DESK, OFFICE, PROJECT, Status, Verb
from reuse.actions import adopting
from reuse.models import Adoption
from reuse.transitions import ADOPTION, AdoptionState, AdoptionTransition, Side
from tests import builders
from tests.projects.test_races import together

FORWARD = Transition("forward", "Avanti", frozenset({"draft"}), "submitted", frozenset({"office"}))
BACK = Transition("back", "Indietro", frozenset({"submitted"}), "draft", frozenset({"desk"}))
STATES = (State("draft", "Bozza", "In lavorazione"), State("submitted", "Inviata", "In esame"))


def workflow(
    *, states=STATES, transitions=(FORWARD, BACK), field="status", start="draft", **more
) -> Workflow:
    return Workflow("test", field, start, states, transitions, **more)


def words_of(flow: Workflow) -> list[str]:
    return [error.msg for error in flow.check(Project)]


def guarded(*guards: Guard) -> Workflow:
    return workflow(
        transitions=(
            Transition("forward", "Avanti", FORWARD.sources, "submitted", FORWARD.sides, guards),
            BACK,
        )
    )


TITLED = Guard(("title",), lambda project: bool(project.title), "Manca il titolo")
COSTED = Guard(("total_cost",), lambda project: project.total_cost is not None, "Manca il costo")


def test_tables_of_projects_and_adoptions_are_sound():
    assert PROJECT.check(Project) == []
    assert ADOPTION.check(Adoption) == []
    assert set(PROJECT.states) == set(Status.values)
    assert set(PROJECT.transitions) == set(Verb.values)
    assert set(ADOPTION.states) == set(AdoptionState.values)
    # To ask opens an adoption: no transition of one that is there.
    assert set(ADOPTION.transitions) == set(AdoptionTransition.values) - {AdoptionTransition.ASK}


def test_system_checks_look_at_the_tables(monkeypatch):
    assert [error for error in checks.run_checks() if error.id == "lib.workflow"] == []
    monkeypatch.delitem(PROJECT.transitions, Verb.TAKE)
    found = [error for error in checks.run_checks() if error.id == "lib.workflow"]
    assert [error.msg for error in found] == [
        "project: in_review is never reached",
        "project: changes_requested is never reached",
        "project: published is never reached",
        "project: archived is never reached",
    ]
    assert {(error.obj, error.level) for error in found} == {(Project, checks.ERROR)}


def test_sound_table_has_no_errors():
    assert words_of(workflow()) == []


@pytest.mark.parametrize(
    ("flow", "words"),
    [
        (workflow(states=(*STATES, State("lost", "", "", is_end=True))), ["lost is never reached"]),
        (workflow(transitions=(FORWARD,)), ["submitted has no exit"]),
        (
            workflow(
                transitions=(
                    FORWARD,
                    Transition("again", "", frozenset({"submitted"}), "submitted", frozenset({"desk"})),
                    Transition("note", "", frozenset({"submitted"}), None, frozenset({"desk"})),
                )
            ),
            ["submitted has no exit"],
        ),
        (
            workflow(
                transitions=(
                    FORWARD,
                    BACK,
                    Transition("leave", "", frozenset({"draft", "dreft"}), "gone", frozenset({"desk"})),
                )
            ),
            ["leave names the unknown state dreft", "leave names the unknown state gone"],
        ),
        (
            guarded(Guard(("titel", "title", "promoter_id", "promoter"), lambda _: True, "")),
            ["forward names the unknown field titel"],
        ),
        (workflow(transitions=(FORWARD, BACK, FORWARD)), ["forward is there twice"]),
        (workflow(states=(*STATES, STATES[0])), ["draft is there twice"]),
        (workflow(field="stato"), ["the model has no field stato"]),
        (
            workflow(start="nowhere"),
            [
                "start names the unknown state nowhere",
                "draft is never reached",
                "submitted is never reached",
            ],
        ),
        (
            workflow(waits={"sent": ("desk", Rule(1, Unit.DAYS))}),
            ["waits name the unknown state sent"],
        ),
    ],
)
def test_check_finds(flow, words):
    assert words_of(flow) == [f"test: {word}" for word in words]


def test_end_without_exit_is_no_error():
    ends = (STATES[0], State("submitted", "Inviata", "In esame", is_end=True))
    assert words_of(workflow(states=ends, transitions=(FORWARD,))) == []


# (verb, state) → the state after it, by whom.
PATHS = {
    ("submit", "draft"): ("submitted", OFFICE),
    ("submit", "changes_requested"): ("submitted", OFFICE),
    ("recall", "submitted"): ("draft", OFFICE),
    ("take", "submitted"): ("in_review", DESK),
    ("release", "in_review"): ("submitted", DESK),
    ("request_changes", "in_review"): ("changes_requested", DESK),
    ("publish", "in_review"): ("published", DESK),
    ("archive", "in_review"): ("archived", DESK),
    ("revise", "published"): ("draft", OFFICE),
    ("revise", "archived"): ("draft", OFFICE),
}


@pytest.mark.django_db
@pytest.mark.parametrize("verb", Verb.values)
def test_transitions_of_a_project(municipalities, office, verb):
    project = builders.draft(office, municipalities["torino"])
    for state in Status.values:
        after, side = PATHS.get((verb, state), (None, None))
        assert PROJECT.allows(verb, state, {OFFICE}) is (side == OFFICE)
        assert PROJECT.allows(verb, state, {DESK}) is (side == DESK)
        assert not PROJECT.allows(verb, state, set())
        Project.objects.filter(pk=project.pk).update(status=state)
        project.refresh_from_db()
        if after:
            PROJECT.apply(project, verb)
        else:
            with pytest.raises(WrongMove):
                PROJECT.apply(project, verb)
        assert project.status == (after or state)
        assert Project.objects.get(pk=project.pk).status == (after or state)


def test_unknown_verb_is_not_allowed_and_cannot_be_applied():
    assert not PROJECT.allows("eat", Status.DRAFT, {OFFICE, DESK})
    with pytest.raises(KeyError):
        PROJECT.apply(Project(), "eat")


def test_offered_are_those_of_the_side_in_the_order_of_the_table():
    def offered(step, *sides):
        return [found.verb for found in ADOPTION.offered(Adoption(step=step), sides)]

    assert offered("contact", Side.GIVER) == ["agree", "write", "decline"]
    assert offered("contact", Side.ADOPTER) == ["agree", "write", "withdraw"]
    assert offered("contact", Side.STAFF) == ["agree", "write", "decline", "withdraw"]
    assert offered("declined", Side.GIVER, Side.ADOPTER, Side.STAFF) == offered("contact") == []


@pytest.mark.django_db
def test_refusals_are_the_words_of_the_guards_that_do_not_hold(
    municipalities, office, django_assert_num_queries
):
    flow, project = (
        guarded(TITLED, COSTED),
        builders.draft(office, municipalities["torino"], title="", total_cost=None),
    )
    assert flow.refusals(project, "forward") == ["Manca il titolo", "Manca il costo"]
    with django_assert_num_queries(0), pytest.raises(Refused) as refused:
        flow.apply(project, "forward")
    assert refused.value.args == (["Manca il titolo", "Manca il costo"],)
    assert (project.status, Project.objects.get().status) == ("draft", "draft")
    project.title, project.total_cost = "Sportelli", 1
    flow.apply(project, "forward")
    assert Project.objects.get().status == "submitted"


@pytest.mark.django_db
def test_deleted_project_is_not_submitted(municipalities, office):
    project = builders.draft(office, municipalities["torino"])
    stale = Project.objects.get()
    project = drafts.delete_draft(project, by=office)
    assert PROJECT.refusals(project, Verb.SUBMIT) == ["La scheda è nel cestino"]
    assert PROJECT.refusals(stale, Verb.SUBMIT) == []
    with pytest.raises(WrongMove):
        PROJECT.apply(stale, Verb.SUBMIT, deleted_at=None)
    assert Project.objects.get().status == "draft"


@pytest.mark.django_db
def test_apply_writes_other_columns_in_the_same_statement(municipalities, office, django_assert_num_queries):
    project = builders.draft(office, municipalities["torino"])
    with django_assert_num_queries(1):
        PROJECT.apply(project, Verb.SUBMIT, values={"title": "Altro titolo"})
    stored = Project.objects.get()
    assert (stored.status, stored.title) == (project.status, project.title) == ("submitted", "Altro titolo")


@pytest.mark.django_db
def test_condition_that_no_longer_holds_refuses_everything(municipalities, office):
    project = builders.draft(office, municipalities["torino"])
    with pytest.raises(WrongMove):
        PROJECT.apply(project, Verb.SUBMIT, values={"title": "Altro"}, version=project.version + 1)
    stored = Project.objects.get()
    assert (stored.status, project.status) == ("draft", "draft")
    assert stored.title == project.title != "Altro"


@pytest.mark.django_db
def test_of_two_stale_objects_one_is_applied(municipalities, office):
    builders.draft(office, municipalities["torino"])
    one, other = Project.objects.get(), Project.objects.get()
    PROJECT.apply(one, Verb.SUBMIT)
    with pytest.raises(WrongMove) as wrong:
        PROJECT.apply(other, Verb.SUBMIT)
    assert wrong.value.args == (Verb.SUBMIT,)
    assert (one.status, other.status) == ("submitted", "draft")


@pytest.fixture
def adoption(municipalities, office, desk):
    card = builders.published(office, desk, municipalities["torino"])
    body = body_of_municipality(municipalities["ivrea"])
    return adopting.ask(card.record, by=None, adopter=body, idempotency_key=uuid.uuid4(), note="Ci serve")


@pytest.mark.django_db
def test_transition_that_stays_never_writes_an_old_state_back(adoption):
    stale = Adoption.objects.get()
    ADOPTION.apply(adoption, AdoptionTransition.WRITE)
    assert (adoption.step, Adoption.objects.get().step) == ("interest", "interest")
    ADOPTION.apply(adoption, AdoptionTransition.REPLY)
    with pytest.raises(WrongMove):
        ADOPTION.apply(stale, AdoptionTransition.WRITE)
    assert Adoption.objects.get().step == "contact"


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_wins():
    office = builders.officer(builders.piedmont()["torino"])
    municipality = office.memberships.get().organisation.territory
    project = builders.draft(office, municipality)
    PROJECT.apply(project, Verb.SUBMIT)
    verbs = [Verb.TAKE, Verb.RECALL] * 3
    outcomes = together(lambda n: PROJECT.apply(Project.objects.get(pk=project.pk), verbs[n]))
    won = [verb for verb, outcome in zip(verbs, outcomes, strict=True) if outcome is None]
    assert [type(outcome) for outcome in outcomes].count(WrongMove) == len(verbs) - 1
    assert Project.objects.get().status == {"take": "in_review", "recall": "draft"}[won[0]]


def test_waits_name_a_side_that_can_act():
    for flow in (PROJECT, ADOPTION):
        for state, (side, rule) in flow.waits.items():
            assert flow.turn_of(state) == side
            assert rule.amount > 0
            assert any(flow.allows(verb, state, {side}) for verb in flow.transitions)
    assert PROJECT.turn_of(Status.PUBLISHED) is ADOPTION.turn_of(AdoptionState.FEEDBACK) is None


@given(st.lists(st.sampled_from(AdoptionTransition.values), max_size=12))
def test_no_path_leaves_an_end(verbs):
    """Whoever acts, and in whatever order: what ended stays ended."""
    step, ended = AdoptionState.INTEREST, False
    for verb in verbs:
        for side in Side.values:
            if ADOPTION.allows(verb, step, {side}):
                assert not ended
                step = ADOPTION.transitions[verb].target or step
                break
        ended = ADOPTION.states[step].is_end
