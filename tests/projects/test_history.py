"""Labels of the history of a project: that of the verb, with details for verbs that have them."""

import pytest

from projects.history import LABELS, label_with_changes

DETAILED = {
    "submit": ("Inviata (TO-2026-0001/1)", {"receipt": "TO-2026-0001/1"}),
    "publish": ("Pubblicata, edizione 2", {"edition": 2}),
    "confirm": ("Confermata", {}),
    "assign": ("Affidata a Altra", {"to": "Altra"}),
    "duplicate": ("Copiata da TO-2026-0001", {"source": "TO-2026-0001"}),
    "adopt": ("Riuso di Comune di Ivrea: un passo avanti", {"adopter": "Comune di Ivrea"}),
    "unlabelled": ("unlabelled", {}),
}


@pytest.mark.parametrize("verb", sorted({*LABELS, *DETAILED}))
def test_label_of_each_verb(verb):
    label, changes = DETAILED.get(verb, (LABELS.get(verb), {}))
    assert label_with_changes(verb, changes) == label


def test_label_of_an_automatic_save():
    assert label_with_changes("save", {"automatic": True}) == "Bozza salvata da sola"
