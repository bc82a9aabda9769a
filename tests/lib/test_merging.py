"""Saves of one step from several pages: which may follow which, and raw input that is posted again."""

import pytest
from django.http import QueryDict

from lib.forms.autosave import LAST_TURN, can_merge, page_turn, posted_again, raw_input

PAGE, OTHER = "7d1f", "a2c4"


def save(step="resources", **page):
    return {"version": 2, "step": step, **page}


@pytest.mark.parametrize(
    ("saves", "is_merged"),
    [
        ([], True),
        ([save("places")], True),
        ([save("places"), save("results", page=OTHER, turn=9)], True),
        ([save("resources")], False),
        ([save("resources", page=OTHER, turn=1)], False),
        ([save("resources", page=PAGE, turn=2)], True),
        ([save("resources", page=PAGE, turn=3)], True),
        ([save("resources", page=PAGE, turn=4)], False),
        ([save("places"), save("resources")], False),
        ([{"version": 2}], False),
    ],
)
def test_save_is_merged_after_other_steps_and_earlier_turns_of_its_page(saves, is_merged):
    assert can_merge(saves, {"step": "resources", "page": PAGE, "turn": 3}) is is_merged


def test_save_of_a_page_without_an_id_is_not_merged_after_its_step():
    assert not can_merge([save("resources")], {"step": "resources"})


@pytest.mark.parametrize(
    ("query", "automatic", "expected"),
    [
        ("", True, {}),
        ("turn=3", True, {}),
        (f"page={PAGE}&turn=3", True, {"page": PAGE, "turn": 3}),
        (f"page={PAGE}&turn=3", False, {"page": PAGE, "turn": LAST_TURN}),
        (f"page={PAGE}&turn=-1", True, {"page": PAGE, "turn": LAST_TURN}),
        (f"page={PAGE}&turn={10**20}", True, {"page": PAGE, "turn": LAST_TURN}),
        (f"page={'x' * 50}&turn=1", True, {"page": "x" * 36, "turn": 1}),
    ],
)
def test_turn_of_a_button_is_after_all_automatic_ones(query, automatic, expected):
    assert page_turn(QueryDict(query), automatic) == expected


def test_raw_input_is_posted_again_with_a_new_version():
    raw = raw_input(QueryDict("title=Luci&areas=energy&areas=mobility&version=1&page=x&turn=2&exit=1"))
    assert raw == {"title": ["Luci"], "areas": ["energy", "mobility"]}
    again = posted_again(raw, 5)
    assert dict(again.lists()) == {**raw, "version": ["5"]}
