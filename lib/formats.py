"""Money, measures, partial dates and files as people read them, in the active language."""

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

NO_BREAK_SPACE = "\u00a0"


def euro(amount, *, is_exact: bool = False) -> str:
    """`1.250.000 €`, in English `€1,250,000`; cents only under a thousand, or where `is_exact`."""
    if amount in (None, ""):
        return ""
    amount = Decimal(amount)
    is_whole = amount == amount.to_integral_value()
    places = 0 if is_whole or (amount >= 1000 and not is_exact) else 2
    # number_format cuts the digits it does not show; money is rounded.
    rounded = amount.quantize(Decimal(10) ** -places, ROUND_HALF_UP)
    words = _("%(amount)s €") % {"amount": number_format(rounded, places, force_grouping=True)}
    return words.replace(" ", NO_BREAK_SPACE)


def in_millions(amount) -> str:
    """An amount of euro in millions with one decimal: `223,2`."""
    return measure((Decimal(amount) / 1_000_000).quantize(Decimal("0.1"), ROUND_HALF_UP))


def measure(value) -> str:
    """A number without trailing zeros: `54,5`, `1.250`; empty for None."""
    if value in (None, ""):
        return ""
    exact = Decimal(value).normalize()
    places = max(0, -exact.as_tuple().exponent)
    return number_format(exact, places, force_grouping=True)


def partial_date(text: str | None) -> str:
    """`2024` → 2024, `2024-05` → maggio 2024, `2024-05-12` → 12 maggio 2024."""
    moment = partial_moment(text)
    if moment is None:
        return text or ""
    pattern = {4: "Y", 7: "F Y"}.get(len(text), "j F Y")
    return date_format(moment, pattern)


def partial_moment(text: str | None):
    """The first moment of a partial date (lib.dates), naive; None for any other text."""
    if not text or not re.fullmatch(r"\d{4}(-\d{2}){0,2}", text):
        return None
    return parse_datetime(f"{text}-01-01"[:10] + "T00:00")


def file_kind(document: Mapping) -> str:
    """`PDF, 1,2 MB`: type and size of a file for the text of its link."""
    kinds = {
        "application/pdf": "PDF",
        "text/csv": "CSV",
        "application/pkcs7-mime": _("firmato, .p7m"),
    }
    media = document.get("media_type") or ""
    size = document.get("size")
    words = [kinds.get(media, media.rpartition(".")[2].upper() or _("collegamento"))]
    if size:
        words.append(file_size(size))
    return ", ".join(words)


def file_size(size: int) -> str:
    """A number of bytes in kB, from a million in MB with one decimal."""
    if size < 1_000_000:
        return f"{number_format(max(1, round(size / 1000)))}{NO_BREAK_SPACE}kB"
    return f"{number_format(Decimal(size) / 1_000_000, 1)}{NO_BREAK_SPACE}MB"
