"""Stored texts of many cards: all that were asked for, in pieces, whether they lie side by side or apart."""

from array import array

import pytest
from django.db import DEFAULT_DB_ALIAS

from cards.models import Edition, Line
from cards.reads import bulk
from tests import builders


@pytest.fixture
def keys(db):
    municipalities, desk = builders.piedmont(), builders.reviewer()
    officer = builders.officer(municipalities["torino"])
    return [
        builders.published(officer, desk, municipalities["torino"], title=f"Perché {n}").pk for n in range(5)
    ]


@pytest.mark.parametrize("between", [-1, 10])
def test_all_texts_asked_for_are_found(keys, monkeypatch, between):
    """Read by key, and as a stretch."""
    monkeypatch.setattr(bulk, "MAX_UNWANTED", between)
    wanted = [keys[3], keys[0], keys[4]]
    stored = dict(Line.objects.values_list("pk", "text"))
    lines = bulk.read_texts(wanted, bulk.CSV_ROW, DEFAULT_DB_ALIAS)
    assert [lines[key] for key in wanted] == [stored[key].encode() for key in wanted]


def test_parts_follow_one_another(keys):
    wanted = array("Q", keys[::-1])
    assert [list(part) for part in bulk.key_chunks(wanted, 2)] == [keys[:2:-1], keys[2:0:-1], keys[:1]]
    assert list(bulk.key_chunks(array("Q"))) == []


@pytest.mark.parametrize("way", [1, -1])
def test_texts_of_keys_in_a_row_come_as_one(keys, way):
    stored = dict(Line.objects.values_list("pk", "text"))
    wanted = array("Q", keys[1:4][::way])
    body = bulk.read_range(wanted, bulk.CSV_ROW, DEFAULT_DB_ALIAS)
    assert body == "".join(stored[key] for key in wanted).encode()
    assert bulk.read_range(keys[2:3], bulk.CSV_ROW, DEFAULT_DB_ALIAS) == stored[keys[2]].encode()


def test_keys_in_no_row_do_not_come_as_one(keys):
    for wanted in (keys[::2], [keys[0], keys[0]], [keys[1], keys[0], keys[2]]):
        assert bulk.read_range(wanted, bulk.CSV_ROW, DEFAULT_DB_ALIAS) is None


def test_row_with_a_text_missing_does_not_come_as_one(keys):
    Line.objects.filter(pk=keys[2]).delete()
    assert bulk.read_range(keys[1:4], bulk.CSV_ROW, DEFAULT_DB_ALIAS) is None
    assert bulk.read_range(keys[3:], bulk.CSV_ROW, DEFAULT_DB_ALIAS)


def test_documents_come_as_they_are_stored(keys):
    found = bulk.read_texts(keys, bulk.DOCUMENT, DEFAULT_DB_ALIAS)
    assert found == {pk: text.encode() for pk, text in Edition.objects.values_list("pk", "document")}


def test_stretch_is_read_whole_only_when_most_of_it_is_wanted(keys):
    assert bulk.read_texts(keys[::4], bulk.CSV_ROW, DEFAULT_DB_ALIAS).keys() == {keys[0], keys[4]}


def test_line_takes_the_place_of_the_one_before(keys):
    bulk.store_csv_row(keys[0], "a")
    bulk.store_csv_row(keys[0], "b")
    assert Line.objects.get(pk=keys[0]).text == "b"
    assert Line.objects.count() == 5
