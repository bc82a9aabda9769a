"""The order of projects by R: ties, weights of the URL, changes of position since the last release."""

import random
from datetime import date
from decimal import Decimal

import pytest

from reuse.criteria import KEYS, PRESETS
from reuse.ranking import BadWeights, Entry, city_size, position_changes, ranked, read_weights, weights_param

EQUAL = PRESETS["equal"]


def entry(code, value=3, rated=10, day=1):
    return Entry(code, dict.fromkeys(KEYS[:rated], value), Decimal(0), 0, 0, date(2026, 1, day))


def test_ties_have_one_order():
    """More criteria rated first, then the fresher rating, then the code; equal scores share a place."""
    entries = [
        entry("TO-2026-0004", day=2),
        entry("TO-2026-0003", day=2),
        entry("TO-2026-0005", day=3),
        entry("TO-2026-0006", rated=7, day=9),
        entry("TO-2026-0001", value=4),
        entry("TO-2026-0002", value=2),
        entry("TO-2026-0007", rated=5, value=5),
    ]
    expected = [
        (1, "TO-2026-0001"),
        (2, "TO-2026-0005"),
        (2, "TO-2026-0003"),
        (2, "TO-2026-0004"),
        (2, "TO-2026-0006"),
        (6, "TO-2026-0002"),
    ]
    for seed in range(5):
        random.Random(seed).shuffle(entries)
        assert [(p.position, p.entry.code) for p in ranked(entries, EQUAL)] == expected


def test_weights_of_the_url():
    assert read_weights("", "").preset == "equal"
    assert read_weights("small_municipality", "").weights == PRESETS["small_municipality"]
    own = read_weights("equal", "trialability:1, market_demand:3")
    assert own.preset == ""
    assert {k: w for k, w in own.weights.items() if w} == {
        "trialability": Decimal("0.25"),
        "market_demand": Decimal("0.75"),
    }
    assert weights_param(own.weights) == "trialability:0.25,market_demand:0.75"
    assert read_weights("", weights_param(own.weights)).weights == own.weights


@pytest.mark.parametrize(
    ("preset", "raw", "parameter"),
    [
        ("best", "", "preset"),
        ("", "beauty:1", "pesi"),
        ("", "trialability", "pesi"),
        ("", "trialability:x", "pesi"),
        ("", "trialability:-1", "pesi"),
        ("", "trialability:NaN", "pesi"),
        ("", "trialability:0", "pesi"),
        ("", "trialability:1,trialability:2", "pesi"),
        ("", "trialability:1e9", "pesi"),
    ],
)
def test_bad_weights_name_the_parameter(preset, raw, parameter):
    with pytest.raises(BadWeights) as error:
        read_weights(preset, raw)
    assert error.value.parameter == parameter


def test_criterion_that_weighs_nothing_decides_nothing():
    only_demand = read_weights("", "market_demand:1").weights
    rated = Entry("A", {**dict.fromkeys(KEYS, 1), "market_demand": 5}, Decimal(0), 0, 0, date(2026, 1, 1))
    assert ranked([rated], only_demand)[0].score.score == Decimal("55.0")
    without = Entry("B", dict.fromkeys(KEYS[:9], 5), Decimal(0), 0, 0, date(2026, 1, 1))
    assert ranked([without], only_demand) == []


@pytest.mark.parametrize(
    ("population", "size"),
    [
        (None, ""),
        (0, "up_to_5k"),
        (5_000, "up_to_5k"),
        (5_001, "5k_20k"),
        (250_000, "60k_250k"),
        (250_001, "over_250k"),
    ],
)
def test_city_size(population, size):
    assert city_size(population) == size


def test_moves_since_the_last_release():
    assert position_changes({"A": 1, "B": 2, "C": 3}, {"A": 3, "B": 2, "D": 1}) == {"A": 2, "B": 0, "C": None}
