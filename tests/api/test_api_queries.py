"""Queries of the resources whose size grows with what is registered: alike at one and at three items."""

import uuid

import pytest

from municipalities.actions import body_of_municipality
from reuse.actions import adopting, assessing
from reuse.criteria import KEYS
from reuse.transitions import AdoptionState, AdoptionTransition, Side
from tests import builders

pytestmark = pytest.mark.django_db
RATING = {"value": 4, "motive": "Si prova in un mese", "evidence_url": "", "evidence_document": None}


def adopted(card, municipality) -> None:
    """An adoption of the card by a municipality that has come to the agreement."""
    by = builders.officer(municipality, f"riuso-{municipality.slug}@example.org")
    adoption = adopting.ask(
        card.record,
        by=by,
        adopter=body_of_municipality(municipality),
        idempotency_key=uuid.uuid4(),
        note="Ci serve",
    )
    for transition, side in (
        (AdoptionTransition.REPLY, Side.GIVER),
        (AdoptionTransition.AGREE, Side.ADOPTER),
    ):
        adopting.advance(
            adoption, transition, by=None, side=side, idempotency_key=uuid.uuid4(), note="Va bene"
        )
        adoption.refresh_from_db()
    assert adoption.step == AdoptionState.AGREEMENT


@pytest.mark.parametrize("adoptions", [1, 3])
def test_adoptions_take_six_queries(get, publish, municipalities, django_assert_num_queries, adoptions):
    card = publish(title="Luci")
    for slug in ("ivrea", "samone", "val_di_chy")[:adoptions]:
        adopted(card, municipalities[slug])
    get("projects")
    with django_assert_num_queries(6):
        answer = get(f"projects/{card.code}/adoptions")
    assert answer["count"] == adoptions
    assert {row["step"] for row in answer["results"]} == {"agreement"}


@pytest.mark.parametrize("versions", [1, 3])
def test_replicability_takes_six_queries(get, publish, django_assert_num_queries, municipalities, versions):
    card = publish(title="Luci")
    office = builders.officer(municipalities["torino"], "voto@example.org")
    for _version in range(versions):
        draft = assessing.open_assessment(
            card.record, by=office, rater="self", organisation=card.record.owner
        )
        assessing.complete_assessment(
            draft, by=office, revision=draft.revision, ratings=dict.fromkeys(KEYS, RATING)
        )
    get("projects")
    with django_assert_num_queries(6):
        answer = get(f"projects/{card.code}/replicability")
    assert answer["score"] == 41.3  # 100 · 0.55 · 0.75, a self-assessment


@pytest.mark.parametrize("cards", [1, 3])
def test_fit_takes_five_queries(get, publish, django_assert_num_queries, cards):
    card = publish(title="Luci")
    for number in range(1, cards):
        publish("ivrea", title=f"Altra {number}")
    get(f"projects/{card.code}/fit?municipality=E379")  # the names of municipalities are cached
    with django_assert_num_queries(5):
        answer = get(f"projects/{card.code}/fit?municipality=001125")
    assert answer["municipality"] == "E379"
