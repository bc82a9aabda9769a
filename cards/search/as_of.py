"""Snapshots of the index of the past: the current one, less later editions, plus those replaced since.

Of the end of a day, or of the moment when an edition was the newest one, for cursors.

Computed on request; the last CACHED_DAYS are cached in the process.
"""

import sys
import threading
from collections import OrderedDict, defaultdict
from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone
from pyroaring import BitMap

from cardindex.deltas import Entry
from cardindex.postings import Postings
from cardindex.snapshot import ALL, EVERY, TEXT, WORD_KINDS, Snapshot
from cardindex.sort_keys import ROOTS, place, with_roots
from cards.index.terms import TERM_FIELDS, terms_of
from cards.models import Edition
from cards.reads.as_of import replaced_after, replaced_since
from lib.dates import end_of

MAX_REPLACED, CACHED_DAYS, BATCH = 20_000, 4, 1_000
LAST_VERSION = sys.maxsize


class TooManyReplaced(Exception):
    """More than MAX_REPLACED editions were replaced since then: too many to index during a request."""


SNAPSHOTS: OrderedDict[tuple, Snapshot] = OrderedDict()
_lock = threading.Lock()


def snapshot_as_of(snapshot: Snapshot, day: date) -> Snapshot:
    """The snapshot at the end of `day`; the given one for today and later. Raises TooManyReplaced."""
    if day >= timezone.localdate():
        return snapshot
    return _cached(snapshot, day, replaced_since(day), Q(published_at__gte=end_of(day)))


def snapshot_before(snapshot: Snapshot, newest: int) -> Snapshot:
    """The snapshot when edition `newest` was the last one published; the given one while it is.

    Cards withdrawn since are left out. Raises TooManyReplaced.
    """
    if not snapshot.all or snapshot.all.max() <= newest:
        return snapshot
    return _cached(snapshot, newest, replaced_after(newest), Q(pk__gt=newest))


def _cached(snapshot: Snapshot, moment: date | int, replaced: QuerySet, later: Q) -> Snapshot:
    key = (snapshot.stamp, moment)
    with _lock:
        past = SNAPSHOTS.get(key)
    if past is None:
        past = _build(snapshot, replaced, later)
        with _lock:
            SNAPSHOTS[key] = past
            while len(SNAPSHOTS) > CACHED_DAYS:
                SNAPSHOTS.popitem(last=False)
    return past


def _bucket(snapshot: Snapshot, kind: str, value: str) -> str:
    """The value of a posting list of the current index: of a sort key its bucket, else the value itself."""
    return place(with_roots(kind, snapshot.postings.get(kind, {})), value) if kind in ROOTS else value


def _build(snapshot: Snapshot, replaced: QuerySet, is_later: Q) -> Snapshot:
    """The snapshot with the `replaced` editions, without the current ones that are later."""
    numbers, terms = BitMap(), defaultdict(BitMap)
    for card in replaced.only("pk", *TERM_FIELDS).iterator(chunk_size=BATCH):
        numbers.add(card.pk)
        if len(numbers) > MAX_REPLACED:
            raise TooManyReplaced
        for kind, values in terms_of(card).items():
            for value in values:
                terms[kind, _bucket(snapshot, kind, value)].add(card.pk)
    later = Edition.objects.current().filter(is_later).values_list("pk", flat=True)
    everything = (snapshot.all - BitMap(later.iterator(chunk_size=BATCH))) | numbers
    postings = {kind: lists.copy() for kind, lists in snapshot.postings.items()}
    for (kind, value), cards in terms.items():
        if kind not in WORD_KINDS:
            lists = postings.setdefault(kind, Postings())
            lists[value] = lists.get(value, BitMap()) | cards
    # Facet counts intersect with `all`: the other posting lists may hold later editions.
    postings[ALL] = Postings({EVERY: everything})
    # Posting lists of words are read from the database and lack the editions replaced since: add them.
    changes = {key: (cards, ()) for key, cards in terms.items() if key[0] in WORD_KINDS}
    uncompacted = snapshot.uncompacted.after([Entry(LAST_VERSION, "", changes)], WORD_KINDS)
    forms = {value for kind, value in terms if kind == TEXT}
    dictionary = snapshot.terms.renewed(forms, set())
    return Snapshot(snapshot.stamp, postings, dictionary, uncompacted=uncompacted, starts=snapshot.starts)
