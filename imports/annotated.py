"""The file that an officer sent, given back with its errors in the cells."""

import io

from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from imports.workbook import ERRORS, XLSX, Cell, Draft
from lib.tables.csv_text import csv_row
from lib.tables.reader import read_table
from lib.text import fold


def with_errors(content: bytes, drafts: list[Draft], errors: list[tuple[Cell, str]]) -> bytes:
    """The same file with the errors in their cells (XLSX), or in a last column (CSV)."""
    told = [*errors, *(error for draft in drafts for error in draft.errors)]
    if content.startswith(XLSX):
        return _annotated(content, told)
    table = read_table(content)
    by_row: dict[int, list[str]] = {}
    for cell, text in told:
        by_row.setdefault(cell.row, []).append(f"{cell.column}: {text}")
    header = [name for name in table.header if name != ERRORS]
    keep = [number for number, name in enumerate(table.header) if name != ERRORS]
    lines = [csv_row([*header, ERRORS])]
    for number, cells in table.rows:
        lines.append(csv_row([*(cells[i] for i in keep), "; ".join(by_row.get(number, []))]))
    return ("\N{BYTE ORDER MARK}" + "".join(lines)).encode()


def _annotated(content: bytes, told: list[tuple[Cell, str]]) -> bytes:
    book = load_workbook(io.BytesIO(content), keep_links=False)
    red = PatternFill("solid", fgColor="FFC7CE")
    for sheet in book.worksheets:
        mine = [(cell, text) for cell, text in told if cell.sheet == sheet.title]
        header = {fold(str(one.value or "")): one.column for one in sheet[1]}
        last = header.get(fold(ERRORS)) or sheet.max_column + 1
        for row in range(2, sheet.max_row + 1):
            sheet.cell(row, last).value = None
        texts: dict[int, list[str]] = {}
        marks: dict[tuple[int, int], list[str]] = {}
        for cell, text in mine:
            column = header.get(fold(cell.column), last)
            marks.setdefault((cell.row, column), []).append(text)
            texts.setdefault(cell.row, []).append(f"{cell.column}: {text}")
        for (row, column), words in marks.items():
            target = sheet.cell(row, column)
            target.fill = red
            target.comment = Comment("\n".join(words), "Osservatorio", height=120, width=320)
        if texts:
            sheet.cell(1, last).value = ERRORS
            for row, words in texts.items():
                sheet.cell(row, last).value = "; ".join(words)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
