"""Rows of a worksheet written whole: the bytes of xlsxwriter's own cell by cell, and no markup from text."""

import zipfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from lib.tables.worksheet import CELL_MAX, RowWorksheet

ROWS = [
    ["Luci", None, 3, Decimal("1250000.50"), -7.5],
    ["a & b < c > d", 'dice "sì"', "", " prima", "dopo\n"],
    ["prima\nseconda", "riga\r", "\x07", "_x0041_", "\ufffe"],
    [None] * 5,
    ["=1+1", "\u00a0spazio", "😀" * CELL_MAX, "a" * (CELL_MAX + 1), 10**16],
    [None, "<b>grassetto</b>", "x_x", "_x", 0],
]


def book(path: Path, *, is_whole: bool) -> Path:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    workbook = xlsxwriter.Workbook(path, options)
    workbook.set_properties({"created": datetime(1980, 1, 1)})
    sheet = workbook.add_worksheet("righe", RowWorksheet if is_whole else None)
    for place in range(5):
        sheet.write_string(0, place, f"colonna {place}")
    for number, row in enumerate(ROWS, 1):
        if is_whole:
            sheet.write_values(number, row)
            continue
        for place, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(number, place, value)
            elif value is not None:
                sheet.write_number(number, place, value)
    workbook.close()
    return path


def test_bytes_are_those_of_single_cells(tmp_path):
    whole, single = (
        book(tmp_path / "whole.xlsx", is_whole=True),
        book(tmp_path / "single.xlsx", is_whole=False),
    )
    with zipfile.ZipFile(whole) as left, zipfile.ZipFile(single) as right:
        assert left.namelist() == right.namelist()
        for name in left.namelist():
            assert left.read(name) == right.read(name), name


@pytest.mark.parametrize("text", ["<r><t>grassetto</t></r>", "<r></r>"])
def test_text_like_rich_text_markup_stays_text(tmp_path, text):
    path = tmp_path / "righe.xlsx"
    workbook = xlsxwriter.Workbook(path, {"constant_memory": True})
    workbook.add_worksheet("righe", RowWorksheet).write_values(0, [text])
    workbook.close()
    assert openpyxl.load_workbook(path)["righe"]["A1"].value == text
