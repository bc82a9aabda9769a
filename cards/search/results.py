"""The cards that answer a query, from the index: how many, in which order, how they divide.

Evaluated at the first use. All answers of one Results come from one version of the index.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from functools import cached_property, partial, reduce
from itertools import islice, pairwise
from operator import itemgetter
from typing import NamedTuple

import orjson
from django.db import router
from django.utils import timezone
from pyroaring import BitMap

from cardindex.analysis import read
from cardindex.matching import Match, confirmed, match
from cardindex.snapshot import Snapshot
from cardindex.sort_keys import (
    CELL,
    COST,
    DEGREE,
    EAST,
    NORTH,
    TITLE_KEY,
    UNKNOWN,
    line_key,
    place,
    square,
    with_roots,
)
from cards.index.reader import ROWS, STAMP, Rows, newest
from cards.index.rows import one_of
from cards.index.terms import FIRST_YEAR, LAST_YEAR, ORDER_FIELDS, PRIMARY_AREA, SCORE, cost_text, order_keys
from cards.models import Edition
from cards.reads import editions
from cards.search.as_of import as_it_was

BATCH, STRETCH = 500, 250
CHUNK = 5_000
LAST_NUMBER = 2**32
# sort → (kind of its buckets, column, whether it descends)
BUCKETS = {
    "title": (TITLE_KEY, "title_key", False),
    "-title": (TITLE_KEY, "title_key", True),
    "cost": (COST, "total_cost", False),
    "-cost": (COST, "total_cost", True),
    "replicability": (SCORE, "", True),
}
HEAVY = ("document", "search_text", "facet_values")


@dataclass(frozen=True)
class Answer:
    """A query worked out: `text` cards of words and ranges, `parts` of each facet, `cards` all at once."""

    snapshot: Snapshot
    text: BitMap
    parts: Mapping[str, BitMap]
    match: Match | None = None
    is_checked: bool = True
    is_past: bool = False

    @cached_property
    def cards(self) -> BitMap:
        return self.without("")

    def without(self, facet: str) -> BitMap:
        """Cards under all filters but those of one facet."""
        parts = [part for other, part in self.parts.items() if other != facet]
        # What the index holds today is among all cards; met with them it would only be copied.
        if not parts or self.text is not self.snapshot.all:
            parts.append(self.text)
        return reduce(BitMap.__and__, parts)


@dataclass
class Results:
    """The current cards that answer `query`, in its order."""

    query: object

    @cached_property
    def _answer(self) -> Answer:
        return newest().query(Rows(STAMP.get()), partial(_worked_out, self.query))

    @property
    def snapshot(self) -> Snapshot:
        """The version of the index that all answers come from."""
        return self._answer.snapshot

    @property
    def numbers(self) -> BitMap:
        """The keys of the cards, as a set."""
        return self._answer.cards

    def count(self) -> int:
        return len(self._answer.cards)

    __len__ = count

    def facets(self, names: Iterable[str]) -> dict[str, dict[str, int]]:
        """`{facet: {value: cards}}`, each facet counted under all filters but its own."""
        return {name: self._answer.snapshot.counts(name, self._under(name)) for name in names}

    def top(self, facet: str, limit: int) -> tuple[list[tuple[str, int]], int]:
        """`([(value, cards)], how many values)` of one facet, counted so, most first and ties by value."""
        return self._answer.snapshot.top(facet, self._under(facet), limit)

    def shares(self, facet: str, values: Iterable[str]) -> dict[str, int]:
        """`{value: cards}` of these values of one facet, counted so."""
        known, under = self.snapshot.postings.get(facet, {}), self._under(facet)
        return {
            value: under.intersection_cardinality(known[value]) if value in known else 0 for value in values
        }

    def _under(self, facet: str) -> BitMap:
        """The cards among which a facet is counted."""
        answer = self._answer
        return answer.without(facet) if facet in answer.parts else answer.cards

    def ids(self, offset: int = 0, limit: int | None = None) -> Iterator[int]:
        """Primary keys in order."""
        return islice(self._from(offset), limit)

    def after(self, number: int, tier: int) -> Iterator[int]:
        """Primary keys that follow card `number` in the order, whatever was published since it was read.

        `tier` is what tier_of gives for it. Raises LookupError for a card that never was.
        """
        answer, sort = self._answer, self._sort
        if sort in BUCKETS:
            yield from _buckets_after(answer, *BUCKETS[sort], number)
        elif sort == "published_at":
            yield from _ascending(answer.cards, answer.cards.rank(number))
        else:
            for place, cards in enumerate(self._tiers()[tier:]):
                passed = len(cards) - cards.rank(number - 1) if place == 0 and number > 0 else 0
                yield from _descending(cards, passed)

    def tier_of(self, number: int) -> int:
        """In which stretch of the order of relevance a card stands; nought in every other order."""
        return next((place for place, cards in enumerate(self._tiers()) if number in cards), 0)

    def texts(self, numbers: list[int]) -> list[str]:
        """The stored list items of these cards. One query."""
        return editions.items(numbers, router.db_for_read(Edition))

    @property
    def version(self) -> str:
        """Which version of the index the answer was read from."""
        return self._answer.snapshot.stamp.token

    def page(self, offset: int, limit: int) -> list[Edition]:
        """Cards in order, without their documents. One query."""
        return self._cards(list(self.ids(offset, limit)))

    def items(self) -> "Sliced":
        """The stored list items, as bytes, to be sliced. One query for each slice."""
        return Sliced(self._items)

    def hits(self) -> "Sliced":
        """The stored texts of the cards, to be sliced: what a list draws. One query for each slice."""
        return Sliced(self._hits)

    def batches(self, size: int = BATCH) -> Iterator[list[Edition]]:
        """All cards in order, `size` at a time: memory does not grow with the list."""
        ids = self.ids()
        while numbers := list(islice(ids, size)):
            yield self._cards(numbers)

    def __iter__(self) -> Iterator[Edition]:
        for batch in self.batches():
            yield from batch

    def __getitem__(self, part: slice) -> list[Edition]:
        return self.page(*_window(part, self))

    def similar(self, card: Edition, alike: Iterable[str], limit: int) -> list["Hit"]:
        """Other cards like this one, from the index alone.

        Of the same main area and a technology in common, then of the area, then of a technology: in each,
        those of the towns `alike` first, then of the same town, then of its province, then the newest.
        """
        snapshot = self._answer.snapshot
        tags = [value for facet, value in orjson.loads(card.facet_values) if facet == "technology"]
        area, technology = (
            snapshot.any_of(PRIMARY_AREA, [card.primary_area]),
            snapshot.any_of("technology", tags),
        )
        towns, provinces = snapshot.postings.get("municipality", {}), snapshot.postings.get("province", {})
        near = (
            [towns[code] for code in alike if code in towns],
            [towns[code] for code in [card.municipality_code] if code in towns],
            [provinces[code] for code in [card.province_code] if code in provinces],
            [snapshot.all],
        )
        numbers: list[int] = []
        for cards in (area & technology, area, technology):
            for where in near:
                if len(numbers) < limit:
                    others = cards - BitMap([card.pk, *numbers])
                    numbers += islice(_newest_in(others, where), limit - len(numbers))
        return self._hits_of(numbers)

    @property
    def forms(self) -> frozenset[str]:
        """The folded words that match in a text: what a snippet marks."""
        return self._answer.match.forms if self._answer.match else frozenset()

    @property
    def mended(self) -> Mapping[str, tuple[str, ...]]:
        """`{typed word: words searched in its place}` where nothing is written as it was typed."""
        return self._answer.match.mended if self._answer.match else {}

    @property
    def phrases_are_checked(self) -> bool:
        """False when so many cards hold the words of a phrase that nobody looked whether in that order."""
        return self._answer.is_checked

    def _cards(self, numbers: list[int]) -> list[Edition]:
        cards = Edition.objects.defer(*HEAVY).in_bulk(numbers) if numbers else {}
        return [cards[number] for number in numbers]

    def _items(self, offset: int, limit: int) -> list[str]:
        return self.texts(list(self.ids(offset, limit)))

    def _hits(self, offset: int, limit: int) -> list["Hit"]:
        return self._hits_of(list(self.ids(offset, limit)))

    def _hits_of(self, numbers: list[int]) -> list["Hit"]:
        rows = editions.rows(numbers, ["item", "live_values"], router.db_for_read(Edition))
        return [Hit(number, *rows[number]) for number in numbers]

    def _from(self, offset: int) -> Iterator[int]:
        for size, ordered in self._runs():
            if offset < size:
                yield from ordered(offset)
            offset = max(0, offset - size)

    def _runs(self) -> Iterator[tuple[int, Callable[[int], Iterator[int]]]]:
        """`(length, numbers from an offset on)` of the stretches that make the order."""
        answer, sort = self._answer, self._sort
        if sort in BUCKETS:
            yield from _buckets(answer, *BUCKETS[sort])
        elif sort == "published_at":
            yield len(answer.cards), partial(_ascending, answer.cards)
        else:
            for cards in self._tiers():
                yield len(cards), partial(_descending, cards)

    @property
    def _sort(self) -> str:
        return self.query.sort or ("relevance" if self.query.text else "-published_at")

    def _tiers(self) -> list[BitMap]:
        """The stretches of the order of relevance; one of all cards in any other order."""
        answer = self._answer
        is_ranked = self._sort == "relevance" and answer.match
        return answer.match.within(answer.cards).tiers if is_ranked else [answer.cards]


class Hit(NamedTuple):
    """As much of a card as a list draws it from."""

    pk: int
    item: str
    live_values: str


@dataclass(frozen=True)
class Sliced:
    """A list of which only the slices in use are read."""

    fetch: Callable[[int, int], list]

    def __getitem__(self, part: slice) -> list:
        return self.fetch(part.start or 0, part.stop - (part.start or 0))


def _window(part: slice, results: Results) -> tuple[int, int]:
    start = part.start or 0
    return start, (results.count() if part.stop is None else part.stop) - start


def _ascending(cards: BitMap, offset: int) -> Iterator[int]:
    for start in range(offset, len(cards), CHUNK):
        yield from cards[start : start + CHUNK]


def _descending(cards: BitMap, offset: int) -> Iterator[int]:
    for stop in range(len(cards) - offset, 0, -BATCH):
        yield from reversed(cards[max(0, stop - BATCH) : stop].to_array())


def _newest_in(cards: BitMap, places: list[BitMap]) -> Iterator[int]:
    """The cards that lie in one of the places, newest first.

    Stretch after stretch: of many cards the first few are among the newest, and to put together all that
    some hundred places hold takes longer.
    """
    stop, size = len(cards), STRETCH
    while stop > 0:
        stretch = cards[max(0, stop - size) : stop]
        met = (stretch & place for place in places if stretch.intersect(place))
        yield from reversed(BitMap.union(BitMap(), *met).to_array())
        stop, size = stop - size, size * 8


def _buckets(answer: Answer, kind: str, column: str, descends: bool) -> Iterator[tuple[int, Callable]]:
    """Bucket after bucket, each sorted only when a page falls into it; cards without the value come last."""
    known, is_all = answer.snapshot.postings.get(kind, {}), answer.cards is answer.snapshot.all
    for value in sorted(known, key=partial(_rank, descends), reverse=descends):
        size = len(known[value]) if is_all else answer.cards.intersection_cardinality(known[value])
        if size and kind == SCORE:
            # A bucket is one score: among equals the newest first, and no row is read.
            yield size, partial(_descending, known[value] & answer.cards)
        elif size:
            yield size, partial(_sorted, known[value] & answer.cards, column, descends)


def _rank(descends: bool, value: str) -> tuple[bool, str]:
    """Where a bucket stands among the others: what is not known comes last, whichever way the order goes."""
    return value.startswith(UNKNOWN) != descends, value


def _buckets_after(answer: Answer, kind: str, column: str, descends: bool, number: int) -> Iterator[int]:
    """The order of _buckets from behind one card on; its bucket alone is compared by value."""
    known = answer.snapshot.postings.get(kind, {})
    mine, value = _bucket_of(known, kind, column, number)
    for bucket in sorted(known, key=partial(_rank, descends), reverse=descends):
        cards = known[bucket] & answer.cards
        first, second = _rank(descends, bucket), _rank(descends, mine)
        is_next = first < second if descends else first > second
        if not cards or not (is_next or bucket == mine):
            continue
        if kind == SCORE:
            yield from _descending(cards, 0 if is_next else len(cards) - cards.rank(number - 1))
        else:
            yield from _sorted(cards, column, descends, 0, None if is_next else (value, number))


def _bucket_of(known: Mapping, kind: str, column: str, number: int) -> tuple[str, object]:
    """`(bucket, value)` of one card in an order. Raises LookupError for a card that never was."""
    card = Edition.objects.only(*ORDER_FIELDS, "live_values").filter(pk=number).first()
    if card is None:
        raise LookupError(number)
    if kind == SCORE:
        score = dict(orjson.loads(card.live_values)).get(SCORE, "")
        return score, score
    return place(with_roots(kind, known), order_keys(card)[kind]), getattr(card, column)


def _sorted(cards: BitMap, column: str, descends: bool, offset: int, after=None) -> Iterator[int]:
    rows = [row for chunk in _chunks(cards) for row in chunk.values_list(column, "pk")]
    # A bucket holds values or blanks, never both, and blanks need no comparing.
    key = None if rows[0][0] is not None else itemgetter(1)
    rows.sort(key=key, reverse=descends)
    if after:
        last = key(after) if key else after
        keys = ((key(row) if key else row) for row in rows)
        offset = sum(other >= last if descends else other <= last for other in keys)
    return (number for _value, number in rows[offset:])


def _chunks(cards: BitMap) -> Iterator:
    """Querysets of these cards, a bounded number of keys each."""
    for start in range(0, len(cards), CHUNK):
        yield Edition.objects.filter(pk__in=one_of(cards[start : start + CHUNK])).order_by()


def _worked_out(query, snapshot: Snapshot) -> Answer:
    now = snapshot
    if query.as_of:
        snapshot = as_it_was(now, query.as_of)
    is_past = snapshot is not now
    # A copy for a past day: Snapshot.counts knows its own `all` and would answer with the totals of today.
    matched, is_checked, text = None, True, snapshot.all.copy() if is_past else snapshot.all
    if query.text:
        matched = match(snapshot, ROWS, read(query.text))
        text = matched.text
        if matched.checks and text:
            checked = confirmed(text, matched.checks, _texts)
            is_checked, text = checked is not None, text if checked is None else checked
    for key, value in query.ranges.items():
        answers = _updated_since_then if is_past and key == "updated_since" else RANGES[key]
        text = answers(snapshot, value, text)
    parts = {facet: snapshot.any_of(facet, values) for facet, values in query.facets.items()}
    return Answer(snapshot, text, parts, matched, is_checked, is_past)


def _texts(cards: BitMap) -> Iterator[tuple[int, str]]:
    for chunk in _chunks(cards):
        yield from chunk.values_list("pk", "search_text")


def _since_year(snapshot: Snapshot, year: int, cards: BitMap) -> BitMap:
    return cards & snapshot.any_of(
        LAST_YEAR, [y for y in snapshot.postings.get(LAST_YEAR, {}) if int(y) >= year]
    )


def _until_year(snapshot: Snapshot, year: int, cards: BitMap) -> BitMap:
    return cards & snapshot.any_of(
        FIRST_YEAR, [y for y in snapshot.postings.get(FIRST_YEAR, {}) if int(y) <= year]
    )


def _costs(snapshot: Snapshot) -> list[tuple[str, str]]:
    """The buckets of known costs, each with the start of the one above."""
    starts = sorted(start for start in snapshot.postings.get(COST, {}) if not start.startswith(UNKNOWN))
    return list(pairwise([*starts, UNKNOWN]))


def _cost_at_least(snapshot: Snapshot, least, cards: BitMap) -> BitMap:
    bound = cost_text(least)
    inside = [start for start, _above in _costs(snapshot) if start >= bound]
    edge = [start for start, above in _costs(snapshot) if start < bound < above]
    return _settled(snapshot, COST, inside, edge, cards, total_cost__gte=least)


def _cost_at_most(snapshot: Snapshot, most, cards: BitMap) -> BitMap:
    # Above every card of that very cost.
    bound = line_key(cost_text(most), LAST_NUMBER)
    inside = [start for start, above in _costs(snapshot) if above <= bound]
    edge = [start for start, above in _costs(snapshot) if start <= bound < above]
    return _settled(snapshot, COST, inside, edge, cards, total_cost__lte=most)


def _in_box(snapshot: Snapshot, box, cards: BitMap) -> BitMap:
    """Squares wholly in the box as they are; the points of those it cuts one by one."""
    west, east = ((side + EAST) * DEGREE for side in box[::2])
    south, north = ((side + NORTH) * DEGREE for side in box[1::2])
    inside, edge = [], []
    for start in snapshot.postings.get(CELL, {}):
        x, y, side = square(start)
        if x > east or y > north or x + side <= west or y + side <= south:
            continue
        is_inside = west <= x and x + side - 1 <= east and south <= y and y + side - 1 <= north
        (inside if is_inside else edge).append(start)
    ranges = {"longitude__range": (box[0], box[2]), "latitude__range": (box[1], box[3])}
    return _settled(snapshot, CELL, inside, edge, cards, **ranges)


def _settled(
    snapshot: Snapshot, kind: str, inside: list[str], edge: list[str], cards: BitMap, **condition
) -> BitMap:
    """Cards of the buckets that lie inside, and of those at the edge the ones the condition finds."""
    inner = cards & snapshot.any_of(kind, inside)
    for chunk in _chunks(cards & snapshot.any_of(kind, edge)):
        inner |= BitMap(chunk.filter(**condition).values_list("pk", flat=True))
    return inner


def _updated_since(snapshot: Snapshot, since, cards: BitMap) -> BitMap:
    """Numbers follow the order of publication: the first card since then tells where to begin."""
    fresh = Edition.objects.current().filter(published_at__gte=_moment(since)).order_by("published_at", "pk")
    first = fresh.values_list("pk", flat=True).first()
    return BitMap() if first is None else cards & BitMap(range(first, LAST_NUMBER))


def _updated_since_then(snapshot: Snapshot, since, cards: BitMap) -> BitMap:
    """The same among cards of which some are not current any more."""
    chunks = (chunk.filter(published_at__gte=_moment(since)) for chunk in _chunks(cards))
    return BitMap(number for fresh in chunks for number in fresh.values_list("pk", flat=True))


def _moment(since) -> datetime:
    moment = since if isinstance(since, datetime) else datetime.combine(since, time.min)
    return timezone.make_aware(moment) if timezone.is_naive(moment) else moment


def _score_at_least(snapshot: Snapshot, least, cards: BitMap) -> BitMap:
    scores = [score for score in snapshot.postings.get(SCORE, {}) if score]
    return cards & snapshot.any_of(SCORE, [score for score in scores if int(score) >= 10 * least])


RANGES = {
    "year_from": _since_year,
    "year_to": _until_year,
    "cost_min": _cost_at_least,
    "cost_max": _cost_at_most,
    "bbox": _in_box,
    "updated_since": _updated_since,
    "replicability_min": _score_at_least,
}
