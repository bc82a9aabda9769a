"""Rows generated from templates equal those that a publication writes, byte for byte."""

from io import StringIO

import orjson
import pytest
from django.core.management import call_command

from cards.document.derive import derive_columns
from cards.document.places import places_of
from cards.models import Edition, Line
from demo.bulk_load import current_municipalities, generate
from demo.generator import Country, draw, published_at
from demo.row_templates import CARDS, publication_of
from municipalities.models import Territory
from projects.models import Project
from tests import builders

MANY, SEED = 1_500, 5


@pytest.fixture
def country(db):
    """Municipalities with a point and without, one with a name of several words; some projects are joint."""
    municipalities = builders.piedmont()
    Territory.objects.filter(pk=municipalities["ivrea"].pk).update(
        name="San Germano d’Ivrea", longitude=None, latitude=None
    )
    Territory.objects.filter(pk=municipalities["torino"].pk).update(longitude="7.68250", latitude="45.06900")


def drawn_today():
    municipalities = Country(current_municipalities())
    return [draw(number, SEED, municipalities) for number in range(MANY)]


def test_generated_cards_equal_published_ones_byte_for_byte(country):
    generate(MANY, seed=SEED)
    cards, drawn = list(Edition.objects.order_by("pk")), drawn_today()
    assert any(one.other_municipalities for one in drawn)
    assert {one.point is None for one in drawn} == {one.cost is None for one in drawn} == {True, False}
    places = places_of([orjson.loads(card.document) for card in cards])
    lines = dict(Line.objects.values_list("pk", "text"))
    for card, one in zip(cards, drawn, strict=True):
        published = publication_of(one, places, card.pk)
        derived = derive_columns(orjson.loads(card.document), places)
        columns = derived["columns"]
        assert lines[card.pk] == derived["csv_row"]
        assert card.document == published.columns["document"]
        assert {name: getattr(card, name) for name in columns} == columns
        assert (card.published_at, card.live_values) == (published_at(one.number), "[]")
        assert (card.edition, card.is_current, card.withdrawn_at) == (1, True, None)


def test_index_of_generated_cards_equals_that_of_their_columns(country):
    generate(MANY, seed=SEED)
    out = StringIO()
    call_command("check_index", stdout=out)
    assert str(MANY) in out.getvalue()


def test_projects_belong_to_the_municipality_of_their_card(country):
    generate(60, seed=SEED)
    for project in Project.objects.select_related("record__owner__territory"):
        card = project.record.editions.get()
        assert project.owner.territory.code == card.municipality_code
        assert (project.code, project.slug, project.title) == (card.code, card.slug, card.title)
        assert (project.created_at, project.status) == (card.published_at, "published")


def test_check_refuses_a_text_with_the_separators_of_copy():
    line = CARDS.line(dict.fromkeys(CARDS.own, "a"))
    CARDS.check(line + line, 2)
    for text in ("a\tb", "a\nb"):
        with pytest.raises(ValueError, match="end of a cell"):
            CARDS.check(CARDS.line(dict.fromkeys(CARDS.own, text)), 1)
