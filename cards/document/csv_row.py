"""How values are spelt in files of text, and the CSV line of a card, which is stored when it is published.

Like the list item, a line holds the towns of the day it was made; `manage.py rebuild_cards` renews it.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import partial
from operator import itemgetter

from cards.document.columns import PROJECTS
from lib.tables.csv_text import FORMULA_STARTS, LIST_DELIMITER, as_text
from lib.tables.schema import BOOLEAN, LIST, MOMENT, NUMBER, Column


def csv_row(document: Mapping, lead: Mapping | None, others: Iterable[str]) -> str:
    """The row of a card. `lead` holds code, name, codes of today of its town; `others` are codes of today.

    The same bytes as a file made of documents has (lib/tables/writers.py).
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
    """A text as csv.writer writes it, several times as fast."""
    if text[:1] in _STARTS:
        text = f"'{text}"
    if "," in text or '"' in text or "\n" in text or "\r" in text:
        return f'"{text.replace(_QUOTE, _QUOTE * 2)}"'
    return text


def _converter(column: Column) -> Callable:
    """How a value that is no plain text becomes one."""
    if column.type == NUMBER:
        step = Decimal(1).scaleb(-column.places)
        # A number still, which is not neutralised: a minus is no formula.
        return lambda value: Decimal(value).quantize(step)
    if column.type == LIST:
        return lambda value: LIST_DELIMITER.join(map(str, value))
    return partial(as_text, column)


_QUOTE, _STARTS = '"', frozenset(FORMULA_STARTS)
# Most cells are values of the document as they are; columns with a way of their own come after.
_PLAIN = itemgetter(*("code" if column.get else column.name for column in PROJECTS.columns))
_COMPUTED = [(place, column.get) for place, column in enumerate(PROJECTS.columns) if column.get]
_CONVERTED = [
    (place, _converter(column))
    for place, column in enumerate(PROJECTS.columns)
    if column.type in (NUMBER, BOOLEAN, LIST, MOMENT)
]
# Stored lines are of these columns, spelt as above. When this changes, a migration must delete
# all of Line: what is not stored is made of the document.
SHAPE = [(column.name, column.type, column.places) for column in PROJECTS.columns]
