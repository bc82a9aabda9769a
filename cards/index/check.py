"""Compares the stored index with the terms of the current editions, block by block of their keys.

Memory holds the posting lists of one block, and of all blocks those short enough to be stored whole. For a
card whose change is not compacted yet, the log counts and not the stored list.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator

from django.db import transaction
from django.db.models import QuerySet
from pyroaring import BitMap

from cardindex.blocks import block_of, unpack
from cardindex.builder import KEYS
from cardindex.sort_keys import MOST, place
from cards.index import writer
from cards.models import IndexEntry

BATCH = 1_000
# kind → value → numbers of cards
Lists = dict[str, dict[str, array]]


@transaction.atomic
def differences() -> list[tuple[str, str, int, int]]:
    """`(kind, value, cards missing, cards too many)` of the terms where the stored index is wrong."""
    small, missing, extra, seen = _no_lists(), Counter(), Counter(), []
    uncompacted = writer.uncompacted()
    for key, delta in uncompacted.items():
        extra[key] = len(delta.come)

    def compare(kind: str, value: str, expected: array, stored: BitMap) -> None:
        """Called once for each block of each term."""
        key, expected = (kind, value), BitMap(expected)
        if delta := uncompacted.get(key):
            missing[key] += len(expected & delta.go)
            extra[key] -= len(expected & delta.come)
            logged = delta.come | delta.go
            expected, stored = expected - logged, stored - logged
        missing[key] += len(expected - stored)
        extra[key] += len(stored - expected)

    for part, sets in _blocks():
        seen.append(part)
        for kind, value, stored in _stored(IndexEntry.objects.filter(block=part)):
            compare(kind, value, sets[kind].pop(value, ()), stored)
        for kind, values in sets.items():
            for value, numbers in values.items():
                small[kind][value].extend(numbers)
    # Lists stored whole, and blocks without a current card.
    for kind, value, stored in _stored(IndexEntry.objects.exclude(block__in=seen)):
        compare(kind, value, small[kind].pop(value, ()), stored)
    for kind, values in small.items():
        for value, numbers in values.items():
            compare(kind, value, numbers, BitMap())
    return [(*key, missing[key], extra[key]) for key in sorted(+missing | +extra)]


def _no_lists() -> Lists:
    return defaultdict(lambda: defaultdict(lambda: array(KEYS)))


def _blocks() -> Iterator[tuple[int, Lists]]:
    """`(block, posting lists of its cards)`, by block; sort keys replaced by their stored buckets."""
    starts, sets, part = writer.boundaries(), _no_lists(), None
    for number, terms in writer.current_terms():
        if part not in (None, block_of(number)):
            yield part, sets
            sets = _no_lists()
        part = block_of(number)
        for kind, values in terms.items():
            known = sets[kind]
            for value in values if kind not in MOST else [place(starts[kind], value) for value in values]:
                known[value].append(number)
    if part is not None:
        yield part, sets


def _stored(rows: QuerySet) -> Iterator[tuple[str, str, BitMap]]:
    """`(kind, value, keys)` of the stored rows that are not empty."""
    rows = rows.exclude(data=b"").order_by()
    for kind, value, data in rows.values_list("kind", "value", "data").iterator(chunk_size=BATCH):
        yield kind, value, unpack(data)
