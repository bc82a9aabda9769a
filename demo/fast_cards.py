"""Rows and terms of invented projects, pressed from moulds instead of made one by one.

A mould is the line of COPY that cards.document.build makes of one project, with marks in the place of what
differs; what an answer of the dice always gives is learned from the first project that has it. The result is,
byte for byte, that of the ordinary way (`whole`), at a third of the time: tests/projects/test_pressed.py.
"""

import csv
import re
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping
from operator import attrgetter, itemgetter
from types import SimpleNamespace
from typing import NamedTuple

import orjson

from cardindex.analysis import SEPARATOR, STOP_WORDS, code_bucket, indexable, tokens
from cardindex.builder import KEYS, Terms
from cardindex.snapshot import CODE, SUMMARY, TEXT, TITLE, WORD_KINDS
from cardindex.sort_keys import CELL, DEGREE, MOST, cell_key
from cards.document.build import build_card, serialise
from cards.document.columns import PROJECTS as SHEET
from cards.document.derive import cost_band, derive_columns
from cards.document.places import Place, place_dict
from cards.index import terms
from cards.index import terms as index
from cards.models import Edition, Line, Record
from cards.vocabulary.facets import FACETS
from demo.copy_tables import CARRIAGE, LINE_END, NULL, Form
from demo.generator import Country, Drawn, draw, facts_of, published_at
from demo.generator_words import ACTIONS, TECHNOLOGIES, Piece, Stream, stream
from lib.tables.csv_text import csv_row, neutralised
from projects.models import Project

PREFIX = "invented:"
RECORDS = Form(Record, ("id", "code", "slug", "owner_id", "opened_at"))
PROJECTS = Form(
    Project,
    ("record_id", "title", "nonce", "origin_key", "created_at", "updated_at"),
    status="published",
    origin="imported",
)
CARDS = Form(
    Edition,
    (
        *("id", "record_id", "published_at", "document", "item", "search_text", "facet_values"),
        *("code", "slug", "title", "title_key", "primary_area", "kind", "stage"),
        *("municipality_code", "province_code", "region_code", "year_from", "year_to"),
        *("total_cost", "latitude", "longitude"),
    ),
    edition=1,
    has_solution=True,
    origin="imported",
)
LINES = Form(Line, ("id", "text"))
# Keys of the document in which invented projects differ; two are named otherwise in the list item.
DIFFERING = (
    *("slug", "published_at", "code", "title", "summary", "need", "solution", "kind", "stage"),
    *("lead_municipality", "other_municipalities", "primary_area", "other_areas", "technologies", "sdgs"),
    *("start_actual", "end_planned", "year_from", "year_to", "latitude", "longitude"),
    *("total_cost", "cost_unknown", "funding_lines", "identifiers", "cup_codes", "partners"),
)
NAMED = {"lead_municipality": "lead_named", "other_municipalities": "others_named"}
# A mark within JSON stands in quotes; that of a cell begins with a dot, of the pairs of a facet with `=`.
MARK = re.compile(rb'"@([a-z_]+)@"|@([.=][a-z_]+)@')
# What the dice said → kinds of terms, keys of the document and cells that follow from nothing else.
LEARNED = {
    ("area", "other_areas"): (
        ("area", terms.PRIMARY_AREA),
        ("primary_area", "other_areas"),
        ("primary_area",),
    ),
    ("kind", "stage"): (("kind", "stage"), ("kind", "stage"), ("kind", "stage")),
    ("year", "last_year"): (
        ("year", terms.FIRST_YEAR, terms.LAST_YEAR),
        ("start_actual", "end_planned", "year_from", "year_to"),
        ("year_from", "year_to"),
    ),
    ("sources",): (("funding_source",), ("funding_lines",), ()),
    ("technologies",): (("technology",), ("technologies",), ()),
    ("sdgs",): (("sdg",), ("sdgs",), ()),
}
PLACES, COST_BAND = ("municipality", "province", "region"), "cost_band"
# Columns of the CSV line: those of the town, side by side, and others in which invented projects differ.
TOWN = ("municipality_code", "municipality_istat_code", "municipality_name", "province_code", "region_code")
SPELT_APART = (
    *("summary", "need", "solution", "other_municipalities", "latitude", "longitude"),
    *("partners", "total_cost", "cup_codes"),
)
BETWEEN = f" {SEPARATOR} "


