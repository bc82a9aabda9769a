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
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def adhesion(towns):
    protocol = Protocol.objects.create(
        slug="torino", title="Torino metropolitana", promoter="Città di Torino"
    )
    return Adhesion.objects.create(
        protocol=protocol,
        kind="municipality",
        municipality=towns["ivrea"],
        office="Innovazione",
        officer_name="Referente di prova",
        email="Ivrea@example.org",
    )


def test_request_with_one_nonce_is_one_request(towns, adhesion):
    twin = Adhesion(
        protocol=adhesion.protocol,
        kind="municipality",
        municipality=towns["ivrea"],
        office="X",
        officer_name="Y",
        email="y@example.org",
        nonce=adhesion.nonce,
    )
    assert actions.request_adhesion(twin) == adhesion
    assert Adhesion.objects.count() == 1


def test_link_confirms_once_and_altered_link_nothing(adhesion):
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


def test_two_reviewers_decide_once(adhesion, desk):
    actions.confirm_adhesion(adhesion)
    accept_adhesion(adhesion, by=desk)
    with pytest.raises(WrongMove):
        decline_adhesion(adhesion, by=desk, reason="Doppia")
    assert Membership.objects.exclude(user=desk).count() == 1


def test_declined_request_is_told_why(adhesion, desk, django_capture_on_commit_callbacks):
    actions.confirm_adhesion(adhesion)
    with django_capture_on_commit_callbacks(execute=True):
        decline_adhesion(adhesion, by=desk, reason="Fuori area")
    adhesion.refresh_from_db()
    assert (adhesion.status, adhesion.reason) == ("declined", "Fuori area")
    assert "Fuori area" in mail.outbox[0].body
    assert not Membership.objects.exclude(user=desk).exists()


def test_body_that_has_joined_is_not_accepted_twice(towns, adhesion, desk):
    actions.confirm_adhesion(adhesion)
    first = accept_adhesion(adhesion, by=desk)
    other = Adhesion.objects.create(
        protocol=adhesion.protocol,
        kind="municipality",
        municipality=towns["ivrea"],
        office="X",
        officer_name="Altro",
        email="altro@example.org",
        status="received",
    )
    with pytest.raises(AlreadyJoined) as refused:
        accept_adhesion(other, by=desk)
    assert refused.value.args[0].organisation == first.organisation
    assert Adhesion.objects.filter(status="accepted").count() == 1


def test_disabled_person_has_no_role(towns):
    user = builders.officer(towns["torino"])
    user.is_active = False
    assert not is_officer(user)
