"""Labels of the values of facets, in the reader's language."""

from functools import cache

from django.utils.translation import get_language

from cards.vocabulary.facets import FACETS, PLACES
from municipalities.search import PLACE_CACHE


def labels_of(facet: str, values) -> dict[str, str]:
    """`{value: label}` of the values of a facet; of a closed list the labels of all, in its order."""
    if facet in PLACES:
        names = PLACE_CACHE.names()
        return {value: names[facet, value] for value in values if (facet, value) in names}
    if labels := _closed_labels(facet, get_language()):
        return labels
    named = FACETS[facet].named if facet in FACETS else {}
    return {value: str(named.get(value, value)) for value in values}


@cache
def _closed_labels(facet: str, _language: str) -> dict[str, str]:
    """The labels of a closed list, in its order; none for an open one."""
    return {value: str(label) for value, label in FACETS[facet].labels.items()}