class Keys(NamedTuple):
    """Where the keys of rows begin, as numbers begin with 0, and those of owners by municipality."""

    project: int
    card: int
    owners: dict[str, int]


class Whole(NamedTuple):
    """A project made in the ordinary way."""

    document: dict
    columns: dict
    line: str
    terms: Terms


class Known(NamedTuple):
    """What an answer of the dice always gives: parts of the line, slots."""

    parts: dict[str, bytes]
    slots: list[int]


class Phrase(NamedTuple):
    """A text that many projects share: its folded words, the slots of those that are indexed, its JSON."""

    folded: bytes
    slots: list[int]
    json: bytes = b""


class Found(NamedTuple):
    """What the cards of a block are found under: `{kind: {value: packed keys}}` as cardindex.builder takes
    them from another process, and `{kind: [(place in the order, key)]}`."""

    terms: dict[str, dict[str, bytes]]
    orders: dict[str, list[tuple[str, int]]]


def whole(drawn: Drawn, places: Mapping[str, Place], key: int) -> Whole:
    """What publishing it would write, and what its card would be found under."""
    facts, moment = facts_of(drawn), published_at(drawn.number)
    slug = f"{'-'.join(tokens(facts['title']))[:120]}-{drawn.number}"
    document = build_card(facts, slug=slug, edition=1, published_at=moment)
    derived = derive_columns(document, places)
    columns = derived["columns"] | {"document": serialise(document)}
    card = SimpleNamespace(pk=key, live_values="[]", **columns)
    return Whole(document, columns, derived["csv_row"], terms.terms_of(card))


