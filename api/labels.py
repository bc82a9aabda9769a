"""Facet counts with the label of each value."""

from collections.abc import Iterable, Mapping
from operator import itemgetter

import orjson

from cards.search.results import Results
from cards.vocabulary.facets import FACETS, PLACES
from municipalities.search import PLACE_CACHE

RANK_BITS = 20
LAST_RANK = 2**RANK_BITS - 1


def most_frequent(cards: Results, facets: Iterable[str], limit: int) -> tuple[dict, dict[str, int]]:
    """`{facet: {value: count}}` of `limit` values at most, and `{facet: values left out}` where some are."""
    counts, omitted = {}, {}
    for facet in facets:
        pairs, total = cards.top(facet, limit)
        counts[facet] = dict(pairs)
        if total > len(pairs):
            omitted[facet] = total - len(pairs)
    return counts, omitted


def labelled(counts: Mapping[str, Mapping[str, int]]) -> dict[str, list[dict]]:
    """`{facet: {value: count}}` → `{facet: [{value, label, count}]}`, the most frequent first.

    Ties by label, then by value. One query for the names of all places, and only after one changed.
    """
    return {facet: _values(facet, values) for facet, values in counts.items()}


def labelled_json(counts: Mapping[str, Mapping[str, int]]) -> dict[str, list[dict] | orjson.Fragment]:
    """As `labelled`, for a JSON response: lists of places, which may hold thousands, as JSON fragments.

    The part of each entry before its count is cached until a place changes.
    """
    return {facet: _fragment(facet, values) or _values(facet, values) for facet, values in counts.items()}


def _fragment(facet: str, values: Mapping[str, int]) -> orjson.Fragment | None:
    """The JSON list of a facet of places; None for other facets, and where a value is not a known place."""
    if facet not in PLACES:
        return None
    ranks, starts = _places(facet)
    if not ranks.keys() >= values.keys():
        return None
    # One number to sort by: more cards first, then by name.
    order = sorted([ranks[value] - (count << RANK_BITS) for value, count in values.items()])
    entries = [f"{starts[number & LAST_RANK]}{-(number >> RANK_BITS)}}}" for number in order]
    return orjson.Fragment(f"[{','.join(entries)}]")


def _places(level: str) -> tuple[dict[str, int], list[str]]:
    """Of the places of a level: `{code: rank by name and code}`, and by rank the JSON before the count."""
    cached = PLACE_CACHE.namespace("facet_lines")
    if level not in cached:
        named = sorted((name, code) for (other, code), name in PLACE_CACHE.names().items() if other == level)
        ranks = {code: rank for rank, (_name, code) in enumerate(named)}
        rows = (orjson.dumps({"value": code, "label": name}).decode() for name, code in named)
        cached[level] = ranks, [f'{row[:-1]},"count":' for row in rows]
    return cached[level]


def _values(facet: str, values: Mapping[str, int]) -> list[dict]:
    if facet in PLACES:
        names = PLACE_CACHE.names()
        labels = {value: names.get((facet, value), value) for value in values}
    else:
        known = FACETS[facet].labels
        labels = {value: str(known.get(value, value)) for value in values}
    rows = sorted(zip(labels.values(), values, values.values(), strict=True))
    rows.sort(key=itemgetter(2), reverse=True)
    return [{"value": value, "label": label, "count": count} for label, value, count in rows]
