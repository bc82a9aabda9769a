"""Adhesions: request, confirmation of the address, decision, and the table of their states."""

import pytest
from django.core import mail

from accounts.models import Membership, User
from accounts.rules import is_officer, is_reviewer
from lib.audit import Entry
from lib.workflow import WrongMove
from municipalities.models import Organisation
from protocols import actions
from protocols.actions import AlreadyJoined, accept_adhesion, decline_adhesion
from protocols.models import Adhesion, Protocol
from protocols.workflow import ADHESION, APPLICANT, DESK, Status, Verb
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def adhesion(municipalities):
    protocol = Protocol.objects.create(
        slug="torino", title="Torino metropolitana", promoter="Città di Torino"
    )
    return Adhesion.objects.create(
        protocol=protocol,
        kind="municipality",
        municipality=municipalities["ivrea"],
        office="Innovazione",
        officer_name="Referente di prova",
        email="Ivrea@example.org",
    )


def test_request_with_the_same_nonce_is_stored_once(municipalities, adhesion):
    twin = Adhesion(
        protocol=adhesion.protocol,
        kind="municipality",
        municipality=municipalities["ivrea"],
        office="X",
        officer_name="Y",
        email="y@example.org",
        idempotency_key=adhesion.idempotency_key,
    )
    assert actions.request_adhesion(twin) == adhesion
    assert Adhesion.objects.count() == 1


def test_token_confirms_once_and_altered_token_is_none(adhesion):
    token = actions.confirmation_token(adhesion)
    assert actions.adhesion_of_token(token) == adhesion
    assert actions.adhesion_of_token(token[:-2] + "xx") is None
    assert [actions.confirm_adhesion(adhesion) for _ in range(2)] == [True, False]


def test_unconfirmed_request_cannot_be_accepted(adhesion, desk):
    with pytest.raises(WrongMove):
        accept_adhesion(adhesion, by=desk)
    assert not User.objects.filter(email="ivrea@example.org").exists()


def test_acceptance_opens_body_account_and_invitation(adhesion, desk, django_capture_on_commit_callbacks):
    actions.confirm_adhesion(adhesion)
    with django_capture_on_commit_callbacks(execute=True):
        membership = accept_adhesion(adhesion, by=desk)
    body = Organisation.objects.get(name="Comune di Ivrea")
    assert (membership.organisation, membership.role) == (body, Membership.Role.MANAGER)
    assert membership.user.email == "ivrea@example.org"
    assert not membership.user.has_usable_password()
    assert is_officer(membership.user, body.pk)
    assert not is_reviewer(membership.user)
    assert Entry.objects.get().verb == "accept_adhesion"
    assert [m.to for m in mail.outbox] == [["ivrea@example.org"]]
    assert "/accesso/password/scegli/" in mail.outbox[0].body


def test_decided_request_cannot_be_decided_again(adhesion, desk):
    actions.confirm_adhesion(adhesion)
    accept_adhesion(adhesion, by=desk)
    with pytest.raises(WrongMove):
        decline_adhesion(adhesion, by=desk, reason="Doppia")
    assert Membership.objects.exclude(user=desk).count() == 1


def test_decline_writes_the_reason_to_the_address(adhesion, desk, django_capture_on_commit_callbacks):
    actions.confirm_adhesion(adhesion)
    with django_capture_on_commit_callbacks(execute=True):
        decline_adhesion(adhesion, by=desk, reason="Fuori area")
    adhesion.refresh_from_db()
    assert (adhesion.status, adhesion.reason) == ("declined", "Fuori area")
    assert "Fuori area" in mail.outbox[0].body
    assert not Membership.objects.exclude(user=desk).exists()


def test_body_that_has_joined_is_not_accepted_twice(municipalities, adhesion, desk):
    actions.confirm_adhesion(adhesion)
    first = accept_adhesion(adhesion, by=desk)
    other = Adhesion.objects.create(
        protocol=adhesion.protocol,
        kind="municipality",
        municipality=municipalities["ivrea"],
        office="X",
        officer_name="Altro",
        email="altro@example.org",
        status="received",
    )
    with pytest.raises(AlreadyJoined) as refused:
        accept_adhesion(other, by=desk)
    assert refused.value.args[0].organisation == first.organisation
    assert Adhesion.objects.filter(status="accepted").count() == 1


def test_disabled_person_has_no_role(municipalities):
    user = builders.officer(municipalities["torino"])
    user.is_active = False
    assert not is_officer(user)


def test_request_declined_meanwhile_is_not_accepted(adhesion, desk):
    actions.confirm_adhesion(adhesion)
    stale = Adhesion.objects.get()
    decline_adhesion(adhesion, by=desk, reason="Fuori area")
    with pytest.raises(WrongMove):
        accept_adhesion(stale, by=desk)
    assert not Organisation.objects.filter(name="Comune di Ivrea").exists()
    assert [entry.verb for entry in Entry.objects.all()] == ["decline_adhesion"]
    assert Entry.objects.get().changes == {"reason": "Fuori area"}


PATHS = {
    ("confirm", "unconfirmed"): ("received", APPLICANT),
    ("accept_adhesion", "received"): ("accepted", DESK),
    ("decline_adhesion", "received"): ("declined", DESK),
}


@pytest.mark.parametrize("verb", Verb.values)
@pytest.mark.parametrize("state", Status.values)
def test_transition_belongs_to_one_side_and_state(verb, state):
    target, side = PATHS.get((verb, state), (None, None))
    assert ADHESION.allows(verb, state, {APPLICANT}) is (side == APPLICANT)
    assert ADHESION.allows(verb, state, {DESK}) is (side == DESK)
    assert not target or ADHESION.transitions[verb].target == target


def test_table_of_states_fits_the_model():
    assert ADHESION.check(Adhesion) == []
    assert [key for key, state in ADHESION.states.items() if state.is_end] == ["accepted", "declined"]
    assert Adhesion().status == ADHESION.start
