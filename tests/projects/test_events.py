"""The history of a project says what the register says, but for events that have more to tell."""

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from projects.desk.verbs import EVENTS
from projects.models import ProjectEvent

MORE = {
    "submit": ("Inviata (TO-2026-0001/1)", {"receipt": "TO-2026-0001/1"}),
    "publish": ("Pubblicata, edizione 2", {"edition": 2}),
    "confirm": ("Confermata", {}),
    "duplicate": ("Copiata da TO-2026-0001", {"source": "TO-2026-0001"}),
    "adopt": ("Riuso di Comune di Ivrea: un passo avanti", {"adopter": "Comune di Ivrea"}),
    "outside_practice": ("Pratica da fuori del registro", {}),
    "hide_adoption_words": ("Parole di un riuso nascoste", {}),
    "eaten": ("eaten", {}),
}


@pytest.mark.parametrize("verb", sorted({*EVENTS, *MORE}))
def test_history_names_each_event(verb):
    words, changes = MORE.get(verb, (EVENTS.get(verb), {}))
    event = ProjectEvent(verb=verb, at=timezone.now(), changes=changes)
    assert f"<strong>{words}</strong>" in render_to_string("officer/_events.html", {"events": [event]})


def test_automatic_save_is_told_apart():
    event = ProjectEvent(verb="save", at=timezone.now(), changes={"automatic": True})
    page = render_to_string("officer/_events.html", {"events": [event]})
    assert "<strong>Bozza salvata da sola</strong>" in page
