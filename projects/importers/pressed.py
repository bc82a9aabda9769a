"""Rows and terms of invented projects, pressed from moulds instead of made one by one.

A mould is what projects.cards makes of one project, with marks in the place of what differs; what an answer
of the dice always gives is learned from the first project that has it. The outcome is, byte for byte, that of
the ordinary way (`whole`) at a fifth of the time: tests/projects/test_pressed.py.
"""

import re
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from types import SimpleNamespace
from typing import NamedTuple
from uuid import UUID

import orjson

from cardindex.building import KEYS, Terms
from cardindex.orders import CELL, DEGREE, MOST, cell_key
from cardindex.state import CODE, SUMMARY, TEXT, TITLE, WORD_KINDS
from cardindex.words import SEPARATOR, STOP_WORDS, code_bucket, indexable, tokens
from projects import index
from projects.cards import Place, build_card, cost_band, derive_columns, named_place, serialise
from projects.importers.invented import Country, Drawn, draw, facts_of, published_at
from projects.importers.invented_words import ACTIONS, TECHNOLOGIES, Stream, stream

PREFIX = "invented:"
PROJECT_COLUMNS = (
    "id",
    "code",
    "slug",
    "title",
    "owner_id",
    "nonce",
    "origin_key",
    "created_at",
    "updated_at",
)
CARD_COLUMNS = (
    *("id", "project_id", "published_at", "document", "item", "search_text", "facet_values"),
    *("code", "slug", "title", "title_key", "primary_area", "kind", "stage"),
    *("municipality_code", "province_code", "region_code", "year_from", "year_to"),
    *("total_cost", "latitude", "longitude"),
)
# Keys of the document in which invented projects differ; two are named otherwise in the list item.
DIFFERING = (
    *("slug", "published_at", "code", "title", "summary", "need", "solution", "kind", "stage"),
    *("lead_municipality", "other_municipalities", "primary_area", "other_areas", "technologies", "sdgs"),
    *("start_actual", "end_planned", "year_from", "year_to", "latitude", "longitude"),
    *("total_cost", "cost_unknown", "funding_lines", "identifiers", "cup_codes", "partners"),
)
NAMED = {"lead_municipality": "lead_named", "other_municipalities": "others_named"}
MARK = re.compile('"@([a-z_]+)@"')
PLACES, COST_BAND = ("municipality", "province", "region"), "cost_band"
BETWEEN, NO_FACETS = (
    f" {SEPARATOR} ",
    {index.PRIMARY_AREA, index.FIRST_YEAR, index.LAST_YEAR, index.COST_SIZE},
)
# What the dice said → kinds of terms, keys of the document that follow from nothing else.
LEARNED = {
    ("area", "other_areas"): (("area", index.PRIMARY_AREA), ("primary_area", "other_areas")),
    ("kind", "stage"): (("kind", "stage"), ("kind", "stage")),
    ("year", "last_year"): (
        ("year", index.FIRST_YEAR, index.LAST_YEAR),
        ("start_actual", "end_planned", "year_from", "year_to"),
    ),
    ("sources",): (("funding_source",), ("funding_lines",)),
    ("technologies",): (("technology",), ("technologies",)),
    ("sdgs",): (("sdg",), ("sdgs",)),
}


@dataclass(frozen=True)
class Spelling:
    """How a database is told what is no plain text."""

    null: str | None
    line_end: str
    zone: str


COPIED, BOUND = Spelling(r"\N", r"\n", "+00:00"), Spelling(None, "\n", "")


class Keys(NamedTuple):
    """Where the keys of rows begin, as numbers begin with 0, and those of owners by municipality."""

    project: int
    card: int
    owners: dict[str, int]


class Whole(NamedTuple):
    """A project made in the ordinary way."""

    document: dict
    columns: dict
    terms: Terms


class Known(NamedTuple):
    """What an answer of the dice always gives: parts of the document, pairs of facets, terms."""

    parts: dict[str, str]
    pairs: dict[str, str]
    terms: dict[str, list[str]]


class Phrase(NamedTuple):
    """A text that many projects share: its folded words, those of them that are indexed, its JSON."""

    folded: str
    words: set[str]
    json: str = ""


def whole(drawn: Drawn, places: Mapping[str, Place], key: int) -> Whole:
    """What publishing it would write, and what its card would be found under."""
    facts, moment = facts_of(drawn), published_at(drawn.number)
    slug = f"{'-'.join(tokens(facts['title']))[:120]}-{drawn.number}"
    document = build_card(facts, slug=slug, edition=1, published_at=moment)
    columns = derive_columns(document, places)["columns"] | {"document": serialise(document)}
    card = SimpleNamespace(pk=key, live_values="[]", **columns)
    return Whole(document, columns, index.terms_of(card))


