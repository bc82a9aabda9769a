"""Facet counts with the words people read beside the codes."""

from collections.abc import Iterable, Mapping
from functools import cache
from operator import itemgetter

import orjson
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cards.search.results import Results
from cards.vocabulary.areas import AREA_CHOICES
from cards.vocabulary.bands import BAND_NAMES
from cards.vocabulary.facets import ADOPTED_LABELS
from cards.vocabulary.lists import SDG_CHOICES, FundingSource, Kind, Origin, Stage
from municipalities.search import PLACE_CACHE

PLACES = ("municipality", "province", "region")
RANK_BITS = 20
LAST_RANK = 2**RANK_BITS - 1
COST_BANDS = {
    "unknown": _("Non noto"),
    "under_50k": _("Meno di 50.000 €"),
    "50k_250k": _("Da 50.000 a 250.000 €"),
    "250k_1m": _("Da 250.000 a 1 milione di €"),
    "1m_5m": _("Da 1 a 5 milioni di €"),
    "5m_20m": _("Da 5 a 20 milioni di €"),
    "over_20m": _("20 milioni di € o più"),
}
LABELS = {
    "area": dict(AREA_CHOICES),
    "stage": dict(Stage.choices),
    "kind": dict(Kind.choices),
    "funding_source": dict(FundingSource.choices),
    "origin": dict(Origin.choices),
    "cost_band": COST_BANDS,
    "sdg": {str(number): label for number, label in SDG_CHOICES},
    "replicability_band": BAND_NAMES,
    "adopted": dict(ADOPTED_LABELS),
}


def most_frequent(cards: Results, facets: Iterable[str], limit: int) -> tuple[dict, dict[str, int]]:
    """`{facet: {value: count}}` of `limit` values at most, and `{facet: values left out}` where some are."""
    kept, left = {}, {}
    for facet in facets:
        pairs, total = cards.top(facet, limit)
        kept[facet] = dict(pairs)
        if total > len(pairs):
            left[facet] = total - len(pairs)
    return kept, left


def labelled(counts: Mapping[str, Mapping[str, int]]) -> dict[str, list[dict]]:
    """`{facet: {value: count}}` → `{facet: [{value, label, count}]}`, the most frequent first.

    Ties by label, then by value. One query for the names of all places, and only after one changed.
    """
    return {facet: _values(facet, values) for facet, values in counts.items()}


def spelled(counts: Mapping[str, Mapping[str, int]]) -> dict[str, list[dict] | orjson.Fragment]:
    """The same to be sent: lists of places, which may be of thousands, are spelled from lines at hand."""
    return {facet: _lines(facet, values) or _values(facet, values) for facet, values in counts.items()}


def _lines(facet: str, values: Mapping[str, int]) -> orjson.Fragment | None:
    """None where some value is no place that is known."""
    if facet not in PLACES:
        return None
    ranks, starts = _places(facet)
    if not ranks.keys() >= values.keys():
        return None
    # One number that sorts as wanted: the more cards the lower, then the order of the names.
    order = sorted([ranks[value] - (count << RANK_BITS) for value, count in values.items()])
    lines = [f"{starts[number & LAST_RANK]}{-(number >> RANK_BITS)}}}" for number in order]
    return orjson.Fragment(f"[{','.join(lines)}]")


def _places(level: str) -> tuple[dict[str, int], list[str]]:
    """Of the places of a level: `{code: rank by name and code}`, by rank the JSON before a count."""
    kept = PLACE_CACHE.namespace("facet_lines")
    if level not in kept:
        named = sorted((name, code) for (other, code), name in PLACE_CACHE.names().items() if other == level)
        ranks = {code: rank for rank, (_name, code) in enumerate(named)}
        rows = (orjson.dumps({"value": code, "label": name}).decode() for name, code in named)
        kept[level] = ranks, [f'{row[:-1]},"count":' for row in rows]
    return kept[level]


def _values(facet: str, values: Mapping[str, int]) -> list[dict]:
    if facet in PLACES:
        names = PLACE_CACHE.names()
        labels = {value: names.get((facet, value), value) for value in values}
    else:
        known = _words(facet, get_language())
        labels = {value: known.get(value, value) for value in values}
    told = sorted(zip(labels.values(), values, values.values(), strict=True))
    told.sort(key=itemgetter(2), reverse=True)
    return [{"value": value, "label": label, "count": count} for label, value, count in told]


@cache
def _words(facet: str, _language: str) -> dict[str, str]:
    return {value: str(label) for value, label in LABELS.get(facet, {}).items()}
