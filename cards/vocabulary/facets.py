"""Facets, ranges and sorts of cards: names in the API and on pages, titles, closed lists of values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from cards.vocabulary.areas import AREA_CHOICES, AREAS
from cards.vocabulary.bands import BAND_NAMES, BAND_SLUGS
from cards.vocabulary.lists import SDG_CHOICES, FundingSource, Kind, Origin, Stage

PLACES = ("municipality", "province", "region")
# `(value, upper limit in euro, label)`; the last band has no limit.
COST_BANDS = (
    ("unknown", None, _("Non comunicato")),
    ("under_50k", 50_000, _("Meno di 50.000 €")),
    ("50k_250k", 250_000, _("Da 50.000 a 250.000 €")),
    ("250k_1m", 1_000_000, _("Da 250.000 a 1 milione di €")),
    ("1m_5m", 5_000_000, _("Da 1 a 5 milioni di €")),
    ("5m_20m", 20_000_000, _("Da 5 a 20 milioni di €")),
    ("over_20m", None, _("20 milioni di € o più")),
)


@dataclass(frozen=True)
class Facet:
    """A filter with counts. `key` is its name in the API, `page_name` in the addresses of pages.

    `labels` are those of a closed list, in its order; an open list has none. `slugs` and `aliases` are other
    spellings of values: in the addresses of pages, and in the query string of the API. `named` are labels of
    single values of an open list.
    """

    key: str
    page_name: str
    title: str
    about: str
    labels: Mapping[str, str] = field(default_factory=dict)
    slugs: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    named: Mapping[str, str] = field(default_factory=dict)

    def slug_of(self, value: str) -> str:
        """The value in the addresses of pages."""
        return self.slugs.get(value, value)

    def value_of(self, raw: str, *, page: bool) -> str | None:
        """The value of a parameter of a closed list; None where it has no such value."""
        if page and self.slugs:
            return next((value for value, slug in self.slugs.items() if slug == raw), None)
        value = self.aliases.get(raw, raw)
        return value if value in self.labels else None


@dataclass(frozen=True)
class Range:
    """A limit of a number, a day or a place. `key` is its name in the API, `page_name` on pages."""

    key: str
    page_name: str
    title: str
    about: str


def _by_key(rows: Iterable) -> dict:
    return {row.key: row for row in rows}


FACETS: dict[str, Facet] = _by_key(
    [
        Facet(
            "area",
            "area",
            _("Area"),
            _("Chiave dell’area"),
            dict(AREA_CHOICES),
            {area.key: area.slug for area in AREAS},
        ),
        Facet("municipality", "comune", _("Comune"), _("Codice catastale o ISTAT del Comune")),
        Facet("province", "provincia", _("Provincia"), _("Sigla della provincia")),
        Facet("region", "regione", _("Regione"), _("Codice ISTAT della regione")),
        Facet("stage", "stato", _("Stato"), _("Stato di avanzamento"), dict(Stage.choices)),
        Facet(
            "stage_year",
            "notizia",
            _("Quanto è recente la notizia"),
            _("Anno per cui lo stato di avanzamento è noto; unknown se nessuno l’ha detto"),
            named={"unknown": _("Senza anno")},
        ),
        Facet("kind", "tipo", _("Tipo"), _("Tipo"), dict(Kind.choices)),
        Facet("year", "anno", _("Anno"), _("Anno in cui il progetto è in corso")),
        Facet(
            "funding_source",
            "fonte",
            _("Fonte di finanziamento"),
            _("Fonte di finanziamento"),
            dict(FundingSource.choices),
        ),
        Facet(
            "cost_band",
            "costo",
            _("Costo"),
            _("Fascia di costo"),
            {value: label for value, _limit, label in COST_BANDS},
        ),
        Facet("technology", "tecnologia", _("Tecnologia"), _("Tecnologia")),
        Facet(
            "sdg",
            "obiettivo",
            _("Obiettivo di sviluppo sostenibile"),
            _("Numero dell’obiettivo di sviluppo sostenibile"),
            {str(number): label for number, label in SDG_CHOICES},
        ),
        Facet("origin", "origine", _("Origine"), _("Origine della scheda"), dict(Origin.choices)),
        Facet(
            "replicability_band",
            "replicabilita",
            _("Replicabilità"),
            _("Fascia di replicabilità"),
            BAND_NAMES,
            BAND_SLUGS,
        ),
        Facet(
            "adopted",
            "riusato",
            _("Riuso"),
            _("Già riusato altrove"),
            {"yes": _("Già riusato"), "no": _("Nessun riuso noto")},
            aliases={"true": "yes", "false": "no"},
        ),
    ]
)
RANGES: dict[str, Range] = _by_key(
    [
        Range("year_from", "anno_da", _("Dall’anno"), _("In corso da quest’anno in poi")),
        Range("year_to", "anno_a", _("Fino all’anno"), _("In corso fino a quest’anno")),
        Range("cost_min", "costo_min", _("Costo minimo"), _("Costo minimo in euro")),
        Range("cost_max", "costo_max", _("Costo massimo"), _("Costo massimo in euro")),
        Range(
            "bbox",
            "riquadro",
            _("Riquadro della mappa"),
            _("Riquadro: ovest,sud,est,nord in gradi WGS84"),
        ),
        Range(
            "updated_since",
            "aggiornati_dal",
            _("Aggiornati dal"),
            _("Pubblicati dal giorno o dal momento indicato"),
        ),
        Range(
            "replicability_min",
            "replicabilita_min",
            _("Replicabilità da"),
            _("Punteggio minimo di replicabilità, da 0 a 100; chi non è valutato resta fuori"),
        ),
    ]
)
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
