"""The cards that match a query, as sets of keys: words, ranges and facets over one snapshot of the index."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import cached_property, reduce
from itertools import pairwise

from django.utils import timezone
from pyroaring import BitMap

from cardindex.analysis import read
from cardindex.matching import Match, confirmed, match
from cardindex.snapshot import Snapshot
from cardindex.sort_keys import CELL, COST, DEGREE, EAST, NORTH, UNKNOWN, line_key, square
from cards.index.reader import ROWS
from cards.index.terms import FIRST_YEAR, LAST_YEAR, SCORE, cost_text
from cards.models import Edition
from cards.reads.keys import key_list
from cards.search.as_of import snapshot_as_of, snapshot_before
from cards.search.codes import card_with, joined
from cards.search.synonyms import thesaurus
from municipalities.names import formerly

CHUNK = 5_000
LAST_NUMBER = 2**32


@dataclass(frozen=True)
class Selection:
    """Cards that match a query: `text` its words and ranges, `parts` each facet, `cards` all of them.

    `former` is `{code in force: former name}` where the words are the name of a municipality that is no more,
    and the cards are those of the one that it is part of. `is_checked` is False when too many cards hold the
    words of a phrase to compare their order.
    """

    snapshot: Snapshot
    text: BitMap
    parts: Mapping[str, BitMap]
    match: Match | None = None
    is_checked: bool = True
    is_as_of: bool = False
    former: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def cards(self) -> BitMap:
        return self.without("")

    def without(self, facet: str) -> BitMap:
        """Cards that match all filters but those of one facet."""
        parts = [part for other, part in self.parts.items() if other != facet]
        # Posting lists are subsets of `all`: an intersection would only copy.
        if not parts or self.text is not self.snapshot.all:
            parts.append(self.text)
        return reduce(BitMap.__and__, parts)


def select(query, snapshot: Snapshot) -> Selection:
    """Evaluate a ProjectQuery over the snapshot, or over that of `query.as_of`. Raises TooManyReplaced."""
    current = snapshot
    if query.as_of:
        snapshot = snapshot_as_of(current, query.as_of)
    elif query.newest is not None:
        snapshot = snapshot_before(current, query.newest)
    is_as_of = snapshot is not current
    # A copy for a past day: Snapshot.counts recognises its own `all` and would give the totals of now.
    former: Mapping[str, str] = {}
    matched, is_checked, text = None, True, snapshot.all.copy() if is_as_of else snapshot.all
    if query.text:
        matched = match(snapshot, ROWS, read(joined(query.text)), thesaurus())
        text = matched.text
        if matched.checks and text:
            checked = confirmed(text, matched.checks, _texts)
            is_checked, text = checked is not None, text if checked is None else checked
        if (exact := card_with(query.text)) is not None:
            # A code is of one card: the words of it say nothing.
            matched, text = matched.led_by(exact), exact & snapshot.all
        elif not text:
            former, text = _of_former_municipality(snapshot, query.text)
            matched = matched.led_by(text)
    for key, value in query.ranges.items():
        in_range = _updated_since_as_of if is_as_of and key == "updated_since" else RANGES[key]
        text = in_range(snapshot, value, text)
    if query.unreadable:
        text = BitMap()
    parts = {facet: snapshot.any_of(facet, values) for facet, values in query.facets.items()}
    return Selection(snapshot, text, parts, matched, is_checked, is_as_of, former)


def _of_former_municipality(snapshot: Snapshot, text: str) -> tuple[Mapping[str, str], BitMap]:
    """`({code in force: former name}, their cards)` where the text is the name of a former municipality."""
    former = formerly(text, is_whole=True)
    return former, snapshot.any_of("municipality", former) & snapshot.all


def _texts(cards: BitMap) -> Iterator[tuple[int, str]]:
    for chunk in chunks(cards):
        yield from chunk.values_list("pk", "search_text")


def chunks(cards: BitMap) -> Iterator:
    """Querysets of these editions, CHUNK keys each."""
    for start in range(0, len(cards), CHUNK):
        yield Edition.objects.filter(pk__in=key_list(cards[start : start + CHUNK])).order_by()


def _since_year(snapshot: Snapshot, year: int, cards: BitMap) -> BitMap:
    return cards & snapshot.any_of(
        LAST_YEAR, [y for y in snapshot.postings.get(LAST_YEAR, {}) if int(y) >= year]
    )


def _until_year(snapshot: Snapshot, year: int, cards: BitMap) -> BitMap:
    return cards & snapshot.any_of(
        FIRST_YEAR, [y for y in snapshot.postings.get(FIRST_YEAR, {}) if int(y) <= year]
    )


def _costs(snapshot: Snapshot) -> list[tuple[str, str]]:
    """`(start, start of the next)` of the buckets of known costs."""
    starts = sorted(start for start in snapshot.postings.get(COST, {}) if not start.startswith(UNKNOWN))
    return list(pairwise([*starts, UNKNOWN]))


def _cost_at_least(snapshot: Snapshot, least, cards: BitMap) -> BitMap:
    bound = cost_text(least)
    inside = [start for start, _above in _costs(snapshot) if start >= bound]
    edge = [start for start, above in _costs(snapshot) if start < bound < above]
    return _refined(snapshot, COST, inside, edge, cards, total_cost__gte=least)


def _cost_at_most(snapshot: Snapshot, most, cards: BitMap) -> BitMap:
    # Above every edition of exactly that cost.
    bound = line_key(cost_text(most), LAST_NUMBER)
    inside = [start for start, above in _costs(snapshot) if above <= bound]
    edge = [start for start, above in _costs(snapshot) if start <= bound < above]
    return _refined(snapshot, COST, inside, edge, cards, total_cost__lte=most)


def _in_box(snapshot: Snapshot, box, cards: BitMap) -> BitMap:
    """Cards of the squares inside the box; of the squares on its edge those whose point is in it."""
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
    return _refined(snapshot, CELL, inside, edge, cards, **ranges)


def _refined(
    snapshot: Snapshot, kind: str, inside: list[str], edge: list[str], cards: BitMap, **condition
) -> BitMap:
    """Cards of the buckets inside a range, and of those on its edge the ones that meet the condition."""
    inner = cards & snapshot.any_of(kind, inside)
    for chunk in chunks(cards & snapshot.any_of(kind, edge)):
        inner |= BitMap(chunk.filter(**condition).values_list("pk", flat=True))
    return inner


def _updated_since(snapshot: Snapshot, since, cards: BitMap) -> BitMap:
    """Keys follow the order of publication: all from the first edition published since."""
    fresh = Edition.objects.current().filter(published_at__gte=_moment(since)).order_by("published_at", "pk")
    first = fresh.values_list("pk", flat=True).first()
    return BitMap() if first is None else cards & BitMap(range(first, LAST_NUMBER))


def _updated_since_as_of(snapshot: Snapshot, since, cards: BitMap) -> BitMap:
    """The same among editions of a past day, of which some are not current now."""
    fresh = (chunk.filter(published_at__gte=_moment(since)) for chunk in chunks(cards))
    return BitMap(number for rows in fresh for number in rows.values_list("pk", flat=True))


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
