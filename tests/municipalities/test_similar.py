"""How alike two municipalities are, and which are most alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.content_version import bump_content_version
from municipalities.likeness import Likeness
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


SHEETS_OF_ANY_KIND = st.builds(
    Sheet,
    code=st.text("ABCD", min_size=1, max_size=3),
    name=st.just("x"),
    population=st.none() | st.integers(0, 3_000_000),
    area_km2=st.none() | st.floats(0.1, 1_300),
    altitude_m=st.none() | st.integers(0, 2_100),
    altitude_zone=st.none() | st.integers(1, 5),
    urbanisation=st.none() | st.integers(1, 3),
    province=st.sampled_from(["", "TO", "MI"]),
    region=st.sampled_from(["", "01", "03"]),
)


@given(SHEETS_OF_ANY_KIND, st.lists(SHEETS_OF_ANY_KIND, max_size=20))
def test_columns_give_the_likeness_of_the_formula(mine, others):
    columns = Likeness([*others, None])
    assert columns.of(mine).to_pylist()[:-1] == pytest.approx([likeness(other, mine) for other in others])
    near = [columns.of(mine)[place].as_py() for place in columns.order(mine).to_pylist()]
    assert near == sorted(near, reverse=True)


@given(SHEETS_OF_ANY_KIND, st.lists(SHEETS_OF_ANY_KIND, max_size=20), st.integers(1, 12))
def test_first_ones_are_those_of_the_whole_order(mine, others, limit):
    columns = Likeness(others)
    told = list(zip(columns.of(mine).to_pylist(), columns.code.to_pylist(), strict=True))
    first, whole = columns.first(mine, limit).to_pylist(), columns.order(mine).to_pylist()
    assert [told[row] for row in first] == [told[row] for row in whole[:limit]]


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
    bump_content_version()
    assert SHEETS.read()["E379"].population == 9
    assert SHEETS.names()["municipality", "E379"] == "Eporedia"
