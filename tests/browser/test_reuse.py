"""A reuse in a real browser: from the card to the answer of who gives, every page accessible."""

import uuid

import pytest

from municipalities.actions import body_of_municipality
from reuse.actions import adopting
from reuse.models import Adoption
from reuse.transitions import AdoptionTransition, Side
from tests import builders
from tests.browser.conftest import DESKTOP, MOBILE
from tests.browser.steps import fill_sign_in, press, sign_in


@pytest.fixture
def municipalities(transactional_db):
    return builders.piedmont()


@pytest.fixture
def card(office, municipalities):
    return builders.published(office, builders.reviewer(), municipalities["torino"])


def test_from_the_card_through_sign_in_to_the_request(card, municipalities, open_page, check_accessibility):
    ivrea = builders.officer(municipalities["ivrea"], "ivrea@example.org")
    page = open_page(viewport=DESKTOP)
    page.goto(f"/progetti/{card.slug}/")
    page.get_by_role("link", name="Chiedi di riusarlo").click()
    page.wait_for_url(f"**/progetti/{card.slug}/riusa/")
    check_accessibility(page)
    page.get_by_role("link", name="Chiedi di riusarlo").click()
    fill_sign_in(page, ivrea.email)
    page.wait_for_url(f"**/area-riservata/riuso/chiedi/{card.code}/")
    press(page, "Invia la richiesta")
    page.wait_for_selector("#error-summary")
    check_accessibility(page)
    page.locator("#id_note").fill("Vogliamo capire il bando")
    press(page, "Invia la richiesta")
    page.wait_for_url(f"**/area-riservata/riuso/{Adoption.objects.get().pk}/")
    check_accessibility(page)


@pytest.mark.parametrize("viewport", [DESKTOP, MOBILE], ids=["desktop", "mobile"])
def test_pages_of_a_reuse_are_accessible(
    card, office, municipalities, open_page, check_accessibility, viewport
):
    body = body_of_municipality(municipalities["ivrea"])
    made = adopting.ask(card.record, by=office, adopter=body, idempotency_key=uuid.uuid4(), note="Ci serve")
    said = {
        "by": office,
        "side": Side.GIVER,
        "idempotency_key": uuid.uuid4(),
        "note": "Eccoci",
        "note_is_public": True,
    }
    adopting.advance(made, AdoptionTransition.REPLY, **said)
    page = open_page(viewport=viewport)
    for path in (f"/progetti/{card.slug}/", f"/progetti/{card.slug}/riusa/", "/citta/ivrea/"):
        page.goto(path)
        check_accessibility(page)
    sign_in(page, office.email)
    for path in ("", f"{made.pk}/", "pratiche/nuova/"):
        page.goto(f"/area-riservata/riuso/{path}")
        check_accessibility(page)
