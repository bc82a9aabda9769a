"""Cells of CSV files: none of them is a formula."""

from decimal import Decimal

import pytest

from lib.tables.csv_text import csv_row, neutralised


@pytest.mark.parametrize("sign", [*"=+-@\t\r\0＝＋－＠"])
def test_text_that_starts_as_a_formula_gets_an_apostrophe(sign):
    assert neutralised(f"{sign}1+1") == f"'{sign}1+1"


@pytest.mark.parametrize("value", ["", "a=1", "’=1", " =1", -3, Decimal("-1.5"), None])
def test_other_values_stay(value):
    assert neutralised(value) == value


def test_row_is_quoted_where_needed():
    assert csv_row(['Luci, "belle"', None, -3, "a"]) == '"Luci, ""belle""",,-3,a\r\n'
