"""Charts as tables: the same figures as bars and as cells."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils import timezone
from django.utils.formats import date_format


@dataclass
class Table:
    """One chart and its table: `rows` are lists as long as `header`, the first cell is the label.

    Bars show the numbers of column `drawn`, as percentages of the largest; columns in `money` are euro.
    """

    key: str
    title: str
    header: list[str]
    rows: list[list]
    drawn: int = 1
    money: tuple[int, ...] = ()
    is_by_month: bool = False
    bars: list[int] = field(init=False)

    def __post_init__(self):
        most = max((row[self.drawn] or 0 for row in self.rows), default=0)
        self.bars = [
            round(100 * float(row[self.drawn] or 0) / float(most)) if most else 0 for row in self.rows
        ]

    @property
    def lines(self) -> list[dict]:
        """`[{label, cells: [{name, value, is_money, bar, top}]}]` for the template."""
        return [
            {
                "label": row[0],
                "cells": [
                    {
                        "name": self.header[column],
                        "value": value,
                        "is_money": column in self.money,
                        "bar": bar if column == self.drawn else None,
                        "top": 100 - bar,
                    }
                    for column, value in enumerate(row[1:], 1)
                ],
            }
            for row, bar in zip(self.rows, self.bars, strict=True)
        ]


def last_months(count: int, today: date | None = None) -> list[date]:
    """The first days of the last `count` months up to the one of `today`, in order."""
    day = (today or timezone.localdate()).replace(day=1)
    months = [day]
    while len(months) < count:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return months[::-1]


def month_name(day: date) -> str:
    """The month of a day in short, with its year, in the active language."""
    return date_format(day, "M Y")
