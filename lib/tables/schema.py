"""Tables and their columns, declared once for all file formats."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from operator import itemgetter

from django.utils.translation import override

TEXT, INTEGER, NUMBER, BOOLEAN, LIST, MOMENT, PARTIAL_DATE, DAY = (
    "text",
    "integer",
    "number",
    "boolean",
    "list",
    "moment",
    "partial_date",
    "day",
)
MONEY_PLACES, DEGREE_PLACES = 2, 5
# In the order of the pairs below.
LANGUAGES = ("it", "en")


@dataclass(frozen=True)
class Column:
    """A column of a table.

    `label` and `about` are pairs (Italian, English). `get` reads the value from a row; without it the value
    is the row's item of this name. `choices` are `[(code, label)]`; `names` gives labels that are
    known only when they are read; `places` are decimal places of a number.
    """

    name: str
    type: str
    label: tuple[str, str]
    about: tuple[str, str] = ("", "")
    get: Callable | None = None
    choices: Sequence = ()
    places: int = 0
    is_required: bool = False
    names: Callable[[], Mapping[str, str]] | None = None

    def value(self, row: Mapping):
        """The value in a row: str, int, Decimal, bool, list of str, or None; an empty text is None."""
        value = self.get(row) if self.get else row[self.name]
        if value is None or value == "":
            return None
        if self.type == NUMBER:
            return Decimal(value)
        return [str(part) for part in value] if self.type == LIST else value


def _labelled(column: Column, place: int, keeps_name: bool) -> Column:
    words = {str(value): str(label) for value, label in column.choices}
    if column.names:
        words |= column.names()
    if column.type == BOOLEAN:
        words = {"True": ("sì", "yes")[place], "False": ("no", "no")[place]}

    def get(row: Mapping):
        value = column.value(row)
        if isinstance(value, list):
            return [words.get(part, part) for part in value]
        return words.get(str(value), value) if words else value

    kind = TEXT if column.type == BOOLEAN else column.type
    return replace(column, name=column.name if keeps_name else column.label[place], get=get, type=kind)


@dataclass(frozen=True)
class Table:
    """A table of open data. `parents` are its foreign keys: `[(column, table, column of that table)]`.

    `has_points` says that the columns latitude and longitude are there, for maps; `is_labelled` that names
    and codes are replaced by labels, for people.
    """

    name: str
    title: tuple[str, str]
    about: tuple[str, str]
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    parents: tuple[tuple[str, str, str], ...] = ()
    has_points: bool = False
    is_labelled: bool = False

    def values(self, row: Mapping) -> list:
        """The value of each column of a row, as Column.value gives it; much faster than one by one."""
        values = self._plain_values(row)
        for place, get in self._computed:
            values[place] = get(row)
        if "" in values:
            values = [None if value == "" else value for value in values]
        for place in self._numbers:
            if values[place] is not None:
                values[place] = Decimal(values[place])
        for place in self._lists:
            # Most are empty.
            if parts := values[place]:
                values[place] = list(map(str, parts))
        return values

    @cached_property
    def _plain_values(self) -> Callable:
        """Gives the row's items, one a column, with any value in the place of columns that have `get`."""
        width, names = len(self.columns), [column.name for column in self.columns if not column.get]
        if not names:
            return lambda row: [None] * width
        # The last name makes it a tuple also where there is one column.
        take = itemgetter(*(names[0] if c.get else c.name for c in self.columns), names[0])
        return lambda row: list(take(row)[:width])

    @cached_property
    def _computed(self) -> list[tuple[int, Callable]]:
        return [(place, column.get) for place, column in enumerate(self.columns) if column.get]

    @cached_property
    def _numbers(self) -> list[int]:
        return [place for place, column in enumerate(self.columns) if column.type == NUMBER]

    @cached_property
    def _lists(self) -> list[int]:
        return [place for place, column in enumerate(self.columns) if column.type == LIST]

    def with_columns(self, names: Sequence[str]) -> "Table":
        """The same table with these columns alone, in this order. Raises KeyError."""
        by_name = {column.name: column for column in self.columns}
        return replace(self, columns=tuple(by_name[name] for name in dict.fromkeys(names)))

    def labelled(self, language: str, unnamed: Sequence[str] = ()) -> "Table":
        """The same table with labels for column names and codes; columns `unnamed` keep their names."""
        place = LANGUAGES.index(language)
        with override(language):
            columns = tuple(_labelled(column, place, column.name in unnamed) for column in self.columns)
        return replace(self, columns=columns, is_labelled=True)


def coded(name: str, italian: str, english: str, about=("", ""), get=None, **options) -> Column:
    return Column(name, TEXT, (italian, english), about, get, **options)


def money(name: str, italian: str, english: str, about=("", ""), get=None) -> Column:
    return Column(name, NUMBER, (f"{italian} (€)", f"{english} (€)"), about, get, places=MONEY_PLACES)


def dated(name: str, italian: str, english: str) -> Column:
    about = ("ISO 8601: anno, anno-mese o giorno, come è noto", "ISO 8601: year, year-month or day, as known")
    return Column(name, PARTIAL_DATE, (italian, english), about)


def degrees(name: str, italian: str, english: str) -> Column:
    return Column(name, NUMBER, (italian, english), ("WGS84, gradi", "WGS84, degrees"), places=DEGREE_PLACES)


def listed(name: str, italian: str, english: str, about=("", ""), get=None, choices=()) -> Column:
    return Column(name, LIST, (italian, english), about, get, choices)


def text(name: str, italian: str, english: str, get=None, choices=(), is_required=False) -> Column:
    return Column(name, TEXT, (italian, english), ("", ""), get, choices, 0, is_required)


def counted(name: str, italian: str, english: str) -> Column:
    return Column(name, INTEGER, (italian, english), is_required=True)


def part_of(part: str, key: str) -> Callable:
    """A `get`: the item `key` of the mapping `part` of a row, None where that is None."""
    return lambda row: (row[part] or {}).get(key)


def each_of(part: str, key: str) -> Callable:
    """A `get`: the item `key` of each mapping in the list `part` of a row."""
    return lambda row: [item[key] for item in row[part]]
