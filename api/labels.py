"""Facet counts with the words people read beside the codes."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from municipalities.models import Territory
from projects.areas import AREA_CHOICES
from projects.replicability.criteria import BAND_NAMES
from projects.search import ADOPTED_LABELS
from projects.vocabulary import SDG_CHOICES, FundingSource, Kind, Origin, Stage

PLACES = ("municipality", "province", "region")
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


def most_frequent(counts: Mapping[str, Mapping[str, int]], limit: int) -> tuple[dict, dict[str, int]]:
    """At most `limit` values of each facet, and `{facet: values left out}` where there were more."""
    kept = {
        facet: dict(sorted(values.items(), key=lambda pair: (-pair[1], pair[0]))[:limit])
        for facet, values in counts.items()
    }
    left = {facet: len(values) - len(kept[facet]) for facet, values in counts.items()}
    return kept, {facet: number for facet, number in left.items() if number}


def labelled(counts: Mapping[str, Mapping[str, int]]) -> dict[str, list[dict]]:
    """`{facet: {value: count}}` → `{facet: [{value, label, count}]}`, the most frequent first.

    One query for the names of all places, none when there are no places.
    """
    wanted = {value for facet in PLACES for value in counts.get(facet, ())}
    names = {}
    if wanted:
        places = Territory.objects.filter(code__in=wanted).values_list("level", "code", "name")
        names = {(level, code): name for level, code, name in places}
    return {facet: _values(facet, values, names) for facet, values in counts.items()}


def _values(facet: str, values: Mapping[str, int], names: Mapping) -> list[dict]:
    known = LABELS.get(facet, {})
    told = [
        {"value": value, "label": str(names.get((facet, value)) or known.get(value, value)), "count": count}
        for value, count in values.items()
    ]
    return sorted(told, key=lambda row: (-row["count"], row["label"], row["value"]))
