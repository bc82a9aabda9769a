"""The history of a project says what the register says, but for events that have more to tell."""

import pytest

from projects.history import EVENTS, label_with_changes

MORE = {
    "submit": ("Inviata (TO-2026-0001/1)", {"receipt": "TO-2026-0001/1"}),
    "publish": ("Pubblicata, edizione 2", {"edition": 2}),
    "confirm": ("Confermata", {}),
    "duplicate": ("Copiata da TO-2026-0001", {"source": "TO-2026-0001"}),
    "adopt": ("Riuso di Comune di Ivrea: un passo avanti", {"adopter": "Comune di Ivrea"}),
    "eaten": ("eaten", {}),
}


@pytest.mark.parametrize("verb", sorted({*EVENTS, *MORE}))
def test_history_names_each_event(verb):
    words, changes = MORE.get(verb, (EVENTS.get(verb), {}))
    assert label_with_changes(verb, changes) == words


def test_automatic_save_is_told_apart():
    assert label_with_changes("save", {"automatic": True}) == "Bozza salvata da sola"
