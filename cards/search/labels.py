"""Labels of the values of facets, in the reader's language."""

from functools import cache

from django.utils.translation import get_language

from cards.vocabulary.areas import AREA_BY_KEY
from cards.vocabulary.bands import BAND_NAMES
from cards.vocabulary.facets import ADOPTED_LABELS, COST_BAND_LABELS, PLACES
from cards.vocabulary.lists import SDG_CHOICES, FundingSource, Kind, Origin, Stage
from municipalities.search import PLACE_CACHE


def labels_of(facet: str, values) -> dict[str, str]:
    """`{value: label}` of the values of a facet; of a closed list the labels of all, in its order."""
    if facet in PLACES:
        names = PLACE_CACHE.names()
        return {value: names[facet, value] for value in values if (facet, value) in names}
    return _closed_labels(facet, get_language()) or {value: value for value in values}


@cache
def _closed_labels(facet: str, _language: str) -> dict[str, str]:
    """The labels of a closed list, in its order; none for an open one."""
    closed = {
        "stage": Stage.choices,
        "kind": Kind.choices,
        "funding_source": FundingSource.choices,
        "origin": Origin.choices,
        "cost_band": COST_BAND_LABELS,
        "area": [(a.key, a.name) for a in AREA_BY_KEY.values()],
        "sdg": [(str(number), label) for number, label in SDG_CHOICES],
        "replicability_band": BAND_NAMES.items(),
        "adopted": ADOPTED_LABELS,
    }
    return {key: str(label) for key, label in closed.get(facet, ())}
