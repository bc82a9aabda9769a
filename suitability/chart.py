"""The two-axis chart: how transferable a solution is (R) against how it fits a city (F). Pure geometry."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 190, 700, 20, 370
# Where the points of projects without R stand.
UNRATED = 88
RADIUS, GAP = 12, 26
AWAY = sorted(product(range(-12, 13), range(-12, 13)), key=lambda step: (step[0] ** 2 + step[1] ** 2, step))


@dataclass(frozen=True)
class Point:
    """A project at its place, in the units of the drawing; `number` is its place in the order."""

    number: int
    x: int
    y: int
    row: dict


def points(rows: Iterable[dict]) -> list[Point]:
    """One point a row `{number, fit 0–1, score 0–100 or None, …}`; those that would overlap stand aside."""
    placed: list[Point] = []
    for row in rows:
        if row["fit"] is None:
            continue
        score = row["score"]
        x = UNRATED if score is None else LEFT + (RIGHT - LEFT) * score / 100
        y = BOTTOM - (BOTTOM - TOP) * row["fit"]
        side = (UNRATED - 54, UNRATED + 54) if score is None else (LEFT - RADIUS, WIDTH - RADIUS)
        placed.append(Point(row["number"], *_free(round(x), round(y), side, placed), row))
    return placed


def _free(x: int, y: int, side: tuple[int, int], placed: list[Point]) -> tuple[int, int]:
    for right, down in AWAY:
        spot = (x + right * GAP, y + down * GAP)
        inside = side[0] <= spot[0] <= side[1] and RADIUS <= spot[1] <= HEIGHT - RADIUS
        if inside and all(max(abs(p.x - spot[0]), abs(p.y - spot[1])) >= GAP for p in placed):
            return spot
    return x, y


def ticks() -> dict[str, list[tuple[int, int]]]:
    """Lines of both axes: `(place, percent)`."""
    quarters = (0, 25, 50, 75, 100)
    return {
        "x": [(round(LEFT + (RIGHT - LEFT) * part / 100), part) for part in quarters],
        "y": [(round(BOTTOM - (BOTTOM - TOP) * part / 100), part) for part in quarters],
    }
