"""What a card draws: bars, progress and times, from documents; and the order of what happened."""

from decimal import Decimal

import pytest

from cards.presentation import charts
from lib.markdown import render_markdown

DATES = dict.fromkeys(("start_planned", "start_actual", "end_planned", "end_actual"), "")


def times(**dates):
    return charts.timeline({**DATES, "published_at": "2026-11-22T10:00:00+01:00", **dates})


def test_bars_are_shares_of_the_cost_and_of_the_longest():
    rows = charts.money_bars(
        [{"amount": Decimal(700)}, {"amount": Decimal(50)}, {"amount": None}], Decimal(1000)
    )
    assert [(row["share"], row["bar"]) for row in rows] == [(70, 100), (5, 7), (None, None)]


def test_sources_beyond_the_cost_are_shares_of_the_cost():
    rows = charts.money_bars(
        [{"amount": Decimal(1_000_000)}, {"amount": Decimal("500000.50")}], Decimal(1_250_000)
    )
    assert [row["share"] for row in rows] == [80, 40]
    assert charts.exceeding(Decimal(1_250_000), rows) == Decimal("250000.50")
    assert charts.exceeding(Decimal(2_000_000), rows) is None
    assert charts.exceeding(None, rows) is None


@pytest.mark.parametrize(
    ("total", "amounts", "rest"),
    [
        (Decimal(100), [Decimal(60)], Decimal(40)),
        (Decimal(100), [Decimal(60), None], None),
        (Decimal(100), [Decimal(60), Decimal(60)], None),
        (None, [Decimal(60)], None),
        (Decimal(100), [], None),
    ],
)
def test_rest_of_the_cost_is_told_only_where_it_is_known(total, amounts, rest):
    assert charts.uncovered(total, [{"amount": amount} for amount in amounts]) == rest


@pytest.mark.parametrize(
    ("baseline", "value", "target", "percent"),
    [
        (1000, 640, 400, 60),
        (0, 10, 10, 100),
        (0, 20, 10, 100),
        (10, 5, 20, 0),
        (None, 5, 20, None),
        (5, 5, 5, None),
    ],
)
def test_progress_goes_from_baseline_to_target(baseline, value, target, percent):
    row = {"baseline": baseline, "value": value, "target": target}
    row = {key: None if number is None else Decimal(number) for key, number in row.items()}
    assert charts.progress(row) == percent


def test_times_of_a_project_under_way_reach_its_edition():
    drawn = times(start_planned="2024", end_planned="2025", start_actual="2024-07")
    planned, actual = drawn["rows"]
    assert (planned["x"], actual["is_open"], actual["last"]) == (0.0, True, "2026-11-22")
    assert round(actual["x"] + actual["width"]) == 100
    assert (drawn["from"], drawn["to"], drawn["delays"]) == (2024, 2026, {})


@pytest.mark.parametrize(
    "dates", [{}, {"start_planned": "2024"}, {"start_planned": "2025", "end_planned": "2024"}]
)
def test_times_without_a_stretch_are_not_drawn(dates):
    assert times(**dates) is None


def test_delay_needs_months():
    known = {
        "start_planned": "2023-09",
        "start_actual": "2024-02",
        "end_planned": "2026",
        "end_actual": "2026-03",
    }
    assert times(**known)["delays"] == {"start": 5}


def test_headings_of_a_description_leave_no_gap():
    html = render_markdown("## Uno\n\n#### Due\n\n# Tre\n\n###### Quattro")
    assert html.split("\n")[:4] == ["<h3>Uno</h3>", "<h4>Due</h4>", "<h3>Tre</h3>", "<h4>Quattro</h4>"]
