"""The terms of an edition in the index: words, facets, years, sizes of cost, sort keys."""

from decimal import Decimal

import orjson

from cardindex.builder import Terms, terms_of_text
from cardindex.sort_keys import CELL, COST, TITLE_KEY, UNKNOWN, line_key, point_key
from cards.vocabulary.bands import IN_EVALUATION

# Kinds of terms beside words, facets and the sort keys of cardindex.sort_keys: for ranges.
FIRST_YEAR, LAST_YEAR, PRIMARY_AREA = "first_year", "last_year", "primary_area"
# The order of magnitude of a cost, which unlike the buckets of its order does not depend on other cards.
COST_SIZE, COST_DIGITS = "cost_size", 3
# Live facets, and their values for cards without any.
BAND, ADOPTED, SCORE = "replicability_band", "adopted", "score"
# The year for which the stage is known, and the day (live) on which the body confirmed the card.
STAGE_YEAR, CONFIRMED = "stage_year", "confirmed"
DEFAULTS = {BAND: IN_EVALUATION, ADOPTED: "no", SCORE: "", STAGE_YEAR: "unknown"}


ORDER_FIELDS = ("title_key", "total_cost", "latitude", "longitude")
TERM_FIELDS = (
    *ORDER_FIELDS,
    "primary_area",
    "year_from",
    "year_to",
    "search_text",
    "facet_values",
    "live_values",
)


def terms_of(card) -> Terms:
    """The terms `{kind: values}` of an edition.

    Of TERM_FIELDS alone, so that the terms it was indexed under can be computed again to drop it.
    """
    terms = terms_of_text(*card.search_text.split("\n"))
    for facet, value in (*orjson.loads(card.facet_values), *orjson.loads(card.live_values)):
        terms.setdefault(facet, set()).add(value)
    if confirmed := terms.pop(CONFIRMED, None):
        terms[STAGE_YEAR] = {day[:4] for day in confirmed}
    for facet, value in DEFAULTS.items():
        terms.setdefault(facet, {value})
    first, last = card.year_from, card.year_to or card.year_from
    if last is None and (years := terms.get("year")):
        # Without dates, the year for which the stage is known.
        first = last = int(min(years))
    if first is not None:
        terms[FIRST_YEAR] = {f"{first:04d}"}
    if last is not None:
        terms[LAST_YEAR] = {f"{last:04d}"}
    if card.primary_area:
        terms[PRIMARY_AREA] = {card.primary_area}
    if card.total_cost is not None:
        terms[COST_SIZE] = {cost_size(card.total_cost)}
    return terms | {kind: {key} for kind, key in order_keys(card).items()}


def order_keys(card) -> dict[str, str]:
    """`{order: sort key}` of an edition (cardindex.sort_keys); a key never changes, its bucket may."""
    keys = line_keys(card.pk, card.title_key, card.total_cost)
    return keys if card.latitude is None else keys | {CELL: point_key(card.longitude, card.latitude)}


def line_keys(number: int, title_key: str, cost: Decimal | int | None) -> dict[str, str]:
    """The sort keys by title and cost."""
    return {
        TITLE_KEY: line_key(title_key, number),
        COST: line_key(UNKNOWN if cost is None else cost_text(cost), number),
    }


def cost_size(cost: Decimal | int) -> str:
    """The number of digits of a cost in euro and the first three of them: 14 million gives `08140`."""
    whole = str(int(cost))
    return f"{len(whole):02d}{whole[:COST_DIGITS]}"


def euro_of(size: str) -> int:
    """The least cost, in euro, of a `cost_size`."""
    return int(size[2:]) * 10 ** max(0, int(size[:2]) - COST_DIGITS)


def cost_text(cost: Decimal | int) -> str:
    """A cost in cents with fourteen digits: texts sort as amounts."""
    return f"{int(cost * 100):014d}"


def added_terms(before: Terms, after: Terms) -> Terms:
    """The terms of `after` that `before` lacks."""
    terms = {kind: set(values) - set(before.get(kind, ())) for kind, values in after.items()}
    return {kind: values for kind, values in terms.items() if values}
