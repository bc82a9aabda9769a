"""How alike two municipalities are, and which are most alike."""

import pytest

from municipalities.actions import touch
from municipalities.models import Territory
from municipalities.search import SHEETS, similar_municipalities
from municipalities.similar import Sheet, likeness, likeness_parts, most_alike, shared_traits
from tests import builders

IVREA = Sheet("E379", "Ivrea", 22_604, 30.11, 253, 3, 2, "TO", "01")
VAL_DI_CHY = Sheet("M405", "Val di Chy", 1_235, 13.83, 650, 3, 3, "TO", "01")


def test_a_municipality_is_like_itself():
    assert likeness(IVREA, IVREA) == pytest.approx(1)


def test_likeness_goes_both_ways():
    assert likeness(IVREA, VAL_DI_CHY) == likeness(VAL_DI_CHY, IVREA)


def test_parts_are_those_of_the_formula():
    assert {name: round(value, 3) for name, value in likeness_parts(IVREA, VAL_DI_CHY).items()} == {
        "population": 0.369,
        "urbanisation": 0.6,
        "relief": 1.0,
        "altitude": 0.603,
        "density": 0.538,
        "region": 1.0,
    }


def test_what_is_not_known_counts_half():
    bare = Sheet("X000", "Senza dati", population=22_604)
    assert likeness_parts(IVREA, bare) == {"population": 1.0}
    assert likeness(IVREA, bare) == pytest.approx(0.35 + 0.65 / 2)
    assert likeness(Sheet("a", "a"), Sheet("b", "b")) == pytest.approx(0.5)


def test_ten_times_the_inhabitants_halve_their_part():
    assert likeness_parts(Sheet("a", "a", 1_000), Sheet("b", "b", 10_000)) == {"population": 0.5}
    assert likeness_parts(Sheet("a", "a", 1_000), Sheet("b", "b", 1_000_000)) == {"population": 0.0}


def test_most_alike_prefers_the_lower_code_among_equals():
    twins = [Sheet("B", "b", 5_000), Sheet("A", "a", 5_000), Sheet("C", "c", 900)]
    assert most_alike(twins, Sheet("D", "d", 5_000)).code == "A"


def test_traits_are_told_in_words():
    other = Sheet("G674", "Pinerolo", 35_440, 50.34, 376, 3, 2, "TO", "01")
    assert shared_traits(IVREA, other) == [
        "abitanti simili: 22.604 e 35.440",
        "entrambi piccole città o sobborghi",
        "entrambi in collina interna",
        "densità simile: 751 e 704 abitanti per km²",
        "stessa provincia",
    ]
    assert shared_traits(IVREA, Sheet("F205", "Milano", 1_349_930, 181.7, 120, 5, 1, "MI", "03")) == []


@pytest.mark.django_db
def test_similar_municipalities_come_with_reasons(django_assert_num_queries):
    places = builders.piedmont()
    Territory.objects.filter(pk=places["samone"].pk).update(population=20_000)
    with django_assert_num_queries(3):
        found = similar_municipalities(places["ivrea"], limit=2)
    assert [(place.town.name, place.reasons) for place in found] == [
        ("Samone", ["abitanti simili: 22.683 e 20.000", "stessa provincia"]),
        ("Val di Chy", ["stessa provincia"]),
    ]
    with django_assert_num_queries(2):
        similar_municipalities(places["ivrea"], limit=1)


@pytest.mark.django_db
def test_sheets_and_names_follow_a_change(django_assert_num_queries):
    places = builders.piedmont()
    assert SHEETS.read()["E379"].population == 22_683
    assert "A199" not in SHEETS.read()
    assert SHEETS.names()["municipality", "E379"] == "Ivrea"
    with django_assert_num_queries(1):  # the version: what was read under it holds
        assert SHEETS.read()["E379"].population == 22_683
    Territory.objects.filter(pk=places["ivrea"].pk).update(population=9, name="Eporedia")
    touch()
    assert SHEETS.read()["E379"].population == 9
    assert SHEETS.names()["municipality", "E379"] == "Eporedia"
