"""The same draft sent twice at the same moment: real threads, real connections, on both databases."""

import json

import pytest
from django.test import Client

from accounts.actions import create_token
from accounts.models import ApiRequest
from lib.audit import Entry
from municipalities.actions import body_of_municipality
from projects.models import Project
from tests import builders
from tests.projects.test_races import AT_ONCE, together

pytestmark = pytest.mark.django_db(transaction=True)
BODY = {"title": "Bici in rete", "primary_area": "mobility", "funding_lines": [{"source": "eu"}]}


@pytest.fixture
def secret():
    municipality = builders.piedmont()["ivrea"]
    manager = builders.officer(municipality, "capo@example.org", role="manager")
    return create_token(body_of_municipality(municipality), by=manager, name="Gestionale")[1]


def sent(secret: str, key: str, **changes):
    headers = {"authorization": f"Bearer {secret}", "idempotency-key": key}
    data = json.dumps({**BODY, **changes})
    return Client().post("/api/v1/submissions", data, content_type="application/json", headers=headers)


def test_one_key_at_once_makes_one_draft_and_one_answer(secret):
    answers = together(lambda n: sent(secret, "pratica-1"))
    assert [answer.status_code for answer in answers] == [201] * AT_ONCE
    assert len({answer.content for answer in answers}) == 1
    project = Project.objects.get()
    assert {answer.json()["code"] for answer in answers} == {project.code}
    assert (project.funding_lines.count(), ApiRequest.objects.count()) == (1, 1)
    assert [event.verb for event in Entry.objects.filter(kind="record")] == ["create", "save"]


def test_one_key_for_two_drafts_at_once_serves_one(secret):
    answers = together(lambda n: sent(secret, "pratica-1", title=f"Progetto {n}"))
    assert sorted(answer.status_code for answer in answers) == [201] + [422] * (AT_ONCE - 1)
    (made,) = [answer.json() for answer in answers if answer.status_code == 201]
    assert Project.objects.get().title == made["title"]


def test_keys_of_their_own_make_drafts_of_their_own(secret):
    answers = together(lambda n: sent(secret, f"pratica-{n}"))
    assert [answer.status_code for answer in answers] == [201] * AT_ONCE
    assert len({answer.json()["code"] for answer in answers}) == Project.objects.count() == AT_ONCE
