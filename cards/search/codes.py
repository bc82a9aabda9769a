"""Codes that people search: that of a card (`TO-2026-0003`) and the CUP, also with blanks inside."""

import re

from pyroaring import BitMap

from cards.models import Edition

CARD = re.compile(r"^([A-Z]{2})[\s._–-]*([12]\d{3})[\s._–-]*(\d{4,})$")
CUP = re.compile(r"^[A-Z]\d{2}[A-Z0-9]\d{11}$")


def joined(text: str) -> str:
    """The text with the parts of a CUP joined: `J82C 2300 0310 001`; any other text as it is."""
    compact = re.sub(r"[\s.-]+", "", text).upper()
    return compact if CUP.match(compact) else text


def card_with(text: str) -> BitMap | None:
    """The current edition with the code that is searched, a set of one or none; None for other texts."""
    match = CARD.match(text.strip().upper())
    if match is None:
        return None
    numbers = Edition.objects.current().filter(code="-".join(match.groups())).values_list("pk", flat=True)
    return BitMap(numbers)
