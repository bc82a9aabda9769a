"""The index as it was at the end of a day: that of now, without later cards and with those since replaced.

Nothing is stored: the index of a past day is put together when it is asked for, and the last few are kept.
"""

import sys
import threading
from collections import OrderedDict, defaultdict
from datetime import date

from django.utils import timezone
from pyroaring import BitMap

from cardindex.deltas import Entry
from cardindex.postings import Postings
from cardindex.snapshot import ALL, EVERY, TEXT, WORD_KINDS, Snapshot
from cardindex.sort_keys import ROOTS, place, with_roots
from cards.index.terms import TERM_FIELDS, terms_of
from cards.models import Edition
from cards.reads.as_of import replaced_since
from lib.dates import end_of

MAX_REPLACED, CACHED_DAYS, BATCH = 20_000, 4, 1_000
LAST_VERSION = sys.maxsize


class TooManyReplaced(Exception):
    """More cards were replaced since that day than can be put back while somebody waits."""


SNAPSHOTS: OrderedDict[tuple, Snapshot] = OrderedDict()
_lock = threading.Lock()


def snapshot_as_of(snapshot: Snapshot, day: date) -> Snapshot:
    """The snapshot at the end of `day`; the one given for today and later. Raises TooManyReplaced."""
    if day >= timezone.localdate():
        return snapshot
    key = (snapshot.stamp, day)
    with _lock:
        found = SNAPSHOTS.get(key)
    if found is None:
        found = _build(snapshot, day)
        with _lock:
            SNAPSHOTS[key] = found
            while len(SNAPSHOTS) > CACHED_DAYS:
                SNAPSHOTS.popitem(last=False)
    return found


def _bucket(snapshot: Snapshot, kind: str, value: str) -> str:
    """The value under which the index of now would hold a card: in an order the bucket, else the value."""
    return place(with_roots(kind, snapshot.postings.get(kind, {})), value) if kind in ROOTS else value


def _build(snapshot: Snapshot, day: date) -> Snapshot:
    numbers, terms = BitMap(), defaultdict(BitMap)
    for card in replaced_since(day).only("pk", *TERM_FIELDS).iterator(chunk_size=BATCH):
        numbers.add(card.pk)
        if len(numbers) > MAX_REPLACED:
            raise TooManyReplaced
        for kind, values in terms_of(card).items():
            for value in values:
                terms[kind, _bucket(snapshot, kind, value)].add(card.pk)
    later = Edition.objects.current().filter(published_at__gte=end_of(day)).values_list("pk", flat=True)
    everything = (snapshot.all - BitMap(later.iterator(chunk_size=BATCH))) | numbers
    sets = {kind: known.copy() for kind, known in snapshot.postings.items()}
    for (kind, value), cards in terms.items():
        if kind not in WORD_KINDS:
            known = sets.setdefault(kind, Postings())
            known[value] = known.get(value, BitMap()) | cards
    # Facets are counted by meeting with the cards of the day, so that only `all` need be exact.
    sets[ALL] = Postings({EVERY: everything})
    # Stored sets of words do not hold the cards of that day that were replaced since.
    changes = {key: (cards, ()) for key, cards in terms.items() if key[0] in WORD_KINDS}
    uncompacted = snapshot.uncompacted.after([Entry(LAST_VERSION, "", changes)], WORD_KINDS)
    forms = {value for kind, value in terms if kind == TEXT}
    dictionary = snapshot.terms.renewed(forms, set())
    return Snapshot(snapshot.stamp, sets, dictionary, uncompacted=uncompacted, starts=snapshot.starts)
