"""Orders in buckets against a plain sort, and the squares of the map against comparisons."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from cardindex.sort_keys import (
    CELL,
    COST,
    TITLE_KEY,
    UNKNOWN,
    built,
    line_key,
    place,
    point_key,
    split,
    square,
    with_roots,
)

TITLES = st.lists(st.text("ab z\u00e8", max_size=4), min_size=1, max_size=60)
DEGREES = st.integers(-18_000_000, 18_000_000)
POINTS = st.lists(st.tuples(DEGREES, st.integers(-9_000_000, 9_000_000)), min_size=1, max_size=60)


def in_order(buckets: dict[str, BitMap], keys: dict[int, str]) -> list[int]:
    return [n for start in sorted(buckets) for n in sorted(buckets[start], key=keys.__getitem__)]


@given(TITLES, st.integers(1, 5))
def test_buckets_one_after_another_are_the_sorted_cards(titles, most):
    keys = {number: line_key(title, number) for number, title in enumerate(titles)}
    buckets = dict(built(TITLE_KEY, ((key, n) for n, key in keys.items()), most))
    assert in_order(buckets, keys) == sorted(keys, key=lambda n: (titles[n], n))
    assert max(map(len, buckets.values())) <= most


@settings(deadline=None)
@given(TITLES, st.integers(1, 4), st.sampled_from([TITLE_KEY, CELL]))
def test_cards_that_come_one_by_one_split_their_buckets(titles, most, kind):
    """What a change of the index does, against building all at once."""
    keys = {number: line_key(title, number) for number, title in enumerate(titles)}
    if kind == CELL:
        keys = {n: point_key(len(t) * 7 - n / 100, n / 3 - len(t)) for n, t in enumerate(titles)}
    buckets: dict[str, BitMap] = {}
    for number, key in keys.items():
        start = place(with_roots(kind, buckets), key)
        held = buckets.get(start, BitMap()) | BitMap([number])
        buckets |= split(kind, start, {n: keys[n] for n in held}, most)
    assert max(map(len, buckets.values())) <= most
    assert in_order(buckets, keys) == sorted(keys, key=keys.__getitem__)


@given(st.lists(st.none() | st.integers(0, 10**14 - 1), min_size=1, max_size=40), st.integers(1, 5))
def test_unknown_costs_stand_apart_and_above(costs, most):
    keys = {n: line_key(UNKNOWN if c is None else f"{c:014d}", n) for n, c in enumerate(costs)}
    buckets = dict(built(COST, ((key, n) for n, key in keys.items()), most))
    unknown = BitMap.union(BitMap(), *(b for s, b in buckets.items() if s.startswith(UNKNOWN)))
    assert set(unknown) == {n for n, cost in enumerate(costs) if cost is None}


@given(POINTS, st.integers(1, 5))
def test_points_lie_in_the_squares_of_their_buckets(points, most):
    keys = {n: point_key(x / 100_000, y / 100_000) for n, (x, y) in enumerate(points)}
    buckets = dict(built(CELL, ((key, n) for n, key in keys.items()), most))
    for start, numbers in buckets.items():
        west, south, side = square(start)
        for n in numbers:
            assert west <= points[n][0] + 18_000_000 < west + side
            assert south <= points[n][1] + 9_000_000 < south + side
    assert sum(map(len, buckets.values())) == len(points)


@pytest.mark.parametrize("same", [119, 120])
def test_titles_too_alike_to_part_share_a_bucket(same):
    keys = {n: line_key("a" * same, n) for n in range(7)}
    buckets = split(TITLE_KEY, "", keys, 3)
    assert set(BitMap.union(*buckets.values())) == set(range(7))
    assert all(len(start) <= 120 for start in buckets)
