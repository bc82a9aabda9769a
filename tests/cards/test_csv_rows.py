"""The CSV line of a card: stored at publication, the same bytes as a file made of the documents."""

from hashlib import blake2b
from io import StringIO

import orjson
import pytest
from django.core.management import call_command

from cards.document.columns import PROJECTS
from cards.document.csv_row import SHAPE
from cards.document.derive import derive_columns
from cards.models import Edition, Line
from lib.tables.csv_text import neutralised
from lib.tables.writers import CsvWriter, Pipe
from municipalities.models import Territory
from opendata.export import project_chunks
from opendata.snapshot import Snapshot
from projects import publishing
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
    municipalities, desk = builders.piedmont(), builders.reviewer()
    officer = builders.officer(municipalities["torino"])
    alice = builders.officer(municipalities["alice"], "alice@example.org")
    return [
        builders.published(officer, desk, municipalities["torino"], **AWKWARD),
        builders.published(officer, desk, municipalities["torino"], total_cost=None, cost_unknown=True),
        builders.published(alice, desk, municipalities["alice"], title="Scuola"),
    ]


def by_the_writer(keys: list[int]) -> bytes:
    pipe = Pipe()
    writer = CsvWriter(pipe, PROJECTS)
    for document in Snapshot(keys=keys).documents():
        writer.write(PROJECTS.values(document))
    writer.close()
    return pipe.read_new()


def test_stored_lines_are_what_the_writer_makes(cards):
    keys = [card.pk for card in cards]
    assert Line.objects.count() == Edition.objects.count()
    assert b"".join(project_chunks(keys, "csv")) == by_the_writer(keys)
    assert b"".join(project_chunks(keys[::-1], "csv")) == by_the_writer(keys[::-1])


def test_line_that_is_missing_is_made_of_the_document(cards):
    keys = [card.pk for card in cards]
    before = b"".join(project_chunks(keys, "csv"))
    Line.objects.filter(pk__in=keys[:2]).delete()
    assert b"".join(project_chunks(keys, "csv")) == before == by_the_writer(keys)


def test_rebuild_cards_stores_the_lines(cards):
    before = dict(Line.objects.values_list("pk", "text"))
    Line.objects.filter(pk=cards[0].pk).delete()
    Line.objects.filter(pk=cards[1].pk).update(text="")
    call_command("rebuild_cards", stdout=StringIO())
    assert dict(Line.objects.values_list("pk", "text")) == before


def test_invented_cards_have_their_lines(db):
    builders.piedmont()
    call_command("generate_projects", 3, stdout=StringIO())
    keys = list(Edition.objects.values_list("pk", flat=True))
    lines = Line.objects.order_by("pk").values_list("text", flat=True)
    assert [line.split(",")[0] for line in lines] == list(
        Edition.objects.order_by("pk").values_list("code", flat=True)
    )
    assert b"".join(project_chunks(keys, "csv")) == by_the_writer(keys)


def test_municipalities_are_those_of_today(cards):
    """Alice Superiore is in the document, Val di Chy in the file."""
    content = b"".join(project_chunks([cards[2].pk], "csv"))
    assert b",M405,001317,Val di Chy,TO,01,," in content
    project = builders.project_of(cards[1])
    project.other_municipalities.add(*Territory.objects.filter(code__in=["A199", "E379"]))
    card = publishing.issue_project(project, by=None)
    content = b"".join(project_chunks([card.pk], "csv"))
    assert b",L219,001272,Torino,TO,01,E379|M405," in content
    assert content == by_the_writer([card.pk])


def test_town_that_nobody_knows_keeps_its_code(cards):
    document = orjson.loads(cards[0].document)
    derived = derive_columns({**document, "lead_municipality": "X999"}, {})
    assert ",X999,,,,,," in derived["csv_row"]


def test_other_columns_need_a_migration():
    """Lines are stored: when this fails, a migration deletes all CardLines and the figure here is new."""
    assert blake2b(repr(SHAPE).encode(), digest_size=4).hexdigest() == "f8524c22"


@pytest.mark.parametrize(("text", "cell"), [("=1", "'=1"), ("a=1", "a=1"), ("", ""), ("\t1", "'\t1")])
def test_formula_is_neutralised(text, cell):
    assert neutralised(text) == cell
