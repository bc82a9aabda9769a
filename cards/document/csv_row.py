"""The CSV row of an edition, stored when it is published (cards.models.Line).

Like the list item it holds the municipalities of that day; `manage.py rebuild_cards` renews it.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import partial
from operator import itemgetter

from cards.document.columns import PROJECTS
from lib.tables.csv_text import FORMULA_STARTS, LIST_DELIMITER, as_text
from lib.tables.schema import BOOLEAN, LIST, MOMENT, NUMBER, Column


def csv_row(document: Mapping, lead: Mapping | None, others: Iterable[str]) -> str:
    """The row of a document, with CRLF. `lead`: columns of the lead municipality; `others`: codes.

    The same bytes as lib.tables.writers writes from the document.
    """
    row = {**document, "municipality": lead, "other_municipalities": others}
    cells = list(_PLAIN(row))
    for place, get in _COMPUTED:
        cells[place] = get(row)
    for place, convert in _CONVERTED:
        if cells[place] is not None:
            cells[place] = convert(cells[place])
    texts = ["" if c is None else _quoted(c) if c.__class__ is str else str(c) for c in cells]
    return f"{','.join(texts)}\r\n"


def _quoted(text: str) -> str:
    """A text as csv.writer writes it, formulas neutralised; several times as fast."""
    if text[:1] in _STARTS:
        text = f"'{text}"
    if "," in text or '"' in text or "\n" in text or "\r" in text:
        return f'"{text.replace(_QUOTE, _QUOTE * 2)}"'
    return text


def _converter(column: Column) -> Callable:
    """The function that formats the values of a column which are not texts."""
    if column.type == NUMBER:
        step = Decimal(1).scaleb(-column.places)
        # A Decimal, not a text: the minus of a number is not neutralised as a formula.
        return lambda value: Decimal(value).quantize(step)
    if column.type == LIST:
        return lambda value: LIST_DELIMITER.join(map(str, value))
    return partial(as_text, column)


_QUOTE, _STARTS = '"', frozenset(FORMULA_STARTS)
# Most cells are values of the document; columns with a function (`get`) are computed after them.
_PLAIN = itemgetter(*("code" if column.get else column.name for column in PROJECTS.columns))
_COMPUTED = [(place, column.get) for place, column in enumerate(PROJECTS.columns) if column.get]
_CONVERTED = [
    (place, _converter(column))
    for place, column in enumerate(PROJECTS.columns)
    if column.type in (NUMBER, BOOLEAN, LIST, MOMENT)
]
# Stored rows have these columns and formats. When this changes, a migration must delete all of Line: a
# missing row is written from the document.
SHAPE = [(column.name, column.type, column.places) for column in PROJECTS.columns]
