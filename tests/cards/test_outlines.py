"""Coarser borders: on the grid, without gaps between neighbours, svg_path and told as GeoJSON alike."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from cards.pages.outlines import box, coordinates, rings, svg_path

POINTS = st.tuples(st.integers(-2_000, 2_000), st.integers(-2_000, 2_000))


def path_of(points) -> str:
    steps = [f"{b[0] - a[0]} {b[1] - a[1]}" for a, b in itertools.pairwise(points)]
    return f"M{points[0][0]} {points[0][1]}l{' '.join(steps)}z"


def test_square_is_drawn_from_its_corners():
    outline = rings("M0 0l50 0 50 0 0 100-100 0z", 10)
    assert outline == (((0, 0), (10, 0), (10, 10), (0, 10)),)
    assert svg_path(outline) == "M0 0l10 0 0 10-10 0z"
    assert box([outline]) == (-0.2, -0.2, 10.4, 10.4)


def test_what_shrinks_to_a_line_is_left_out():
    assert rings("M0 0l2 0 0 2-2 0zM0 0l100 0 0 100z", 10) == (((0, 0), (10, 0), (10, 10)),)


def test_geojson_rings_are_closed_and_anticlockwise():
    ((outline,),) = coordinates(rings("M5000-45000l100 0 0 100-100 0z", 10), 10)
    assert outline[0] == outline[-1]
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(outline))
    assert area > 0
    assert outline[0] == [6.728, 45.0]


@given(st.lists(POINTS, min_size=3, max_size=30), st.integers(1, 40))
def test_a_point_of_two_borders_moves_to_one_knot(points, grid):
    """Every corner kept is the nearest knot of some point: neighbours that share points share knots."""
    knots = {(round(x / grid), round(y / grid)) for x, y in points}
    assert {knot for ring in rings(path_of(points), grid) for knot in ring} <= knots