class Slots:
    """Keys of cards by what they are found under: a slot for each value of a kind, three for a word.

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
        """All since the last time, packed; each tier of words holds the one before."""
        found = defaultdict(dict)
        for (kind, value), slot in self._values.items():
            if cards := self.cards[slot]:
                found[kind][value] = array(KEYS, cards).tobytes()
        for (word, title), summary, text in zip(
            zip(self._words, self.title, strict=True), self.summary, self.text, strict=True
        ):
            if title:
                found[TITLE][word] = array(KEYS, title).tobytes()
            if title or summary:
                found[SUMMARY][word] = array(KEYS, sorted(title + summary)).tobytes()
            if title or summary or text:
                found[TEXT][word] = array(KEYS, sorted(title + summary + text)).tobytes()
        for tier in (self.cards, self.title, self.summary, self.text):
            for cards in tier:
                cards.clear()
        return dict(found)


class Press:
    """Presses projects one after the other, in one process, and learns as it goes."""

    def __init__(self, seed: int, country: Country, places: Mapping[str, Place], keys: Keys):
        self.seed, self.country, self.places, self.keys = seed, country, places, keys
        self._slots, self._orders = Slots(), defaultdict(list)
        self._stream, first = stream(), whole(draw(0, seed, country), places, 0)
        self._content = list(map(self._slots.word, self._stream.indexed))
        self._alone: dict[str, Known] = {}
        self._groups = [(attrgetter(*fields), {}, *given) for fields, given in LEARNED.items()]
        self._phrases = {text: self._phrase(text) for text in (*ACTIONS, *TECHNOLOGIES)}
        self._towns = {c: self._phrase(p.name, serialise(place_dict(p))) for c, p in places.items()}
        learned = {kind for kinds, _keys, _cells in LEARNED.values() for kind in kinds}
        apart = {*learned, *PLACES, COST_BAND, index.COST_SIZE, *MOST, *WORD_KINDS}
        same = {kind: values for kind, values in first.terms.items() if kind not in apart}
        self._same = [self._slots.of(kind, value) for kind, values in same.items() for value in values]
        stored = {facet for facet, _value in orjson.loads(first.columns["facet_values"])}
        self._facets = sorted(stored | apart.intersection(FACETS))
        self._texts = _order_of_texts(first.document)
        self._moulds = [_mould(line) for line in _marked(first, self._facets)]
        self._blank = {f"={facet}": b"" for facet in self._facets}
        self._blank |= {f"={facet}": self._pairs(facet, same[facet]) for facet in stored & same.keys()}
        for fixed, _chosen in self._moulds:
            self._blank |= fixed

    def press(self, number: int) -> list[bytes]:
        """The rows of RECORDS, PROJECTS, CARDS, LINES; `found` gives the terms of the card."""
        drawn = draw(number, self.seed, self.country)
        key, slots = self.keys.card + number, self._same.copy()
        parts = self._blank | _parts(drawn, self._stream)
        for known in self._known(drawn):
            parts |= known.parts
            slots += known.slots
        place = self._place(drawn)
        parts |= place.parts
        self._name(drawn, key, parts)
        self._write(drawn, key, parts)
        cards = self._slots.cards
        for slot in (*slots, *place.slots, *self._cost(drawn, parts)):
            cards[slot].append(key)
        return [b"".join(chosen(parts)) for _fixed, chosen in self._moulds]

    def found(self) -> Found:
        """What the cards pressed since the last time are found under."""
        orders, self._orders = self._orders, defaultdict(list)
        return Found(self._slots.take(), dict(orders))

    def _known(self, drawn: Drawn) -> list[Known]:
        found = []
        for answer, known, kinds, keys, cells in self._groups:
            if (given := answer(drawn)) not in known:
                known[given] = self._learn(whole(drawn, self.places, 0), kinds, keys, cells)
            found.append(known[given])
        return found

    def _learn(self, made: Whole, kinds: Iterable[str], keys: Iterable[str], cells: Iterable[str]) -> Known:
        terms = {kind: sorted(made.terms.get(kind, ())) for kind in kinds}
        parts = {key: orjson.dumps(made.document[key], option=orjson.OPT_SORT_KEYS) for key in keys}
        parts |= {f".{name}": str(made.columns[name]).encode() for name in cells}
        row = _row(made)
        parts |= {f".csv_{key}": row[key].encode() for key in keys if key in row}
        parts |= {f"={kind}": self._pairs(kind, terms[kind]) for kind in kinds if kind in self._facets}
        return Known(parts, [self._slots.of(kind, value) for kind in kinds for value in terms[kind]])

    def _pairs(self, facet: str, values: Iterable[str]) -> bytes:
        """Every card has a value of the first facet, so that a comma can stand before all others."""
        told = ",".join([f'["{facet}","{value}"]' for value in values])
        return (told if facet == self._facets[0] or not told else f",{told}").encode()

    def _phrase(self, text: str, json: str = "") -> Phrase:
        found = tokens(text)
        slots = [self._slots.word(word) for word in sorted(indexable(found)[0])]
        return Phrase(" ".join(found).encode(), slots, json.encode())

    def _place(self, drawn: Drawn) -> Known:
        """Where the project lies; joint ones seldom come twice in the same company."""
        if drawn.other_towns:
            return self._lies(drawn.town.code, *drawn.other_towns)
        if drawn.town.code not in self._alone:
            self._alone[drawn.town.code] = self._lies(drawn.town.code)
        return self._alone[drawn.town.code]

    def _lies(self, *codes: str) -> Known:
        places, slots = [self.places[code] for code in codes], []
        named = [self._towns[place.code].json for place in places]
        parts = {"lead_named": named[0], "others_named": b"[%b]" % b",".join(named[1:])}
        lead = places[0]
        town = (lead.code, lead.istat_code, neutralised(lead.name), lead.province, lead.region)
        parts[".csv_town"] = csv_row(town).rstrip().encode()
        parts[".csv_other_municipalities"] = "|".join(sorted({place.code for place in places[1:]})).encode()
        for facet, name in zip(PLACES, ("code", "province", "region"), strict=True):
            values = sorted({getattr(place, name) for place in places})
            parts[f".{facet}_code"] = getattr(places[0], name).encode()
            parts[f"={facet}"] = self._pairs(facet, values)
            slots += [self._slots.of(facet, value) for value in values]
        return Known(parts, slots)

    def _cost(self, drawn: Drawn, parts: dict[str, bytes]) -> list[int]:
        cost = None if drawn.cost is None else str(drawn.cost)
        band = cost_band(cost)
        parts["=cost_band"] = self._pairs(COST_BAND, [band])
        parts["total_cost"], parts[".total_cost"] = (
            (b"null", NULL.encode()) if cost is None else (f'"{cost}"'.encode(), cost.encode())
        )
        parts[".csv_total_cost"] = b"" if cost is None else f"{drawn.cost:.2f}".encode()
        found = [self._slots.of(COST_BAND, band)]
        return (
            found if cost is None else [*found, self._slots.of(index.COST_SIZE, index.cost_size(drawn.cost))]
        )

    def _name(self, drawn: Drawn, key: int, parts: dict[str, bytes]) -> None:
        """What the project is called, and its places in the orders."""
        number, told, action = drawn.number, self._stream, self._phrases[drawn.action].folded
        title = b"%b %b" % (drawn.action.encode(), told.written.of(drawn.title))
        title_key = b"%b %b" % (action, told.folded.of(drawn.title))
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
            ".owner_id": b"%d" % self.keys.owners[self.places[drawn.town.code].code],
            ".nonce": b"%032x" % ((self.seed << 64) + number),
            ".origin_key": f"{PREFIX}{self.seed}:{number}".encode(),
        }
        for kind, place in index.line_keys(key, title_key.decode(), drawn.cost).items():
            self._orders[kind].append((place, key))
        if drawn.point:
            self._orders[CELL].append((cell_key(*drawn.point), key))

    def _write(self, drawn: Drawn, key: int, parts: dict[str, bytes]) -> None:
        """The search text, and the words under which the card is found."""
        told, code = self._stream, f"{drawn.town.province.lower()} {drawn.year} {drawn.number:07d}"
        tags = [self._phrases[tag] for tag in drawn.technologies]
        towns = [self._towns[code] for code in (drawn.town.code, *drawn.other_towns)]
        pieces = [piece for piece, _role in drawn.partners]
        cup = drawn.cup.lower()
        texts = {
            "need": [told.folded.of(drawn.need)],
            "solution": [told.folded.of(drawn.solution)],
            "code": [code.encode()],
            "technologies": [tag.folded for tag in tags],
            "cup": [cup.encode()] if cup else [],
            "places": [town.folded for town in towns],
            "partners": [told.folded.of(piece) for piece in pieces],
        }
        parts[".summary_folded"] = told.folded.of(drawn.summary)
        parts[".rest_folded"] = BETWEEN.encode().join([text for name in self._texts for text in texts[name]])
        title = {*self._phrases[drawn.action].slots, *self._words(drawn.title)}
        summary = {*self._words(drawn.summary)} - title
        rest = {*self._words(drawn.need), *self._words(drawn.solution)}.union(
            *[phrase.slots for phrase in (*tags, *towns)],
            *map(self._words, pieces),
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

    def _words(self, piece: Piece) -> list[int]:
        start, length = piece
        starts = self._stream.indexed_starts
        return self._content[starts[start] : starts[start + length]]


def _parts(drawn: Drawn, told: Stream) -> dict[str, bytes]:
    """What seldom comes twice and follows from the dice alone."""
    code, cup = drawn.code.encode(), b'"%b"' % drawn.cup.encode()
    north, east = _degrees(drawn.point) if drawn.point else (b"", b"")
    role = b'{"name":"%b","role":"%b"}'
    names = [told.text(piece).title().encode() for piece, _role in drawn.partners]
    partners = [
        role % (name, kind.encode()) for name, (_piece, kind) in zip(names, drawn.partners, strict=True)
    ]
    texts = {key: told.paragraph(getattr(drawn, key)) for key in ("summary", "need", "solution")}
    return {
        **{f".csv_{key}": text for key, text in texts.items()},
        **{key: b'"%b"' % text for key, text in texts.items()},
        ".csv_latitude": _spelt(drawn.point[1]) if drawn.point else b"",
        ".csv_longitude": _spelt(drawn.point[0]) if drawn.point else b"",
        ".csv_partners": b"|".join(names),
        ".csv_cup_codes": drawn.cup.encode(),
        ".code": code,
        "code": b'"%b"' % code,
        "lead_municipality": b'"%b"' % drawn.town.code.encode(),
        "other_municipalities": orjson.dumps(drawn.other_towns),
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
    """Latitude and longitude as cards spell them."""
    east, north = (_spelt(part).rstrip(b"0").rstrip(b".") for part in point)
    return north, east


def _spelt(part: int) -> bytes:
    """Degrees with all their five places, as open data has them."""
    return b"%d.%05d" % divmod(part, DEGREE)


def _row(made: Whole) -> dict[str, str]:
    """`{column: cell}` of the CSV line, each cell as it is written."""
    (cells,) = csv.reader([made.line])
    names = [column.name for column in SHEET.columns]
    return {name: csv_row([cell]).rstrip() if cell else "" for name, cell in zip(names, cells, strict=True)}


def _marked_row(made: Whole) -> str:
    """The CSV line with marks in the place of what differs; some cells are those of the card's columns."""
    row = _row(made)
    learned = {key for _kinds, keys, _cells in LEARNED.values() for key in keys}
    row |= {name: f"@.csv_{name}@" for name in (*SPELT_APART, *learned) if name in row}
    row |= {name: f"@.{name}@" for name in ("code", "slug", "title")}
    row |= {"published_at": "@.published_at@Z", TOWN[0]: "@.csv_town@"}
    return ",".join([cell for name, cell in row.items() if name not in TOWN[1:]]) + CARRIAGE + LINE_END


