"""TOPSIS: AgID's own sample, and what must hold of any table."""

import random

import pytest

from suitability.compare.topsis import topsis

# AgID's weights of the family «Altro», in the order of its sheet: cost, interoperability, data protection,
# security, accessibility, coverage, maintainer, support, dependencies, skills, bodies, vitality.
WEIGHTS = [1, 1, 1, 1, 1, 1, 0.7, 0.7, 0.7, 0.7, 0.6, 0.8]
IS_COST = [True, *[False] * 7, True, *[False] * 3]
SAMPLE = [
    [0, 4, 3, 2, 0, 0, 0, 2, 100, 0, 0, 0],
    [0, 4, 3, 2, 1, 0, 1, 1, 10, 0, 0, 0],
    [0, 4, 3, 2, 2, 0, 2, 3, 0, 0, 0, 0],
]


def test_sample_of_agid():
    assert [round(value, 3) for value in topsis(SAMPLE, WEIGHTS, IS_COST)] == [0.125, 0.555, 1.0]


def test_best_in_all_is_one_and_worst_in_all_is_zero():
    assert topsis([[1, 10], [5, 2]], [1, 1], [False, True]) == [0.0, 1.0]


def test_equals_are_all_at_the_top():
    assert topsis([[3, 3], [3, 3]], [1, 2], [False, True]) == [1.0, 1.0]
    assert topsis([[7, 0]], [1, 1], [False, False]) == [1.0]


@pytest.mark.parametrize("seed", range(20))
def test_scale_of_a_column_and_of_the_weights_does_not_matter(seed):
    dice = random.Random(seed)
    rows = [[dice.uniform(0, 9) for _ in range(4)] for _ in range(5)]
    weights, costs = [dice.uniform(0.1, 3) for _ in range(4)], [dice.random() < 0.5 for _ in range(4)]
    found = topsis(rows, weights, costs)
    larger = topsis([[row[0] * 1000, *row[1:]] for row in rows], [w * 7 for w in weights], costs)
    assert larger == pytest.approx(found)
    assert all(0 <= value <= 1 for value in found)


@pytest.mark.parametrize(
    ("rows", "weights", "costs"),
    [([[1, 2]], [1], [False]), ([[1]], [0], [False]), ([[1, 1]], [2, -1], [False, False]), ([[1]], [1], [])],
)
def test_nonsense_is_refused(rows, weights, costs):
    with pytest.raises(ValueError, match="weights"):
        topsis(rows, weights, costs)
