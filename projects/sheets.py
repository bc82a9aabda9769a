"""Small tables as files: CSV line by line, XLSX in memory. Text never becomes a formula."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from io import BytesIO

import xlsxwriter

from lib.tables.csv_text import csv_row, neutralised

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8; header=present"


def csv_lines(head: Sequence[str], rows: Iterable[Sequence]) -> Iterator[str]:
    """UTF-8, comma, CRLF (RFC 4180); None is an empty cell."""
    yield csv_row(head)
    for row in rows:
        yield csv_row(map(neutralised, row))


def xlsx(title: str, head: Sequence[str], rows: Iterable[Sequence]) -> bytes:
    """A workbook with one sheet and a bold first row that stays in sight."""
    file = BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet(title[:31])
    sheet.write_row(0, 0, head, book.add_format({"bold": True}))
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(rows, 1):
        sheet.write_row(number, 0, [float(v) if isinstance(v, Decimal) else neutralised(v) for v in row])
    book.close()
    return file.getvalue()
