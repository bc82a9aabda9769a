"""TOPSIS: how near each alternative is to the best of all and how far from the worst. Pure.

Vector normalisation, weights divided by their sum, a column whose norm is zero is divided by one; closeness
is the distance from the worst over the sum of both distances. As in AgID's comparative evaluation of
software, whose sample is a test.
"""

from collections.abc import Sequence
from math import hypot


def topsis(rows: Sequence[Sequence[float]], weights: Sequence[float], is_cost: Sequence[bool]) -> list[float]:
    """Closeness of each row to the ideal, from 0 to 1; 1 for all where nothing tells them apart.

    `rows` are alternatives, columns criteria; `is_cost` marks those of which less is better. Raises
    ValueError for rows of another length, a negative weight, or weights that are all zero.
    """
    if any(len(row) != len(weights) for row in rows) or len(is_cost) != len(weights):
        raise ValueError("every row, the weights and the directions must have the same length")
    if min(weights, default=0) < 0 or not sum(weights):
        raise ValueError("weights are not negative, and at least one is above zero")
    shares = [weight / sum(weights) for weight in weights]
    norms = [hypot(*column) or 1.0 for column in zip(*rows, strict=True)]
    weighted = [
        [value / norm * share for value, norm, share in zip(row, norms, shares, strict=True)] for row in rows
    ]
    columns = list(zip(*weighted, strict=True))
    best = [min(column) if cost else max(column) for column, cost in zip(columns, is_cost, strict=True)]
    worst = [max(column) if cost else min(column) for column, cost in zip(columns, is_cost, strict=True)]
    return [_closeness(row, best, worst) for row in weighted]


def _closeness(row: Sequence[float], best: Sequence[float], worst: Sequence[float]) -> float:
    above = hypot(*(value - ideal for value, ideal in zip(row, best, strict=True)))
    below = hypot(*(value - least for value, least in zip(row, worst, strict=True)))
    return below / (above + below) if above + below else 1.0
