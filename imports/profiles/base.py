"""What every profile gives: the facts of one project, and the places that its row names."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cache

from django.utils.translation import gettext as _

from imports.models import FACTS
from lib.cup import cup_warning, normalise_cup
from lib.dates import parse_partial_date
from lib.text import clean_text

MISSING = {"", "N/D", "n/d", "ND", "N.D.", "null", "NULL", "-"}
WIDTHS = {"title": 300, "measure": 200, "call": 300, "body": 250, "state": 80, "dataset": 120, "cup": 20}
MAX_AMOUNT = Decimal(10) ** 13


class Refused(Exception):
    """A row that cannot become a project; the message says why."""


@dataclass(frozen=True)
class Place:
    """A municipality as a row names it: codes of any time, else a name with its province."""

    codes: tuple[str, ...] = ()
    name: str = ""
    province: str = ""

    def __str__(self):
        named = f"{self.name} ({self.province})" if self.province else self.name
        return f"{named} {'/'.join(self.codes)}".strip()


@dataclass
class Item:
    """One row, read. `rank` orders the rows of one key: the greatest tells how the project stands."""

    key: str
    facts: dict
    places: list[Place] = field(default_factory=list)
    # Of what is unknown without `places`: a hint for the person who decides.
    hints: list[Place] = field(default_factory=list)
    rank: tuple = ()
    warnings: list[str] = field(default_factory=list)


class Profile:
    """Reads the rows of one source. Subclasses name their columns, in any order and spelling of blanks."""

    name: str
    source: str
    licence: str
    home: str
    required: tuple[str, ...]
    # Whether places are in a second file, whose rows place() reads.
    takes_places = False
    # Whether a file holds its dataset whole, so that what is missing there is gone.
    is_whole = False

    def __init__(self, options: Mapping | None = None):
        self.options = dict(options or {})

    def columns(self, names: Iterable[str]) -> list[str]:
        """The required columns that a file lacks."""
        known = {folded(name) for name in names}
        return [name for name in self.required if folded(name) not in known]

    @staticmethod
    def place(row: Mapping[str, str]) -> tuple[str, str, Place | None]:
        """CUP, local code and municipality of a row of the file of places."""
        raise NotImplementedError

    def read(self, row: Mapping[str, str]) -> Item:
        """The facts of a row, whose names are folded(). Raises Refused."""
        raise NotImplementedError


@cache
def folded(name: str) -> str:
    """A name of a column as profiles look it up: small letters and digits; `CUP ` is `cup`."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def value(row: Mapping[str, str], *names: str) -> str:
    """The first value that a row has under one of these names; `N/D` and its kind are nothing."""
    for name in names:
        text = clean_text(row.get(name, "").replace("_x000D_", " "))
        if text not in MISSING:
            return " ".join(text.split())
    return ""


def amount(text: str, warnings: list[str], *, decimal_mark: str = ".") -> Decimal | None:
    """An amount in euro; None with a warning where it cannot be read. `114.000.000` with a decimal comma."""
    if not text:
        return None
    plain = text.replace(" ", "").replace("€", "")
    if decimal_mark == ",":
        plain = plain.replace(".", "").replace(",", ".")
    try:
        number = round(Decimal(plain), 2)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) >= MAX_AMOUNT:
        warnings.append(_("importo non leggibile: %s") % text[:40])
        return None
    return number


def day(text: str, warnings: list[str]) -> str:
    """A day in ISO 8601; empty with a warning where it cannot be read. Numbers are YYYYMMDD."""
    text = text[:10] if re.match(r"^\d{4}-\d\d-\d\d", text) else text
    if re.fullmatch(r"(19|20)\d{6}", text):
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    if not text:
        return ""
    try:
        return parse_partial_date(text)
    except ValueError:
        warnings.append(_("data non leggibile: %s") % text[:40])
        return ""


def cup_of(text: str, warnings: list[str]) -> str:
    """The normalised CUP; an unusual one is stored, with a warning."""
    cup = normalise_cup(text)[:20]
    if cup and (warning := cup_warning(cup)):
        warnings.append(f"{cup}: {warning}")
    return cup


def facts(**values) -> dict:
    """All FACTS, cut to the width of their columns; those not given are empty."""
    empty = {"amount": None, "total": None, "is_withdrawn": False}
    whole = {name: values.get(name, empty.get(name, "")) for name in FACTS}
    for name, width in WIDTHS.items():
        whole[name] = whole[name][:width]
    if not whole["title"]:
        raise Refused(_("manca il titolo"))
    return whole
