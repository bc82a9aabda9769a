"""Signs that the fonts of the PDF lack: the PDF and the kit are made, the reviewer reads which ones."""

import io
import zipfile

import pytest

from lib.pdf import displayable, undisplayable
from tests import builders

TITLES = [
    "Bici 🚲 condivise",
    "漢字 a Torino",
    "Ｐｉａｚｚａ",
    "👨‍👩‍👧 famiglia",
    "\u0378 non assegnato",
    "𝐁𝐢𝐜𝐢",
    "عربي",
]


@pytest.mark.django_db
@pytest.mark.parametrize("title", TITLES)
def test_pdf_and_kit_of_any_title(client, office, desk, municipalities, title):
    card = builders.published(office, desk, municipalities["torino"], title=title)
    for language in ("", "/en"):
        response = client.get(f"{language}/progetti/{card.slug}/scheda.pdf")
        assert (response.status_code, response.content[:5]) == (200, b"%PDF-")
    kit = client.get(f"/progetti/{card.slug}/kit.zip")
    content = b"".join(kit) if kit.streaming else kit.content
    assert kit.status_code == 200
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None


def test_sign_without_glyph_is_replaced_and_named():
    assert displayable("Bici 🚲 più Ａ１ → ≥") == "Bici □ più A1 → ≥"
    assert undisplayable("Bici 🚲 e 🚲 più") == "🚲"
