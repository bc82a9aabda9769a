"""Stored texts of many cards: all that were asked for, in pieces, whether they lie side by side or apart."""

import pytest
from django.db import DEFAULT_DB_ALIAS

from projects import texts
from projects.models import Card, CardLine
from tests import builders


@pytest.fixture
def keys(db):
    towns, desk = builders.piedmont(), builders.reviewer()
    officer = builders.officer(towns["torino"])
    return [builders.published(officer, desk, towns["torino"], title=f"Perché {n}").pk for n in range(5)]


@pytest.mark.parametrize("between", [-1, 10])
def test_pieces_hold_all_texts_asked_for(keys, monkeypatch, between):
    """Read by key, and as a stretch."""
    monkeypatch.setattr(texts, "BETWEEN", between)
    wanted = [keys[3], keys[0], keys[4]]
    stored = dict(CardLine.objects.values_list("pk", "text"))
    parts = list(texts.pieces(wanted, texts.LINE, DEFAULT_DB_ALIAS, at_once=2))
    assert [part for part, _lines in parts] == [wanted[:2], wanted[2:]]
    for part, lines in parts:
        assert [lines[key] for key in part] == [stored[key].encode() for key in part]


def test_documents_come_as_they_are_stored(keys):
    found = texts.found(keys, texts.DOCUMENT, DEFAULT_DB_ALIAS)
    assert found == {pk: text.encode() for pk, text in Card.objects.values_list("pk", "document")}


def test_stretch_is_read_whole_only_when_most_of_it_is_wanted(keys):
    assert texts.found(keys[::4], texts.LINE, DEFAULT_DB_ALIAS).keys() == {keys[0], keys[4]}


def test_line_takes_the_place_of_the_one_before(keys):
    texts.put_line(keys[0], "a")
    texts.put_line(keys[0], "b")
    assert CardLine.objects.get(pk=keys[0]).text == "b"
    assert CardLine.objects.count() == 5


@pytest.mark.parametrize("cards", [2, 5])
def test_a_piece_is_one_query(keys, django_assert_num_queries, cards):
    with django_assert_num_queries(1):
        list(texts.pieces(keys[:cards], texts.LINE, DEFAULT_DB_ALIAS))
