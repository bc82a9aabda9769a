"""Programmes and their parts: a card names the programme that it is part of by its code."""

import re

import orjson

from cards.models import Edition
from lib.text import fold


def programme_meant(text: str) -> str | None:
    """The code of the public card that a code, an address or a whole title means; None without one."""
    text = " ".join(text.split())
    cards = Edition.objects.current()
    last = text.split("?")[0].rstrip("/").rpartition("/")[2]
    for found in (
        {"code": re.sub(r"\s", "", last.upper())},
        {"slug": last.lower()},
        {"title_key": fold(text)[:120]},
    ):
        codes = list(cards.filter(**found).values_list("code", flat=True)[:2])
        if len(codes) == 1:
            return codes[0]
    return None


def programmes_above(code: str) -> list[str]:
    """The codes of the programmes that a current card is part of, the nearest first. One query each."""
    above: list[str] = []
    while (code := _programme_of(code)) and code not in above:
        above.append(code)
    return above


def _programme_of(code: str) -> str:
    return Edition.objects.current().filter(code=code).values_list("part_of", flat=True).first() or ""


def programme_of(code: str | None) -> dict | None:
    """`{code, title, title_en, slug}` of the current card with this code; None without one. One query."""
    if not code:
        return None
    item = Edition.objects.current().filter(code=code).values_list("item", flat=True).first()
    return item and orjson.loads(item)


def parts_of(code: str) -> list[dict]:
    """The list items of the current cards that are part of a programme, by title. One query."""
    items = (
        Edition.objects.current().filter(part_of=code).order_by("title_key").values_list("item", flat=True)
    )
    return [orjson.loads(item) for item in items]
