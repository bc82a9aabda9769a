"""A stage is shown with the day that it is known for, and says when it is old."""

from datetime import date

import pytest
from django.utils.translation import override

from cards import issuing
from cards.models import Record
from cards.presentation.stages import known_on, stage_words
from cards.search.query import ProjectQuery, find
from tests import builders

TODAY = date(2026, 12, 1)


def card(**values):
    return {
        "stage": "running",
        "stage_as_of": None,
        "origin": "sample",
        "published_at": "2026-11-30T10:00:00+00:00",
        **values,
    }


@pytest.mark.parametrize(
    ("values", "text", "state", "note"),
    [
        ({"stage_as_of": "2016"}, "In corso al 2016", "old", "Oggi non noto"),
        ({"stage_as_of": "2024-11"}, "In corso al novembre 2024", "old", "Oggi non noto"),
        ({"stage_as_of": "2024-12"}, "In corso al dicembre 2024", "fresh", ""),
        ({"stage_as_of": "2025-03-12"}, "In corso al 12 marzo 2025", "fresh", ""),
        ({}, "In corso, anno non noto", "undated", "Oggi non noto"),
        ({"origin": "entered"}, "In corso al 30 novembre 2026", "fresh", ""),
        ({"origin": "entered", "stage_as_of": "2019"}, "In corso al 2019", "old", "Oggi non noto"),
        ({"stage": "completed", "stage_as_of": "2014"}, "Concluso al 2014", "settled", ""),
        ({"stage": "in_service", "stage_as_of": "2019"}, "Attivo al 2019", "settled", ""),
        ({"stage": "abandoned"}, "Abbandonato, anno non noto", "undated", ""),
    ],
)
def test_stage_is_said_with_its_day(values, text, state, note):
    words = stage_words(card(**values), today=TODAY)
    assert (words["text"], words["state"], words["note"]) == (text, state, note)


def test_stage_in_english():
    with override("en"):
        words = stage_words(card(stage_as_of="2016"), today=TODAY)
    assert (words["text"], words["note"]) == ("Under way as of 2016", "Not known today")


def test_no_stage_is_no_words():
    assert stage_words(card(stage=None)) is None


def test_a_confirmation_makes_a_stage_known_for_its_day():
    assert known_on(card(stage_as_of="2016"), "2026-11-30") == "2026-11-30"


@pytest.mark.django_db
def test_cards_are_found_by_the_year_for_which_their_stage_is_known():
    municipalities = builders.piedmont()
    office, desk = builders.officer(municipalities["torino"]), builders.reviewer()
    old = builders.published(office, desk, municipalities["torino"], stage_as_of="2016")
    record = Record.objects.get(pk=old.record_id)

    def counts():
        return find(ProjectQuery()).facets(("stage_year",))["stage_year"]

    assert counts() == {"2016": 1}
    issuing.confirm(record, at=old.published_at)
    assert counts() == {str(old.published_at.year): 1}
    builders.published_again(old, desk)
    assert counts() == {"2016": 1}
