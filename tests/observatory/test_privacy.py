"""The privacy notice: controller, basis, retention, rights; what it says comes from the settings."""

import pytest

pytestmark = pytest.mark.django_db


def words(response) -> str:
    return " ".join(response.content.decode().split())


def test_notice_is_whole(client, settings):
    settings.PRIVACY = {
        "controller": "Comune di Prova",
        "contact": "privacy@example.org",
        "officer": "dpo@example.org",
    }
    text = words(client.get("/privacy/"))
    for told in (
        "Comune di Prova.",
        "mailto:privacy@example.org",
        "dpo@example.org",
        "art. 6, paragrafo 1, lettera e",
        "Per quanto tempo",
        "Garante per la protezione dei dati personali",
        "Di chi segue gli aggiornamenti",
    ):
        assert told in text


def test_an_installation_without_controller_says_so(client, settings):
    settings.PRIVACY = {"controller": "", "contact": "privacy@example.org", "officer": ""}
    text = words(client.get("/privacy/"))
    assert "Questa installazione non lo ha ancora indicato" in text
    assert "Responsabile della protezione dei dati" not in text
