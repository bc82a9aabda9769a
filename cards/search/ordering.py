"""Sort orders of the cards that match a query, read a stretch at a time.

The index stores an order as buckets, each a range of sort keys: buckets are known in order, the cards
within one are sorted when a page falls into it.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from operator import itemgetter

import orjson
from pyroaring import BitMap

from cardindex.sort_keys import COST, TITLE_KEY, UNKNOWN, place, with_roots
from cards.index.terms import ORDER_FIELDS, SCORE, order_keys
from cards.models import Edition
from cards.search.selection import CHUNK, Selection, chunks

BATCH, STRETCH = 500, 250
# sort → (kind of its buckets, column, whether it descends)
BUCKETS = {
    "title": (TITLE_KEY, "title_key", False),
    "-title": (TITLE_KEY, "title_key", True),
    "cost": (COST, "total_cost", False),
    "-cost": (COST, "total_cost", True),
    "replicability": (SCORE, "", True),
}


def ascending(cards: BitMap, offset: int) -> Iterator[int]:
    """Keys from the oldest, CHUNK at a time in memory."""
    for start in range(offset, len(cards), CHUNK):
        yield from cards[start : start + CHUNK]


def descending(cards: BitMap, offset: int) -> Iterator[int]:
    """Keys from the newest, BATCH at a time in memory."""
    for stop in range(len(cards) - offset, 0, -BATCH):
        yield from reversed(cards[max(0, stop - BATCH) : stop].to_array())


def newest_in(cards: BitMap, places: list[BitMap]) -> Iterator[int]:
    """The cards that are in one of `places`, newest first.

    Read in stretches, each longer: the union of hundreds of places takes longer than its first cards.
    """
    stop, size = len(cards), STRETCH
    while stop > 0:
        stretch = cards[max(0, stop - size) : stop]
        met = (stretch & place for place in places if stretch.intersect(place))
        yield from reversed(BitMap.union(BitMap(), *met).to_array())
        stop, size = stop - size, size * 8


def buckets(selection: Selection, kind: str, column: str, descends: bool) -> Iterator[tuple[int, Callable]]:
    """`(size, keys from an offset)` of each bucket in order; cards without the value come last."""
    known, is_all = selection.snapshot.postings.get(kind, {}), selection.cards is selection.snapshot.all
    for value in sorted(known, key=partial(_rank, descends), reverse=descends):
        size = len(known[value]) if is_all else selection.cards.intersection_cardinality(known[value])
        if size and kind == SCORE:
            # A bucket is one score: newest first, and no row is read.
            yield size, partial(descending, known[value] & selection.cards)
        elif size:
            yield size, partial(_sorted, known[value] & selection.cards, column, descends)


def _rank(descends: bool, value: str) -> tuple[bool, str]:
    """Sort key of a bucket: unknown values come last in both directions."""
    return value.startswith(UNKNOWN) != descends, value


def buckets_after(selection: Selection, kind: str, column: str, descends: bool, number: int) -> Iterator[int]:
    """The keys after edition `number` in the order of `buckets`. Raises LookupError for no such edition."""
    known = selection.snapshot.postings.get(kind, {})
    own, value = _bucket_of(known, kind, column, number)
    for bucket in sorted(known, key=partial(_rank, descends), reverse=descends):
        cards = known[bucket] & selection.cards
        first, second = _rank(descends, bucket), _rank(descends, own)
        is_next = first < second if descends else first > second
        if not cards or not (is_next or bucket == own):
            continue
        if kind == SCORE:
            yield from descending(cards, 0 if is_next else len(cards) - cards.rank(number - 1))
        else:
            yield from _sorted(cards, column, descends, 0, None if is_next else (value, number))


def _bucket_of(known: Mapping, kind: str, column: str, number: int) -> tuple[str, object]:
    """`(bucket, value)` of one edition in an order. Raises LookupError for no such edition."""
    card = Edition.objects.only(*ORDER_FIELDS, "live_values").filter(pk=number).first()
    if card is None:
        raise LookupError(number)
    if kind == SCORE:
        score = dict(orjson.loads(card.live_values)).get(SCORE, "")
        return score, score
    return place(with_roots(kind, known), order_keys(card)[kind]), getattr(card, column)


def _sorted(cards: BitMap, column: str, descends: bool, offset: int, after=None) -> Iterator[int]:
    rows = [row for chunk in chunks(cards) for row in chunk.values_list(column, "pk")]
    # A bucket holds values or nulls, never both; nulls are sorted by key.
    key = None if rows[0][0] is not None else itemgetter(1)
    rows.sort(key=key, reverse=descends)
    if after:
        last = key(after) if key else after
        keys = ((key(row) if key else row) for row in rows)
        offset = sum(other >= last if descends else other <= last for other in keys)
    return (number for _value, number in rows[offset:])
