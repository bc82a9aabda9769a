"""A withdrawn card: each of its addresses answers 410 or 404, in both languages, whatever its editions."""

import pytest
from django.urls import URLPattern, get_resolver

from projects import publishing
from tests import builders

pytestmark = pytest.mark.django_db
SECRET = "Nome e cognome di un cittadino"


@pytest.fixture
def withdrawn(office, desk, municipalities):
    """A card of three editions, the last of them withdrawn."""
    card = builders.published(office, desk, municipalities["torino"], title="Lampioni", summary=SECRET)
    for number in (2, 3):
        card = builders.published_again(card, desk, title=f"Lampioni {number}")
    publishing.withdraw(card, by=desk, reason="Contiene dati personali")
    card.refresh_from_db()
    return card


def addresses_of(slug: str, code: str) -> list[str]:
    """Every address below /progetti/<slug>/, /en/progetti/<slug>/ and the same resource in the API."""
    found = []

    def walk(patterns, prefix: str) -> None:
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLPattern):
                found.append(route)
            else:
                walk(pattern.url_patterns, route)

    walk(get_resolver().url_patterns, "")
    pages = [route for route in found if route.startswith("progetti/<str:slug>/")]
    api = [route for route in found if route.startswith("api/v1/projects/<str:key>")]
    assert len(pages) > 10 and len(api) > 5
    filled = [f"/{route}" for route in pages] + [f"/en/{route}" for route in pages] + [f"/{r}" for r in api]
    values = {"slug": slug, "key": code, "number": "1", "other": "2", "edition": "1"}
    for name, value in values.items():
        for kind in ("str:", "int:", "slug:", ""):
            filled = [route.replace(f"<{kind}{name}>", value) for route in filled]
    return filled


def test_every_address_of_a_withdrawn_card_is_gone(client, withdrawn):
    statuses = {}
    for address in addresses_of(withdrawn.slug, withdrawn.code):
        response = client.get(address)
        body = b"".join(response) if response.streaming else response.content
        statuses[address] = response.status_code
        assert SECRET.encode() not in body, address
    assert {address: status for address, status in statuses.items() if status not in (404, 405, 410)} == {}


@pytest.mark.parametrize("path", ["versioni/", "versioni/1/", "versioni/2/", "versioni/3/confronta/1/"])
@pytest.mark.parametrize("language", ["", "/en"])
def test_editions_of_a_withdrawn_card_say_why(client, withdrawn, language, path):
    response = client.get(f"{language}/progetti/{withdrawn.slug}/{path}")
    assert response.status_code == 410
    assert "Contiene dati personali" in response.content.decode()
