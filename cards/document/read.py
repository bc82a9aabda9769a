"""Stored documents as readers get them: with the municipalities of today."""

import re
from collections.abc import Iterable, Mapping

import orjson

from cards.document.places import cached_places, municipality_codes, place_dict, places_of, with_places
from cards.document.shape import OTHERS
from cards.models import Edition

LEAD = "lead_municipality"
PLACE_CODES = re.compile(r'null|"[^"]*"|\[[^]]*\]')


def passages(document: Mapping) -> list[str]:
    """The texts of a card in which searched words are marked, the summary first."""
    keys = (
        "summary",
        "need",
        "objectives",
        "solution",
        "description",
        "beneficiaries",
        "what_worked",
        "policy",
        "summary_en",
    )
    return [document[key] for key in keys if document[key]]


def read_document(card: Edition) -> dict:
    """The stored document of an edition with the current municipalities. One query if some are not cached."""
    document = orjson.loads(card.document)
    return with_places(document, cached_places(municipality_codes([document])))


def read_documents(cards: Iterable[Edition]) -> list[dict]:
    """`read_document` of several editions, with one query for all municipalities."""
    documents = [orjson.loads(card.document) for card in cards]
    places = places_of(documents)
    return [with_places(document, places) for document in documents]


def document_json(text: str) -> str:
    """The JSON text of a stored document with the current municipalities; parses no more than their codes."""
    slices = {key: _value_of(key, text) for key in (LEAD, OTHERS)}
    lead, others = (orjson.loads(text[slices[key]]) for key in (LEAD, OTHERS))
    places = cached_places({lead, *others})
    named = {
        LEAD: place_dict(places[lead]) if lead in places else None,
        OTHERS: [place_dict(places[code]) for code in others if code in places],
    }
    # From the end, so that the earlier slice stays valid.
    for key, part in sorted(slices.items(), key=lambda pair: -pair[1].start):
        text = f"{text[: part.start]}{orjson.dumps(named[key]).decode()}{text[part.stop :]}"
    return text


def _value_of(key: str, text: str) -> slice:
    """The slice of the value of a key of codes. Quotes within strings are escaped, so `"key":` is a key."""
    name = f'"{key}":'
    return slice(*PLACE_CODES.match(text, text.index(name) + len(name)).span())
