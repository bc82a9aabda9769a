"""Generates the rows and index terms of projects from templates of COPY lines.

Rendering each project with cards.document.build would take three times as long. What depends on one drawn
value alone (a fragment) is taken from the first project that has it, rendered in full. The rows are those of
a publication (row_templates.publication_of), byte for byte: tests/demo/test_fast_cards.py.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import NamedTuple

import orjson

from cardindex.analysis import STOP_WORDS, code_bucket, indexable, tokens
from cardindex.builder import KEYS
from cardindex.snapshot import CODE, SUMMARY, TEXT, TITLE, WORD_KINDS
from cardindex.sort_keys import CELL, DEGREE, MOST, cell_key
from cards.document.build import serialise
from cards.document.derive import cost_band
from cards.document.places import Place, place_dict
from cards.index import terms
from cards.index.terms import line_keys
from cards.vocabulary.facets import FACETS, PLACES
from demo.copy_tables import NULL
from demo.generator import Country, Drawn, draw, published_at
from demo.generator_words import ACTIONS, TECHNOLOGIES, Corpus, Span, corpus
from demo.row_templates import (
    BETWEEN,
    DEPENDENT,
    PREFIX,
    Publication,
    csv_cells,
    order_of_texts,
    publication_of,
    rows_with_placeholders,
    template,
)
from lib.tables.csv_text import csv_row, neutralised

COST_BAND = "cost_band"


class Keys(NamedTuple):
    """The keys of rows of project 0, and those of the owners by municipality."""

    project: int
    card: int
    owners: dict[str, int]


class Fragment(NamedTuple):
    """What depends on one drawn value alone: parts of the rows, slots."""

    parts: dict[str, bytes]
    slots: list[int]


class Phrase(NamedTuple):
    """A text that many projects have: its folded words, the slots of those that are indexed, its JSON."""

    folded: bytes
    slots: list[int]
    json: bytes = b""


class BlockIndex(NamedTuple):
    """The terms of the cards of a block as cardindex.builder takes them from another process.

    `terms` is `{kind: {value: packed keys}}`, `sort_keys` `{kind: [(sort key, key)]}`.
    """

    terms: dict[str, dict[str, bytes]]
    sort_keys: dict[str, list[tuple[str, int]]]


class Slots:
    """Keys of cards by term: a slot for each value of a kind, three for a word.

    Of the three a card is in one only: title, else summary, else text.
    """

    def __init__(self):
        self._values: dict[tuple[str, str], int] = {}
        self._words: dict[str, int] = {}
        self.cards: list[list[int]] = []
        self.title: list[list[int]] = []
        self.summary: list[list[int]] = []
        self.text: list[list[int]] = []

    def of(self, kind: str, value: str) -> int:
        if (kind, value) not in self._values:
            self._values[kind, value] = len(self.cards)
            self.cards.append([])
        return self._values[kind, value]

    def word(self, word: str) -> int:
        if word not in self._words:
            self._words[word] = len(self.text)
            for tier in (self.title, self.summary, self.text):
                tier.append([])
        return self._words[word]

    def take(self) -> dict[str, dict[str, bytes]]:
        """All keys since the last call, packed; each tier of words includes the one before."""
        packed = defaultdict(dict)
        for (kind, value), slot in self._values.items():
            if cards := self.cards[slot]:
                packed[kind][value] = array(KEYS, cards).tobytes()
        for (word, title), summary, text in zip(
            zip(self._words, self.title, strict=True), self.summary, self.text, strict=True
        ):
            if title:
                packed[TITLE][word] = array(KEYS, title).tobytes()
            if title or summary:
                packed[SUMMARY][word] = array(KEYS, sorted(title + summary)).tobytes()
            if title or summary or text:
                packed[TEXT][word] = array(KEYS, sorted(title + summary + text)).tobytes()
        for tier in (self.cards, self.title, self.summary, self.text):
            for cards in tier:
                cards.clear()
        return dict(packed)


class RowGenerator:
    """Generates projects one after the other, in one process; fragments are cached by what was drawn."""

    def __init__(self, seed: int, country: Country, places: Mapping[str, Place], keys: Keys):
        self.seed, self.country, self.places, self.keys = seed, country, places, keys
        self._slots, self._sort_keys = Slots(), defaultdict(list)
        self._corpus, first = corpus(), publication_of(draw(0, seed, country), places, 0)
        self._content = list(map(self._slots.word, self._corpus.indexed))
        self._single: dict[str, Fragment] = {}
        self._groups = [(attrgetter(*fields), {}, *targets) for fields, targets in DEPENDENT.items()]
        self._phrases = {text: self._phrase(text) for text in (*ACTIONS, *TECHNOLOGIES)}
        self._municipalities = {
            code: self._phrase(place.name, serialise(place_dict(place))) for code, place in places.items()
        }
        dependent = {kind for kinds, _keys, _cells in DEPENDENT.values() for kind in kinds}
        others = {*dependent, *PLACES, COST_BAND, terms.COST_SIZE, *MOST, *WORD_KINDS}
        same = {kind: values for kind, values in first.terms.items() if kind not in others}
        self._same = [self._slots.of(kind, value) for kind, values in same.items() for value in values]
        stored = {facet for facet, _value in orjson.loads(first.columns["facet_values"])}
        self._facets = sorted(stored | others.intersection(FACETS))
        self._texts = order_of_texts(first.document)
        self._templates = [template(line) for line in rows_with_placeholders(first, self._facets)]
        self._blank = {f"={facet}": b"" for facet in self._facets}
        self._blank |= {f"={facet}": self._pairs(facet, same[facet]) for facet in stored & same.keys()}
        for fixed, _chosen in self._templates:
            self._blank |= fixed

    def rows(self, number: int) -> list[bytes]:
        """The rows of RECORDS, PROJECTS, CARDS and LINES of one project; `take_index` gives its terms."""
        drawn = draw(number, self.seed, self.country)
        key, slots = self.keys.card + number, self._same.copy()
        parts = self._blank | _parts(drawn, self._corpus)
        location = self._location(drawn)
        for fragment in (*self._fragments(drawn), location):
            parts |= fragment.parts
            slots += fragment.slots
        self._write_titles(drawn, key, parts)
        self._write_search_text(drawn, key, parts)
        cards = self._slots.cards
        for slot in (*slots, *self._cost(drawn, parts)):
            cards[slot].append(key)
        return [b"".join(chosen(parts)) for _fixed, chosen in self._templates]

    def take_index(self) -> BlockIndex:
        """The index of the cards generated since the last call."""
        sort_keys, self._sort_keys = self._sort_keys, defaultdict(list)
        return BlockIndex(self._slots.take(), dict(sort_keys))

    def _fragments(self, drawn: Drawn) -> list[Fragment]:
        fragments = []
        for drawn_values, cached, kinds, keys, cells in self._groups:
            if (values := drawn_values(drawn)) not in cached:
                cached[values] = self._fragment_of(publication_of(drawn, self.places, 0), kinds, keys, cells)
            fragments.append(cached[values])
        return fragments

    def _fragment_of(
        self, published: Publication, kinds: Iterable[str], keys: Iterable[str], cells: Iterable[str]
    ) -> Fragment:
        values = {kind: sorted(published.terms.get(kind, ())) for kind in kinds}
        parts = {key: orjson.dumps(published.document[key], option=orjson.OPT_SORT_KEYS) for key in keys}
        parts |= {f".{name}": str(published.columns[name]).encode() for name in cells}
        row = csv_cells(published)
        parts |= {f".csv_{key}": row[key].encode() for key in keys if key in row}
        parts |= {f"={kind}": self._pairs(kind, values[kind]) for kind in kinds if kind in self._facets}
        return Fragment(parts, [self._slots.of(kind, value) for kind in kinds for value in values[kind]])

    def _pairs(self, facet: str, values: Iterable[str]) -> bytes:
        """The JSON pairs of a facet, after a comma unless it is the first; all cards have a value of that."""
        pairs = ",".join([f'["{facet}","{value}"]' for value in values])
        return (pairs if facet == self._facets[0] or not pairs else f",{pairs}").encode()

    def _phrase(self, text: str, json: str = "") -> Phrase:
        folded = tokens(text)
        slots = [self._slots.word(word) for word in sorted(indexable(folded)[0])]
        return Phrase(" ".join(folded).encode(), slots, json.encode())

    def _location(self, drawn: Drawn) -> Fragment:
        """The municipalities of a project; rarely the same twice, and so not cached, if it is a joint one."""
        if drawn.other_municipalities:
            return self._in_municipalities(drawn.municipality.code, *drawn.other_municipalities)
        if drawn.municipality.code not in self._single:
            self._single[drawn.municipality.code] = self._in_municipalities(drawn.municipality.code)
        return self._single[drawn.municipality.code]

    def _in_municipalities(self, *codes: str) -> Fragment:
        places, slots = [self.places[code] for code in codes], []
        named = [self._municipalities[place.code].json for place in places]
        parts = {"lead_named": named[0], "others_named": b"[%b]" % b",".join(named[1:])}
        lead = places[0]
        municipality = (lead.code, lead.istat_code, neutralised(lead.name), lead.province, lead.region)
        parts[".csv_municipality"] = csv_row(municipality).rstrip().encode()
        parts[".csv_other_municipalities"] = "|".join(sorted({place.code for place in places[1:]})).encode()
        parts[".own_municipality_code"] = lead.code.encode()
        for facet, name in zip(PLACES, ("code", "province", "region"), strict=True):
            values = sorted({getattr(place, name) for place in places})
            parts[f".{facet}_code"] = getattr(places[0], name).encode()
            parts[f"={facet}"] = self._pairs(facet, values)
            slots += [self._slots.of(facet, value) for value in values]
        return Fragment(parts, slots)

    def _cost(self, drawn: Drawn, parts: dict[str, bytes]) -> list[int]:
        cost = None if drawn.cost is None else str(drawn.cost)
        band = cost_band(cost)
        parts["=cost_band"] = self._pairs(COST_BAND, [band])
        parts["total_cost"], parts[".total_cost"] = (
            (b"null", NULL.encode()) if cost is None else (f'"{cost}"'.encode(), cost.encode())
        )
        parts[".csv_total_cost"] = b"" if cost is None else f"{drawn.cost:.2f}".encode()
        slots = [self._slots.of(COST_BAND, band)]
        if cost is not None:
            slots.append(self._slots.of(terms.COST_SIZE, terms.cost_size(drawn.cost)))
        return slots

    def _write_titles(self, drawn: Drawn, key: int, parts: dict[str, bytes]) -> None:
        """Title, slug, keys and dates of the project, and the sort keys of its card."""
        number, corpus, action = drawn.number, self._corpus, self._phrases[drawn.action].folded
        title = b"%b %b" % (drawn.action.encode(), corpus.written.of(drawn.title))
        title_key = b"%b %b" % (action, corpus.folded.of(drawn.title))
        slug = b"%b-%d" % (title_key.replace(b" ", b"-"), number)
        day = published_at(number).isoformat().encode()
        parts |= {
            ".title": title,
            "title": b'"%b"' % title,
            ".title_key": title_key,
            ".slug": slug,
            "slug": b'"%b"' % slug,
            "published_at": b'"%b"' % day,
            ".published_at": day[:19],
            ".id": b"%d" % key,
            ".record_id": b"%d" % (self.keys.project + number),
            ".owner_id": b"%d" % self.keys.owners[self.places[drawn.municipality.code].code],
            ".idempotency_key": b"%032x" % ((self.seed << 64) + number),
            ".origin_key": f"{PREFIX}{self.seed}:{number}".encode(),
        }
        for kind, sort_key in line_keys(key, title_key.decode(), drawn.cost).items():
            self._sort_keys[kind].append((sort_key, key))
        if drawn.point:
            self._sort_keys[CELL].append((cell_key(*drawn.point), key))

    def _write_search_text(self, drawn: Drawn, key: int, parts: dict[str, bytes]) -> None:
        """The search text, and the words that the index has of it."""
        corpus, code = self._corpus, f"{drawn.municipality.province.lower()} {drawn.year} {drawn.number:07d}"
        tags = [self._phrases[tag] for tag in drawn.technologies]
        codes = (drawn.municipality.code, *drawn.other_municipalities)
        names = [self._municipalities[code] for code in codes]
        spans = [span for span, _role in drawn.partners]
        cup = drawn.cup.lower()
        texts = {
            "need": [corpus.folded.of(drawn.need)],
            "solution": [corpus.folded.of(drawn.solution)],
            "code": [code.encode()],
            "technologies": [tag.folded for tag in tags],
            "cup": [cup.encode()] if cup else [],
            "places": [name.folded for name in names],
            "partners": [corpus.folded.of(span) for span in spans],
        }
        parts[".summary_folded"] = corpus.folded.of(drawn.summary)
        parts[".rest_folded"] = BETWEEN.encode().join([text for name in self._texts for text in texts[name]])
        title = {*self._phrases[drawn.action].slots, *self._words(drawn.title)}
        summary = {*self._words(drawn.summary)} - title
        rest = {*self._words(drawn.need), *self._words(drawn.solution)}.union(
            *[phrase.slots for phrase in (*tags, *names)],
            *map(self._words, spans),
            [self._slots.word(word) for word in code.split()[:2] if word not in STOP_WORDS],
        )
        rest -= title
        rest -= summary
        slots = self._slots
        for words, tier in ((title, slots.title), (summary, slots.summary), (rest, slots.text)):
            for word in words:
                tier[word].append(key)
        for word in (code.split()[2], cup):
            if word:
                slots.cards[slots.of(CODE, code_bucket(word))].append(key)

    def _words(self, span: Span) -> list[int]:
        start, length = span
        starts = self._corpus.indexed_starts
        return self._content[starts[start] : starts[start + length]]


def _parts(drawn: Drawn, corpus: Corpus) -> dict[str, bytes]:
    """The parts that are rarely the same twice and depend on the drawn values alone."""
    code, cup = drawn.code.encode(), b'"%b"' % drawn.cup.encode()
    north, east = _degrees(drawn.point) if drawn.point else (b"", b"")
    role = b'{"name":"%b","role":"%b"}'
    names = [corpus.text(span).title().encode() for span, _role in drawn.partners]
    partners = [
        role % (name, kind.encode()) for name, (_span, kind) in zip(names, drawn.partners, strict=True)
    ]
    texts = {key: corpus.paragraph(getattr(drawn, key)) for key in ("summary", "need", "solution")}
    return {
        **{f".csv_{key}": text for key, text in texts.items()},
        **{key: b'"%b"' % text for key, text in texts.items()},
        ".csv_latitude": _decimal_degrees(drawn.point[1]) if drawn.point else b"",
        ".csv_longitude": _decimal_degrees(drawn.point[0]) if drawn.point else b"",
        ".csv_partners": b"|".join(names),
        ".csv_cup_codes": drawn.cup.encode(),
        ".code": code,
        "code": b'"%b"' % code,
        "lead_municipality": b'"%b"' % drawn.municipality.code.encode(),
        "other_municipalities": orjson.dumps(drawn.other_municipalities),
        "latitude": b'"%b"' % north if north else b"null",
        "longitude": b'"%b"' % east if east else b"null",
        ".latitude": north or NULL.encode(),
        ".longitude": east or NULL.encode(),
        "cost_unknown": b"true" if drawn.cost is None else b"false",
        "identifiers": b'[{"scheme":"cup","value":%b}]' % cup if drawn.cup else b"[]",
        "cup_codes": b"[%b]" % cup if drawn.cup else b"[]",
        "partners": b"[%b]" % b",".join(partners),
    }


def _degrees(point: tuple[int, int]) -> tuple[bytes, bytes]:
    """Latitude and longitude without trailing zeros, as documents have them."""
    east, north = (_decimal_degrees(part).rstrip(b"0").rstrip(b".") for part in point)
    return north, east


def _decimal_degrees(part: int) -> bytes:
    """Degrees with five decimals, as open data has them."""
    return b"%d.%05d" % divmod(part, DEGREE)
