"""The CSV line of a card: stored at publication, the same bytes as a file made of the documents."""

from io import StringIO

import pytest
from django.core.management import call_command

from municipalities.models import Territory
from opendata.actions import project_chunks
from opendata.search import Snapshot
from opendata.writers import CsvWriter, Pipe
from projects import actions
from projects.columns import PROJECTS
from projects.lines import MARK, PLACED, neutralised
from projects.models import Card
from tests import builders

AWKWARD = {
    "title": '=Luci, "belle"',
    "acronym": "@x",
    "need": "prima\nseconda\r\nterza",
    "place_name": "+39",
    "technologies": ["-led", "a,b"],
    "summary": "＝piena",
    "longitude": "-7.5",
    "latitude": "45",
    "running_cost_per_year": "12.5",
}


@pytest.fixture
def cards(db):
    towns, desk = builders.piedmont(), builders.reviewer()
    officer = builders.officer(towns["torino"])
    alice = builders.officer(towns["alice"], "alice@example.org")
    return [
        builders.published(officer, desk, towns["torino"], **AWKWARD),
        builders.published(officer, desk, towns["torino"], total_cost=None, cost_unknown=True),
        builders.published(alice, desk, towns["alice"], title="Scuola"),
    ]


def by_the_writer(keys: list[int]) -> bytes:
    pipe = Pipe()
    writer = CsvWriter(pipe, PROJECTS)
    for document in Snapshot(keys=keys).documents():
        writer.write(PROJECTS.values(document))
    writer.close()
    return pipe.drained()


def test_stored_lines_are_what_the_writer_makes(cards):
    keys = [card.pk for card in cards]
    assert all(card.csv_line.startswith(MARK) for card in Card.objects.all())
    assert b"".join(project_chunks(keys, "csv")) == by_the_writer(keys)
    assert b"".join(project_chunks(keys[::-1], "csv")) == by_the_writer(keys[::-1])


@pytest.mark.parametrize("stored", ["", "00000000,3,L219,,a,b\r\n"])
def test_line_missing_or_of_another_release_is_made_of_the_document(cards, stored):
    keys = [card.pk for card in cards]
    Card.objects.filter(pk__in=keys[:2]).update(csv_line=stored)
    assert b"".join(project_chunks(keys, "csv")) == by_the_writer(keys)


def test_rebuild_cards_stores_the_lines(cards):
    before = dict(Card.objects.values_list("pk", "csv_line"))
    Card.objects.update(csv_line="")
    call_command("rebuild_cards", stdout=StringIO())
    assert dict(Card.objects.values_list("pk", "csv_line")) == before


def test_invented_cards_have_their_lines(db):
    builders.piedmont()
    call_command("generate_projects", 3, stdout=StringIO())
    keys = list(Card.objects.values_list("pk", flat=True))
    assert [line[:8] for line in Card.objects.values_list("csv_line", flat=True)] == [MARK] * 3
    assert b"".join(project_chunks(keys, "csv")) == by_the_writer(keys)


def test_town_is_the_one_of_today_though_the_line_was_stored_before(cards, django_assert_num_queries):
    """Alice Superiore is in the card, Val di Chy in the file: the line holds the code alone."""
    line = Card.objects.get(title="Scuola").csv_line
    assert line.split(",", 4)[2:4] == ["A199", ""]
    # changes, cards, towns; the keys are given
    with django_assert_num_queries(3):
        content = b"".join(project_chunks([card.pk for card in cards], "csv")).decode()
    assert ",M405,001317,Val di Chy,TO,01,," in content


def test_partner_towns_are_those_of_today_too(cards):
    project = cards[1].project
    project.other_municipalities.add(*Territory.objects.filter(code__in=["A199", "E379"]))
    card = actions.issue_card(project, by=None)
    assert card.csv_line.split(",", 4)[2:4] == ["L219", "A199|E379"]
    content = b"".join(project_chunks([card.pk], "csv"))
    assert b",L219,001272,Torino,TO,01,E379|M405," in content
    assert content == by_the_writer([card.pk])


def test_cells_of_towns_stand_side_by_side():
    names = [column.name for column in PROJECTS.columns]
    first = names.index(PLACED[0])
    assert tuple(names[first : first + len(PLACED)]) == PLACED


@pytest.mark.parametrize(("text", "cell"), [("=1", "'=1"), ("a=1", "a=1"), ("", ""), ("\t1", "'\t1")])
def test_formula_is_neutralised(text, cell):
    assert neutralised(text) == cell
