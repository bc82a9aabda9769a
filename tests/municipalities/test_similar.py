"""The likeness of two municipalities: its formula, in columns and in words; the cache of profiles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.content_version import bump_content_version
from municipalities.likeness import Likeness
from municipalities.models import Territory
from municipalities.search import PLACE_CACHE, successors_of
from municipalities.similar import Profile, likeness, likeness_parts, most_alike, traits
from tests import builders

IVREA = Profile("E379", "Ivrea", 22_604, 30.11, 253, 3, 2, "TO", "01")
VAL_DI_CHY = Profile("M405", "Val di Chy", 1_235, 13.83, 650, 3, 3, "TO", "01")


def test_likeness_to_itself_is_one():
    assert likeness(IVREA, IVREA) == pytest.approx(1)


def test_likeness_is_symmetric():
    assert likeness(IVREA, VAL_DI_CHY) == likeness(VAL_DI_CHY, IVREA)


def test_parts_follow_the_formula():
    assert {name: round(value, 3) for name, value in likeness_parts(IVREA, VAL_DI_CHY).items()} == {
        "population": 0.369,
        "urbanisation": 0.6,
        "relief": 1.0,
        "altitude": 0.603,
        "density": 0.538,
        "region": 1.0,
    }


def test_unknown_part_counts_one_half():
    bare = Profile("X000", "Senza dati", population=22_604)
    assert likeness_parts(IVREA, bare) == {"population": 1.0}
    assert likeness(IVREA, bare) == pytest.approx(0.35 + 0.65 / 2)
    assert likeness(Profile("a", "a"), Profile("b", "b")) == pytest.approx(0.5)


def test_population_part_falls_by_one_half_for_each_power_of_ten():
    assert likeness_parts(Profile("a", "a", 1_000), Profile("b", "b", 10_000)) == {"population": 0.5}
    assert likeness_parts(Profile("a", "a", 1_000), Profile("b", "b", 1_000_000)) == {"population": 0.0}


def test_most_alike_among_equals_has_the_lowest_code():
    twins = [Profile("B", "b", 5_000), Profile("A", "a", 5_000), Profile("C", "c", 900)]
    assert most_alike(twins, Profile("D", "d", 5_000)).code == "A"


ANY_PROFILE = st.builds(
    Profile,
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


@given(ANY_PROFILE, st.lists(ANY_PROFILE, max_size=20))
def test_columns_equal_the_formula(mine, others):
    columns = Likeness([*others, None])
    assert columns.of(mine).to_pylist()[:-1] == pytest.approx([likeness(other, mine) for other in others])
    near = [columns.of(mine)[place].as_py() for place in columns.order(mine).to_pylist()]
    assert near == sorted(near, reverse=True)


@given(ANY_PROFILE, st.lists(ANY_PROFILE, max_size=20), st.integers(1, 12))
def test_first_rows_equal_the_start_of_the_whole_order(mine, others, limit):
    columns = Likeness(others)
    told = list(zip(columns.of(mine).to_pylist(), columns.code.to_pylist(), strict=True))
    first, whole = columns.first(mine, limit).to_pylist(), columns.order(mine).to_pylist()
    assert [told[row] for row in first] == [told[row] for row in whole[:limit]]


def test_traits_name_what_two_municipalities_share():
    other = Profile("G674", "Pinerolo", 35_440, 50.34, 376, 3, 2, "TO", "01")
    assert list(traits(IVREA, other)) == [
        "abitanti simili: 22.604 e 35.440",
        "entrambi piccole città o sobborghi",
        "entrambi in collina interna",
        "densità simile: 751 e 704 abitanti per km²",
        "stessa provincia",
    ]
    milan = Profile("F205", "Milano", 1_349_930, 181.7, 120, 5, 1, "MI", "03")
    assert list(traits(IVREA, milan)) == []


@pytest.mark.django_db
def test_profiles_and_names_are_cached_until_the_content_version_changes(django_assert_num_queries):
    places = builders.piedmont()
    assert PLACE_CACHE.profiles()["E379"].population == 22_683
    assert "A199" not in PLACE_CACHE.profiles()
    assert PLACE_CACHE.names()["municipality", "E379"] == "Ivrea"
    with django_assert_num_queries(1):  # the version token
        assert PLACE_CACHE.profiles()["E379"].population == 22_683
    Territory.objects.filter(pk=places["ivrea"].pk).update(population=9, name="Eporedia")
    bump_content_version()
    assert PLACE_CACHE.profiles()["E379"].population == 9
    assert PLACE_CACHE.names()["municipality", "E379"] == "Eporedia"


@pytest.mark.django_db
def test_names_are_ordered_by_name_and_code():
    builders.piedmont()
    names = list(PLACE_CACHE.names().items())
    assert names == sorted(names, key=lambda row: (row[1], row[0][1]))


@pytest.mark.django_db
def test_most_similar_are_in_the_order_of_likeness_without_the_municipality_itself(django_assert_num_queries):
    builders.piedmont()
    profiles = PLACE_CACHE.profiles()
    mine = profiles["E379"]
    others = sorted(
        (profile for profile in profiles.values() if profile != mine),
        key=lambda profile: (-likeness(profile, mine), profile.code),
    )
    assert len(others) > 2
    assert PLACE_CACHE.most_similar(mine) == [profile.code for profile in others]
    with django_assert_num_queries(1):  # the version token
        PLACE_CACHE.most_similar(mine)


@pytest.mark.django_db
def test_namespace_is_emptied_by_a_new_content_version():
    PLACE_CACHE.namespace("labels")["L219"] = "Torino"
    assert PLACE_CACHE.namespace("labels") == {"L219": "Torino"}
    assert PLACE_CACHE.namespace("others") == {}
    bump_content_version()
    assert PLACE_CACHE.namespace("labels") == {}


@pytest.mark.django_db
def test_successors_of_abolished_codes_leave_out_those_in_force(django_assert_num_queries):
    builders.piedmont()
    with django_assert_num_queries(2):  # the abolished ones, the change of the one
        assert successors_of({"A199", "E379", "Z999"}) == {"A199": "M405"}