class Found:
    """The terms of a block: `{kind: {value: keys of cards}}`, and `{kind: [(place in the order, key)]}`."""

    def __init__(self):
        self.terms = defaultdict(lambda: defaultdict(list))
        self.orders = defaultdict(list)

    def add(self, key: int, terms: Terms) -> None:
        for kind, values in terms.items():
            cards = self.terms[kind]
            for value in values:
                cards[value].append(key)

    def packed(self) -> dict[str, dict[str, bytes]]:
        """The terms as cardindex.building takes them from another process."""
        return {
            kind: {value: array(KEYS, cards).tobytes() for value, cards in found.items()}
            for kind, found in self.terms.items()
        }

    def add_orders(self, key: int, places: Mapping[str, str]) -> None:
        for kind, place in places.items():
            self.orders[kind].append((place, key))


class Press:
    """Presses projects one after the other, in one process, and learns as it goes."""

    def __init__(
        self, seed: int, country: Country, places: Mapping[str, Place], keys: Keys, spelling: Spelling
    ):
        self.seed, self.country, self.places = seed, country, places
        self._keys, self._spelling = keys, spelling
        self._stream, first = stream(), whole(draw(0, seed, country), places, 0)
        self._moulds = _mould(first.document, {}), _mould(orjson.loads(first.columns["item"]), NAMED)
        self._texts = _order_of_texts(first.document)
        learned = {kind for kinds, _keys in LEARNED.values() for kind in kinds}
        apart = {*learned, *PLACES, COST_BAND, index.COST_SIZE, *MOST, *WORD_KINDS}
        # What is the same for all.
        self._same = {kind: list(found) for kind, found in first.terms.items() if kind not in apart}
        facets = {facet for facet, _value in orjson.loads(first.columns["facet_values"])}
        self._facets = sorted(facets | apart - {*MOST, *WORD_KINDS} - NO_FACETS)
        self._pairs = {facet: _pairs(facet, self._same[facet]) for facet in facets & self._same.keys()}
        self._groups = [(attrgetter(*fields), {}, *given) for fields, given in LEARNED.items()]
        self._actions = {action: _phrase(action) for action in ACTIONS}
        self._tags = {tag: _phrase(tag) for tag in TECHNOLOGIES}
        self._towns = {
            code: _phrase(place.name, serialise(named_place(place))) for code, place in places.items()
        }

    def press(self, number: int, found: Found) -> tuple[tuple, tuple]:
        """The values of PROJECT_COLUMNS and of CARD_COLUMNS; the terms of the card go into `found`."""
        drawn, told = draw(number, self.seed, self.country), self._stream
        key, project_key = self._keys.card + number, self._keys.project + number
        action, day = self._actions[drawn.action], published_at(number).isoformat()
        title = f"{drawn.action} {told.text(drawn.title)}"
        title_key = f"{action.folded} {told.fold(drawn.title)}"
        slug = f"{title_key.replace(' ', '-')}-{number}"
        places = [self.places[code] for code in (drawn.town.code, *drawn.other_towns)]
        towns = [self._towns[place.code] for place in places]
        parts = _parts(drawn, told)
        parts |= {"slug": f'"{slug}"', "title": f'"{title}"', "published_at": f'"{day}"'}
        parts |= {"lead_named": towns[0].json, "others_named": f"[{','.join([t.json for t in towns[1:]])}]"}
        terms = self._same | _own_terms(places, drawn.cost)
        pairs = self._pairs | {facet: _pairs(facet, terms[facet]) for facet in (*PLACES, COST_BAND)}
        for known in self._known(drawn):
            parts |= known.parts
            pairs |= known.pairs
            terms |= known.terms
        found.add(key, terms | self._words(drawn, action, towns))
        found.add_orders(key, index.line_keys(key, title_key, drawn.cost))
        if drawn.point:
            found.add_orders(key, {CELL: cell_key(*drawn.point)})
        null, moment = self._spelling.null, f"{day[:10]} {day[11:19]}{self._spelling.zone}"
        nonce = UUID(int=(self.seed << 64) + number).hex
        project = (
            project_key,
            drawn.code,
            slug,
            title,
            self._keys.owners[places[0].code],
            nonce,
            f"{PREFIX}{self.seed}:{number}",
        )
        card = (
            *(key, project_key, moment),
            *[pattern % chosen(parts) for pattern, chosen in self._moulds],
            self._search_text(drawn, title_key, towns),
            f"[{','.join([pairs[facet] for facet in self._facets if facet in pairs])}]",
            *(drawn.code, slug, title, title_key, drawn.area, drawn.kind, drawn.stage),
            *(places[0].code, places[0].province, places[0].region, drawn.year, drawn.last_year),
            null if drawn.cost is None else drawn.cost,
            *(_degrees(drawn.point) if drawn.point else (null, null)),
        )
        return (*project, moment, moment), card

    def _known(self, drawn: Drawn) -> Iterator[Known]:
        for answer, known, kinds, keys in self._groups:
            if (given := answer(drawn)) not in known:
                known[given] = _learn(whole(drawn, self.places, 0), kinds, keys)
            yield known[given]

    def _search_text(self, drawn: Drawn, title_key: str, towns: list[Phrase]) -> str:
        told = self._stream
        texts = {
            "need": [told.fold(drawn.need)],
            "solution": [told.fold(drawn.solution)],
            "code": [f"{drawn.town.province.lower()} {drawn.year} {drawn.number:07d}"],
            "technologies": [self._tags[tag].folded for tag in drawn.technologies],
            "cup": [drawn.cup.lower()] if drawn.cup else [],
            "places": [town.folded for town in towns],
            "partners": [told.fold(piece) for piece, _role in drawn.partners],
        }
        rest = BETWEEN.join([text for name in self._texts for text in texts[name]])
        lines = (title_key, told.fold(drawn.summary), rest)
        return self._spelling.line_end.join([f" {line} " for line in lines])

    def _words(self, drawn: Drawn, action: Phrase, towns: list[Phrase]) -> dict[str, set[str]]:
        told, code = self._stream, f"{drawn.number:07d}"
        title = action.words.union(told.words(drawn.title))
        summary = title.union(told.words(drawn.summary))
        text = summary.union(
            told.words(drawn.need),
            told.words(drawn.solution),
            {drawn.town.province.lower(), str(drawn.year)} - STOP_WORDS,
            *[self._tags[tag].words for tag in drawn.technologies],
            *[town.words for town in towns],
            *[told.words(piece) for piece, _role in drawn.partners],
        )
        codes = {code_bucket(word) for word in (code, drawn.cup.lower()) if word}
        return {TITLE: title, SUMMARY: summary, TEXT: text, CODE: codes}