def _marked(made: Whole, facets: list[str]) -> list[bytes]:
    """The rows of RECORDS, PROJECTS, CARDS and LINES with marks in the place of what differs."""
    item = orjson.loads(made.columns["item"])
    cells = {name: f"@.{name}@" for form in (RECORDS, PROJECTS, CARDS) for name in form.own}
    cells |= dict.fromkeys(("created_at", "updated_at", "opened_at"), "@.published_at@")
    cells["document"] = serialise(made.document | {key: f"@{key}@" for key in DIFFERING})
    cells["item"] = serialise(item | {key: f"@{NAMED.get(key, key)}@" for key in DIFFERING if key in item})
    cells["facet_values"] = f"[{''.join([f'@={facet}@' for facet in facets])}]"
    cells["search_text"] = LINE_END.join(
        [f" @.{name}@ " for name in ("title_key", "summary_folded", "rest_folded")]
    )
    line = {"id": cells["id"], "text": _marked_row(made)}
    record = RECORDS.line(cells | {"id": "@.record_id@"})
    return [record, PROJECTS.line(cells), CARDS.line(cells), LINES.line(line)]


def _mould(line: bytes) -> tuple[dict[bytes, bytes], itemgetter]:
    """The texts of a marked line, and what picks them and the parts between them in their order."""
    texts = MARK.sub(b"\0", line).split(b"\0")
    names = [(quoted or cell).decode() for quoted, cell in MARK.findall(line)]
    order = [part for pair in zip(texts, names, strict=False) for part in pair]
    return {text: text for text in texts}, itemgetter(*order, texts[-1])


def _order_of_texts(document: Mapping) -> list[str]:
    """The names of the texts in the order in which the third line of a search text has them."""
    place = Place("", "places", "", "", "", "")
    texts = {name: name for name in ("title", "summary", "need", "solution", "code")}
    lists = {"technologies": ["technologies"], "cup_codes": ["cup"], "partners": [{"name": "partners"}]}
    marked = {**document, **texts, **lists, "lead_municipality": "", "other_municipalities": []}
    return derive_columns(marked, {"": place})["columns"]["search_text"].split("\n")[2].strip().split(BETWEEN)
