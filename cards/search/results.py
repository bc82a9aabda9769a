"""The cards that match a query: their number, facet counts, and rows in order.

Evaluated at the first use. One Results reads one version of the index.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import islice
from typing import Any, NamedTuple

import orjson
from django.db import router
from pyroaring import BitMap

from cardindex.matching import Match
from cardindex.snapshot import Snapshot
from cards.index.reader import STAMP, Rows, newest
from cards.index.terms import PRIMARY_AREA
from cards.models import Edition
from cards.reads import editions
from cards.search.ordering import BUCKETS, ascending, buckets, buckets_after, descending, newest_in
from cards.search.selection import Selection, select

BATCH = 500
HEAVY = ("document", "search_text", "facet_values")


@dataclass
class Results:
    """The current cards that match `query`, in its order."""

    query: Any

    @cached_property
    def _selection(self) -> Selection:
        return newest().query(Rows(STAMP.get()), partial(select, self.query))

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot of the index that everything is read from."""
        return self._selection.snapshot

    @property
    def numbers(self) -> BitMap:
        """The keys of the editions, as a set."""
        return self._selection.cards

    def count(self) -> int:
        return len(self._selection.cards)

    __len__ = count

    def facets(self, names: Iterable[str]) -> dict[str, dict[str, int]]:
        """`{facet: {value: cards}}`, each facet counted under all filters but its own."""
        return {name: self._selection.snapshot.counts(name, self._under(name)) for name in names}

    def top(self, facet: str, limit: int) -> tuple[list[tuple[str, int]], int]:
        """`([(value, cards)], number of values)` of one facet, most first, ties by value."""
        return self._selection.snapshot.top(facet, self._under(facet), limit)

    def shares(self, facet: str, values: Iterable[str]) -> dict[str, int]:
        """`{value: cards}` of these values of one facet, counted as in `facets`."""
        known, under = self.snapshot.postings.get(facet, {}), self._under(facet)
        return {
            value: under.intersection_cardinality(known[value]) if value in known else 0 for value in values
        }

    def _under(self, facet: str) -> BitMap:
        """The cards among which a facet is counted."""
        selection = self._selection
        return selection.without(facet) if facet in selection.parts else selection.cards

    def ids(self, offset: int = 0, limit: int | None = None) -> Iterator[int]:
        """Primary keys in order."""
        return islice(self._from(offset), limit)

    def after(self, number: int, tier: int) -> Iterator[int]:
        """Primary keys after edition `number` in the order, also when it is not current any more.

        `tier` is what `tier_of` gave for it. Raises LookupError for no such edition.
        """
        selection, sort = self._selection, self._sort
        if sort in BUCKETS:
            yield from buckets_after(selection, *BUCKETS[sort], number)
        elif sort == "published_at":
            yield from ascending(selection.cards, selection.cards.rank(number))
        else:
            for place, cards in enumerate(self._tiers()[tier:]):
                passed = len(cards) - cards.rank(number - 1) if place == 0 and number > 0 else 0
                yield from descending(cards, passed)

    def tier_of(self, number: int) -> int:
        """The tier of an edition in the order of relevance; 0 in every other order."""
        return next((place for place, cards in enumerate(self._tiers()) if number in cards), 0)

    def items_of(self, numbers: list[int]) -> list[str]:
        """The stored list items (JSON) of these editions. One query."""
        return editions.items(numbers, router.db_for_read(Edition))

    @property
    def version(self) -> str:
        """The token of the index version that was read."""
        return self._selection.snapshot.stamp.token

    def page(self, offset: int, limit: int) -> list[Edition]:
        """Cards in order, without their documents. One query."""
        return self._cards(list(self.ids(offset, limit)))

    def items(self) -> "Sliced":
        """The stored list items (JSON), to be sliced. One query for each slice."""
        return Sliced(self._items)

    def hits(self) -> "Sliced":
        """The columns that a list renders, to be sliced. One query for each slice."""
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

        Those of the same main area and a technology first, then of the area, then of a technology; in each,
        those of the municipalities `alike`, then of the same one, then of its province, then the newest.
        """
        snapshot = self._selection.snapshot
        tags = [value for facet, value in orjson.loads(card.facet_values) if facet == "technology"]
        area, technology = (
            snapshot.any_of(PRIMARY_AREA, [card.primary_area]),
            snapshot.any_of("technology", tags),
        )
        municipalities, provinces = (
            snapshot.postings.get("municipality", {}),
            snapshot.postings.get("province", {}),
        )
        near = (
            [municipalities[code] for code in alike if code in municipalities],
            [municipalities[code] for code in [card.municipality_code] if code in municipalities],
            [provinces[code] for code in [card.province_code] if code in provinces],
            [snapshot.all],
        )
        numbers: list[int] = []
        for cards in (area & technology, area, technology):
            for where in near:
                if len(numbers) < limit:
                    others = cards - BitMap([card.pk, *numbers])
                    numbers += islice(newest_in(others, where), limit - len(numbers))
        return self._hits_of(numbers)

    @property
    def match(self) -> Match | None:
        """How the words were searched; None without words."""
        return self._selection.match

    @property
    def forms(self) -> frozenset[str]:
        """The folded words of matching texts that a snippet marks."""
        return self.match.forms if self.match else frozenset()

    @property
    def corrections(self) -> Mapping[str, tuple[str, ...]]:
        """`{typed word: words searched in its place}` where no card holds the typed word."""
        return self.match.corrected if self.match else {}

    def alike(self, word: str, limit: int = 3) -> list[str]:
        """Words of the cards like one that none of them has; empty where some card has it or a slip of it."""
        terms = self.snapshot.terms
        return [] if terms.find(word).forms else terms.alike(word, limit)

    @property
    def held(self) -> tuple[int, int] | None:
        """`(expressions of the query that each card holds, all of them)`; None where cards hold all."""
        match = self.match
        return (match.held, match.units) if match and match.held < match.units else None

    @property
    def synonyms(self) -> Mapping[str, tuple[str, ...]]:
        """`{typed expression: others that were searched too}`."""
        return self.match.synonyms if self.match else {}

    @property
    def former(self) -> Mapping[str, str]:
        """`{code of a municipality: former name}` where its cards stand for the name that was searched."""
        return self._selection.former

    @property
    def phrases_are_checked(self) -> bool:
        """False when too many cards hold the words of a phrase to compare their order."""
        return self._selection.is_checked

    def _cards(self, numbers: list[int]) -> list[Edition]:
        cards = Edition.objects.defer(*HEAVY).in_bulk(numbers) if numbers else {}
        return [cards[number] for number in numbers]

    def _items(self, offset: int, limit: int) -> list[str]:
        return self.items_of(list(self.ids(offset, limit)))

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
        """`(length, keys from an offset)` of the consecutive parts of the order."""
        selection, sort = self._selection, self._sort
        if sort in BUCKETS:
            yield from buckets(selection, *BUCKETS[sort])
        elif sort == "published_at":
            yield len(selection.cards), partial(ascending, selection.cards)
        else:
            for cards in self._tiers():
                yield len(cards), partial(descending, cards)

    @property
    def _sort(self) -> str:
        return self.query.sort or ("relevance" if self.query.text else "-published_at")

    def _tiers(self) -> list[BitMap]:
        """The tiers of the order of relevance, most relevant first; one of all cards in any other order."""
        selection = self._selection
        is_ranked = self._sort == "relevance" and selection.match
        return [*selection.match.within(selection.cards).tiers] if is_ranked else [selection.cards]


class Hit(NamedTuple):
    """The columns of an edition that a list renders."""

    pk: int
    item: str
    live_values: str


@dataclass(frozen=True)
class Sliced:
    """A list read slice by slice: `fetch(offset, limit)`."""

    fetch: Callable[[int, int], list]

    def __getitem__(self, part: slice) -> list:
        return self.fetch(part.start or 0, part.stop - (part.start or 0))


def _window(part: slice, results: Results) -> tuple[int, int]:
    start = part.start or 0
    return start, (results.count() if part.stop is None else part.stop) - start
