"""Builds the public document of an edition from its source.

The keys of cards.document.shape are an allow-list: what is not among them is not published. The document
stores codes of municipalities; cards.document.places resolves them when it is read.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

import orjson

from cards.document.shape import OWN_FIELDS, ROWS
from lib.dates import year_of
from lib.text import clean_text


def build_card(source: Mapping, *, slug: str, edition: int, published_at: datetime) -> dict:
    """The document of an edition: JSON values, every key present, null for what is empty.

    `source` has the keys of cards.document.shape. Pure: the same source gives the same document. Money is a
    decimal string in euro, dates are ISO 8601 (`2024`, `2024-02` where the day is not known).
    """
    document = {"slug": slug, "edition": edition, "published_at": published_at.isoformat()}
    keys = (*OWN_FIELDS, "lead_municipality", "other_municipalities", "promoter", "contact_email", *ROWS)
    # Most values are texts: testing here saves fifty calls.
    document.update({k: (clean_text(v) or None) if type(v := source[k]) is str else _plain(v) for k in keys})
    document["documents"] = _plain(source["documents"])
    document["cup_codes"] = [i["value"] for i in document["identifiers"] if i["scheme"] == "cup"]
    document["year_from"] = year_of(source["start_actual"] or source["start_planned"])
    document["year_to"] = year_of(source["end_actual"] or source["end_planned"])
    return document


def _plain(value):
    if isinstance(value, str):
        return clean_text(value) or None
    if isinstance(value, Decimal):
        return _decimal(value)
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value


def _decimal(value: Decimal) -> str:
    """`12.50` → `12.5`, `14000000.00` → `14000000`: one text for one number."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def serialise(document: Mapping) -> str:
    """JSON text, keys sorted: the same document gives the same bytes."""
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS).decode()
