"""What the page of a card is read from: plain SQL says what the models say, and asks no table in vain."""

from datetime import date

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from cards.models import Edition, Record
from cards.pages.maps import locator_of
from cards.reads.page_row import current_row, previous_document
from cards.search import ordering
from lib.content_version import bump_content_version
from municipalities.actions import body_of_municipality
from municipalities.search import municipalities_of
from projects import publishing
from reuse.models import Adoption, Assessment, DemonstrationDocument, OutsidePractice
from reuse.reads.family import family_of
from reuse.reads.presence import Presence, presence_of
from reuse.reads.standing import panel_of
from tests import builders

NOTHING = Presence(False, False, False, False, False)


@pytest.fixture
def card(office, desk, municipalities):
    return builders.published(office, desk, municipalities["torino"])


@pytest.mark.django_db
def test_card_in_force_is_the_stored_one(card):
    moment = timezone.now()
    Record.objects.filter(pk=card.record_id).update(confirmed_at=moment)
    stored, shown = Edition.objects.get(pk=card.pk), current_row(card.slug)
    assert shown.confirmed_at == moment
    names = [name for name in shown._fields if name != "confirmed_at"]
    assert [getattr(shown, name) for name in names] == [getattr(stored, name) for name in names]


@pytest.mark.django_db
def test_card_never_confirmed_has_no_day(card):
    assert current_row(card.slug).confirmed_at is None


@pytest.mark.django_db
def test_withdrawn_card_is_not_in_force(card, desk):
    publishing.withdraw(card, by=desk, reason="Dati sbagliati")
    assert (current_row(card.slug), current_row("nessuna")) == (None, None)


@pytest.mark.django_db
def test_document_before_is_that_of_the_edition_before(card, desk):
    assert previous_document(card.record_id, 2) == card.document
    assert previous_document(card.record_id, 1) is None
    Edition.objects.filter(pk=card.pk).update(
        is_current=False, withdrawn_at=timezone.now(), withdrawal_reason="Dati sbagliati"
    )
    assert previous_document(card.record_id, 2) is None


@pytest.mark.django_db
def test_nothing_stands_beside_a_new_card(card):
    assert presence_of(card.record_id) == NOTHING


def rate(card, body):
    Assessment.objects.create(record=card.record, rater="self", organisation=body)


def adopt(card, body):
    Adoption.objects.create(record=card.record, giver=builders.project_of(card).promoter, adopter=body)


def come_of(card, body):
    other = builders.draft(card.published_by, builders.project_of(card).lead_municipality, title="Orti")
    Adoption.objects.create(
        record=other.record,
        giver=body,
        adopter=builders.project_of(card).promoter,
        result=card.record,
    )


def come_from_outside(card, body):
    OutsidePractice.objects.create(
        adopter=body,
        record=card.record,
        name="Orti",
        city="Lione",
        country="Francia",
        url="https://a.eu",
    )


def document(card, body):
    DemonstrationDocument.objects.create(
        record=card.record,
        type="study",
        title="Guida",
        url="https://a.eu",
        made_on=date(2026, 1, 1),
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("add", "told"),
    [
        (rate, "is_rated"),
        (document, "has_demonstration_kit"),
        (adopt, "is_adopted"),
        (come_of, "is_result"),
        (come_from_outside, "has_origins"),
    ],
)
def test_each_table_that_speaks_of_a_project_is_known(card, municipalities, settings, add, told):
    settings.DEMO = True
    add(card, body_of_municipality(municipalities["ivrea"]))
    presence = presence_of(card.record_id)
    assert presence == NOTHING._replace(**{told: True})
    text = {"documents": [], "partners": []}
    assert panel_of(card.record_id, text, presence=presence) == panel_of(card.record_id, text)
    assert family_of(card.record_id, None, presence) == family_of(card.record_id)


@pytest.mark.django_db
def test_town_is_shown_where_it_lies(municipalities, django_assert_num_queries):
    builders.squares()
    bump_content_version()
    first = locator_of("L219")
    assert (
        first["municipality_path"].startswith("M5") and first["municipality_path"] != first["province_path"]
    )
    assert [float(part) for part in first["view_box"].split()][2:] == pytest.approx([93.6, 93.6])
    with django_assert_num_queries(1):  # the version: neither municipality nor province is asked for again
        assert locator_of("L219") == first
    assert locator_of("E379")["province_path"] == first["province_path"]
    assert (locator_of("A199"), locator_of("Z999"), locator_of(None)) == (None, None, None)


@pytest.mark.django_db
def test_municipalities_are_named_by_code(municipalities):
    assert sorted(municipalities_of({"L219", "A199", "Z999"})) == [
        (
            "A199",
            "Alice Superiore",
            "alice-superiore",
            "001005",
            "TO",
            "01",
            ended(municipalities_of(["A199"])),
        ),
        ("L219", "Torino", "torino", "001272", "TO", "01", None),
    ]
    assert municipalities_of([]) == []


def ended(rows) -> object:
    """The end as the database gives it: a date, or its text."""
    assert str(rows[0][-1]) == "2019-01-01"
    return rows[0][-1]


NUMBERS = st.frozensets(st.integers(0, 60), max_size=30)


@given(NUMBERS, st.lists(NUMBERS, max_size=3), st.integers(1, 9))
def test_newest_in_places_are_all_of_them_from_the_last(cards, places, stretch):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ordering, "STRETCH", stretch)
        found = list(ordering.newest_in(BitMap(cards), [BitMap(place) for place in places]))
    assert found == sorted(cards & frozenset().union(*places), reverse=True)
