"""Facets, ranges and sorts of cards: names in API and pages, titles, closed lists."""

from django.utils.translation import gettext_lazy

from cards.vocabulary.bands import BAND_NAMES, BAND_SLUGS
from cards.vocabulary.lists import SDG_CHOICES, FundingSource, Kind, Origin, Stage

COST_BANDS = (
    ("unknown", None),
    ("under_50k", 50_000),
    ("50k_250k", 250_000),
    ("250k_1m", 1_000_000),
    ("1m_5m", 5_000_000),
    ("5m_20m", 20_000_000),
    ("over_20m", None),
)
FACETS = (
    "area",
    "municipality",
    "province",
    "region",
    "stage",
    "kind",
    "year",
    "funding_source",
    "cost_band",
    "technology",
    "sdg",
    "origin",
    "replicability_band",
    "adopted",
)


# name in the API → name on pages
FACET_NAMES = {
    "area": "area",
    "municipality": "comune",
    "province": "provincia",
    "region": "regione",
    "stage": "stato",
    "kind": "tipo",
    "year": "anno",
    "funding_source": "fonte",
    "cost_band": "costo",
    "technology": "tecnologia",
    "sdg": "obiettivo",
    "origin": "origine",
    "replicability_band": "replicabilita",
    "adopted": "riusato",
}
RANGE_NAMES = {
    "year_from": "anno_da",
    "year_to": "anno_a",
    "cost_min": "costo_min",
    "cost_max": "costo_max",
    "bbox": "riquadro",
    "updated_since": "aggiornati_dal",
    "replicability_min": "replicabilita_min",
}
# Booleans of the API as values of facets.
YES_OR_NO = {"true": "yes", "false": "no"}
# name in the API → name on pages
SORTS = {
    "-published_at": "recenti",
    "published_at": "meno_recenti",
    "title": "titolo",
    "-title": "titolo_inverso",
    "cost": "costo_crescente",
    "-cost": "costo_decrescente",
    "relevance": "pertinenza",
    "replicability": "replicabilita",
}
BAND_BY_SLUG = {slug: band for band, slug in BAND_SLUGS.items()}
CLOSED = {
    "stage": set(Stage.values),
    "kind": set(Kind.values),
    "funding_source": set(FundingSource.values),
    "origin": set(Origin.values),
    "cost_band": {key for key, _limit in COST_BANDS},
    "sdg": {str(number) for number, _label in SDG_CHOICES},
    "replicability_band": set(BAND_NAMES),
    "adopted": {"yes", "no"},
}


PLACES = ("municipality", "province", "region")
COST_BAND_LABELS = [
    ("unknown", gettext_lazy("Non comunicato")),
    ("under_50k", gettext_lazy("Meno di 50.000 €")),
    ("50k_250k", gettext_lazy("Da 50.000 a 250.000 €")),
    ("250k_1m", gettext_lazy("Da 250.000 a 1 milione di €")),
    ("1m_5m", gettext_lazy("Da 1 a 5 milioni di €")),
    ("5m_20m", gettext_lazy("Da 5 a 20 milioni di €")),
    ("over_20m", gettext_lazy("20 milioni di € o più")),
]
ADOPTED_LABELS = [("yes", gettext_lazy("Già riusato")), ("no", gettext_lazy("Nessun riuso noto"))]
FACET_TITLES = {
    "area": gettext_lazy("Area"),
    "municipality": gettext_lazy("Comune"),
    "province": gettext_lazy("Provincia"),
    "region": gettext_lazy("Regione"),
    "stage": gettext_lazy("Stato"),
    "kind": gettext_lazy("Tipo"),
    "year": gettext_lazy("Anno"),
    "funding_source": gettext_lazy("Fonte di finanziamento"),
    "cost_band": gettext_lazy("Costo"),
    "technology": gettext_lazy("Tecnologia"),
    "sdg": gettext_lazy("Obiettivo di sviluppo sostenibile"),
    "origin": gettext_lazy("Origine"),
    "replicability_band": gettext_lazy("Replicabilità"),
    "adopted": gettext_lazy("Riuso"),
}


RANGE_TITLES = {
    "year_from": gettext_lazy("Dall’anno"),
    "year_to": gettext_lazy("Fino all’anno"),
    "cost_min": gettext_lazy("Costo minimo"),
    "cost_max": gettext_lazy("Costo massimo"),
    "bbox": gettext_lazy("Riquadro della mappa"),
    "updated_since": gettext_lazy("Aggiornati dal"),
    "replicability_min": gettext_lazy("Replicabilità da"),
}