def _parts(drawn: Drawn, told: Stream) -> dict[str, str]:
    """The JSON of what seldom comes twice."""
    here = _degrees(drawn.point) if drawn.point else None
    cup, role = f'"{drawn.cup}"', '{{"name":"{}","role":"{}"}}'.format
    return {
        "code": f'"{drawn.code}"',
        "summary": f'"{told.paragraph(drawn.summary)}"',
        "need": f'"{told.paragraph(drawn.need)}"',
        "solution": f'"{told.paragraph(drawn.solution)}"',
        "lead_municipality": f'"{drawn.town.code}"',
        "other_municipalities": orjson.dumps(drawn.other_towns).decode(),
        "latitude": f'"{here[0]}"' if here else "null",
        "longitude": f'"{here[1]}"' if here else "null",
        "total_cost": "null" if drawn.cost is None else f'"{drawn.cost}"',
        "cost_unknown": "true" if drawn.cost is None else "false",
        "identifiers": f'[{{"scheme":"cup","value":{cup}}}]' if drawn.cup else "[]",
        "cup_codes": f"[{cup}]" if drawn.cup else "[]",
        "partners": f"[{','.join([role(told.text(p).title(), r) for p, r in drawn.partners])}]",
    }


def _own_terms(places: list[Place], cost: int | None) -> dict[str, list[str]]:
    """The terms that seldom come twice in the same company, sorted."""
    found = {
        "municipality": sorted({place.code for place in places}),
        "province": sorted({place.province for place in places}),
        "region": sorted({place.region for place in places}),
        COST_BAND: [cost_band(None if cost is None else str(cost))],
    }
    return found if cost is None else found | {index.COST_SIZE: [index.cost_size(cost)]}


def _degrees(point: tuple[int, int]) -> tuple[str, str]:
    """Latitude and longitude as cards spell them."""
    east, north = (f"{part // DEGREE}.{part % DEGREE:05d}".rstrip("0").rstrip(".") for part in point)
    return north, east


def _mould(values: Mapping, other: Mapping[str, str]) -> tuple[str, itemgetter]:
    """JSON with a mark in the place of what differs, and what gives the parts in their order."""
    marks = {key: f"@{other.get(key, key)}@" for key in DIFFERING if key in values}
    text = serialise({**values, **marks}).replace("%", "%%")
    return MARK.sub("%s", text), itemgetter(*MARK.findall(text))


def _order_of_texts(document: Mapping) -> list[str]:
    """The names of TEXTS in the order in which a card's search text has them after title and summary."""
    place = Place("", "places", "", "", "", "")
    texts = {name: name for name in ("title", "summary", "need", "solution", "code")}
    lists = {"technologies": ["technologies"], "cup_codes": ["cup"], "partners": [{"name": "partners"}]}
    marked = {**document, **texts, **lists, "lead_municipality": "", "other_municipalities": []}
    rest = derive_columns(marked, {"": place})["columns"]["search_text"].split("\n")[2]
    return rest.strip().split(BETWEEN)


def _learn(made: Whole, kinds: Iterable[str], keys: Iterable[str]) -> Known:
    facets = {facet for facet, _value in orjson.loads(made.columns["facet_values"])}
    terms = {kind: sorted(made.terms[kind]) for kind in kinds if kind in made.terms}
    pairs = {kind: _pairs(kind, values) for kind, values in terms.items() if kind in facets}
    return Known(
        {key: orjson.dumps(made.document[key], option=orjson.OPT_SORT_KEYS).decode() for key in keys},
        pairs,
        terms,
    )


def _pairs(facet: str, values: Iterable[str]) -> str:
    return ",".join([f'["{facet}","{value}"]' for value in values])


def _phrase(text: str, json: str = "") -> Phrase:
    found = tokens(text)
    return Phrase(" ".join(found), indexable(found)[0], json)
