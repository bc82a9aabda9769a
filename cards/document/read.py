import re
from collections.abc import Iterable, Mapping

import orjson

from cards.document.places import cached_places, municipality_codes, place_dict, places_of, with_places
from cards.document.shape import OTHERS
from cards.models import Edition

LEAD = "lead_municipality"
PLACE_CODES = re.compile(r'null|"[^"]*"|\[[^]]*\]')


def passages(document: Mapping) -> list[str]:
    """The texts of a card in which a reader looks for the words of a search, the summary first."""
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
    """The stored document with its municipalities and promoter named as they are today.

    One query for each municipality that this process did not read since a place changed.
    """
    document = orjson.loads(card.document)
    return with_places(document, cached_places(municipality_codes([document])))


def read_documents(cards: Iterable[Edition]) -> list[dict]:
    """read_document of several cards, in one query for all their municipalities."""
    documents = [orjson.loads(card.document) for card in cards]
    places = places_of(documents)
    return [with_places(document, places) for document in documents]


def document_json(text: str) -> str:
    """The JSON text of a stored document with its municipalities of today: read_document unparsed."""
    stretches = {key: _value_of(key, text) for key in (LEAD, OTHERS)}
    lead, others = (orjson.loads(text[stretches[key]]) for key in (LEAD, OTHERS))
    places = cached_places({lead, *others})
    named = {
        LEAD: place_dict(places[lead]) if lead in places else None,
        OTHERS: [place_dict(places[code]) for code in others if code in places],
    }
    # From the end, so that the first stretch still lies where it was found.
    for key, stretch in sorted(stretches.items(), key=lambda found: -found[1].start):
        text = f"{text[: stretch.start]}{orjson.dumps(named[key]).decode()}{text[stretch.stop :]}"
    return text


def _value_of(key: str, text: str) -> slice:
    """Where the codes under a key stand: quotes within strings are escaped, so its spelling finds it."""
    name = f'"{key}":'
    return slice(*PLACE_CODES.match(text, text.index(name) + len(name)).span())
