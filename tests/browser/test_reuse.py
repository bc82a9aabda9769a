"""A reuse in a real browser: from the card to the answer of who gives, every page accessible."""

import uuid

import pytest

from municipalities.actions import body_of_municipality
from reuse.actions import adopting
from reuse.models import Adoption
from reuse.transitions import AdoptionMove, Side
from tests import builders

DESKTOP, PHONE = {"width": 1366, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture
def towns(transactional_db):
    return builders.piedmont()


@pytest.fixture
def card(office, towns):
    return builders.published(office, builders.reviewer(), towns["torino"])


def sign_in(page, user):
    page.locator("input[name=login]").fill(user.email)
    page.locator("input[name=password]").fill(builders.PASSWORD)
    page.locator("main form button[type=submit]").click()


def test_from_the_card_through_sign_in_to_the_request(card, towns, open_page, check_accessibility):
    ivrea = builders.officer(towns["ivrea"], "ivrea@example.org")
    page = open_page(viewport=DESKTOP)
    page.goto(f"/progetti/{card.slug}/")
    page.get_by_role("link", name="Chiedi di riusarlo").click()
    check_accessibility(page)
    page.get_by_role("link", name="Chiedi di riusarlo").click()
    sign_in(page, ivrea)
    page.wait_for_url(f"**/area-riservata/riuso/chiedi/{card.code}/")
    page.get_by_role("button", name="Invia la richiesta").click()
    page.wait_for_selector("#error-summary")
    check_accessibility(page)
    page.locator("#id_note").fill("Vogliamo capire il bando")
    page.get_by_role("button", name="Invia la richiesta").click()
    page.wait_for_url(f"**/area-riservata/riuso/{Adoption.objects.get().pk}/")
    check_accessibility(page)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_pages_of_a_reuse_are_accessible(card, office, towns, open_page, check_accessibility, viewport):
    body = body_of_municipality(towns["ivrea"])
    made = adopting.ask(card.record, by=office, adopter=body, nonce=uuid.uuid4(), note="Ci serve")
    said = {"by": office, "side": Side.GIVER, "nonce": uuid.uuid4(), "note": "Eccoci", "note_is_public": True}
    adopting.advance(made, AdoptionMove.REPLY, **said)
    page = open_page(viewport=viewport)
    for path in (f"/progetti/{card.slug}/", f"/progetti/{card.slug}/riusa/", "/citta/ivrea/"):
        page.goto(path)
        check_accessibility(page)
    page.goto("/accesso/")
    sign_in(page, office)
    page.wait_for_url("**/area-riservata/")
    for path in ("", f"{made.pk}/", "pratiche/nuova/"):
        page.goto(f"/area-riservata/riuso/{path}")
        check_accessibility(page)
