"""The image of a card for social networks."""

import io
import re

import pytest
from PIL import Image

from projects import publishing
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def card(office, desk, municipalities):
    return builders.published(office, desk, municipalities["torino"])


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_picture_of_a_card_is_its_cover_with_title_place_and_state(client, card, prefix):
    html = client.get(f"{prefix}/progetti/{card.slug}/").content.decode()
    address = f"{prefix}/progetti/{card.slug}/immagine.png"
    assert re.findall(r'property="og:image"\s+content="([^"]+)"', html) == [f"http://127.0.0.1:8000{address}"]
    assert html.count('property="og:title"') == 1
    response = client.get(address)
    assert response["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(response.content)).size == (1200, 630)
    again = client.get(address, headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304


def test_picture_is_made_of_any_title(client, desk, card):
    edition = builders.published_again(card, desk, title="Bici 🚲 条件 " + "lunghissima " * 9)
    assert client.get(f"/progetti/{edition.slug}/immagine.png").status_code == 200


def test_picture_of_a_withdrawn_card_is_gone(client, desk, card):
    publishing.withdraw(card, by=desk, reason="Doppione")
    assert client.get(f"/progetti/{card.slug}/immagine.png").status_code == 410
