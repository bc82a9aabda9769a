"""Finding cards: one parser of the query string for page, API, feed and dataset.

Pages speak Italian parameters and slugs, the API English keys; both become one ProjectQuery.
"""

import re
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.db.models import Q
from django.http import QueryDict
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.timezone import is_naive, make_aware
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cardindex.state import Mark
from municipalities.models import Territory
from municipalities.search import find_municipality, fold
from projects.areas import AREA_BY_KEY, AREA_BY_SLUG
from projects.cards import COST_BANDS
from projects.index import MARK
from projects.models import Card
from projects.past import TooFarBack as TooFarBack
from projects.results import LAST_NUMBER as LAST_NUMBER
from projects.results import Results
from projects.vocabulary import SDG_CHOICES, FundingSource, Kind, Origin, Stage

MAX_VALUES, MAX_TEXT = 50, 200
YEAR = re.compile(r"^[0-9]{4}$")

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
}
RANGE_NAMES = {
    "year_from": "anno_da",
    "year_to": "anno_a",
    "cost_min": "costo_min",
    "cost_max": "costo_max",
    "bbox": "riquadro",
    "updated_since": "aggiornati_dal",
    "replicability_min": "replicabilita_min",
    "adopted": "riusati",
}
YES_OR_NO = {"true": True, "false": False}
# name in the API → name on pages
SORTS = {
    "-published_at": "recenti",
    "published_at": "meno_recenti",
    "title": "titolo",
    "-title": "titolo_inverso",
    "cost": "costo_crescente",
    "-cost": "costo_decrescente",
    "replicability": "replicabilita",
    "relevance": "pertinenza",
}
CLOSED = {
    "stage": set(Stage.values),
    "kind": set(Kind.values),
    "funding_source": set(FundingSource.values),
    "origin": set(Origin.values),
    "cost_band": {key for key, _limit in COST_BANDS},
    "sdg": {str(number) for number, _label in SDG_CHOICES},
}


@dataclass(frozen=True)
class Problem:
    """One parameter that cannot be read: which, and what to do."""

    parameter: str
    detail: str


@dataclass(frozen=True)
class ProjectQuery:
    """Words and filters. Values of one facet are alternatives, facets narrow each other.

    `as_of` asks for what was public at the end of that day; None for what is now.
    """

    text: str = ""
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ranges: Mapping[str, object] = field(default_factory=dict)
    sort: str = ""
    as_of: date | None = None

    def without(self, facet: str) -> "ProjectQuery":
        return replace(self, facets={k: v for k, v in self.facets.items() if k != facet})

    @property
    def is_empty(self) -> bool:
        return not (self.text or self.facets or self.ranges or self.as_of)


def parse(params: QueryDict, *, page: bool = False) -> tuple[ProjectQuery, list[Problem]]:
    """Read a query string. What cannot be read is a Problem and is left out of the query.

    `page=True` takes the Italian names and area slugs of the public pages.
    """
    problems: list[Problem] = []
    facets = {}
    for key, italian in FACET_NAMES.items():
        name = italian if page else key
        given = [v.strip() for v in params.getlist(name) if v.strip()]
        raw = given[:MAX_VALUES]
        if len(given) > MAX_VALUES:
            problems.append(Problem(name, _("Al massimo %(limit)s valori") % {"limit": MAX_VALUES}))
        values = [_facet_value(key, v, page) for v in raw]
        problems += [Problem(name, _unknown(name, v)) for v, ok in zip(raw, values, strict=True) if not ok]
        if kept := tuple(dict.fromkeys(v for v in values if v)):
            facets[key] = kept
    ranges = {}
    for key, italian in RANGE_NAMES.items():
        name = italian if page else key
        if raw := params.get(name, "").strip():
            try:
                ranges[key] = _range_value(key, raw)
            except (ValueError, InvalidOperation):
                problems.append(Problem(name, _unknown(name, raw)))
    sort = params.get("ordina" if page else "sort", "")
    if page:
        sort = next((key for key, italian in SORTS.items() if italian == sort), "")
    if sort and sort not in SORTS:
        problems.append(Problem("sort", _unknown("sort", sort)))
        sort = ""
    text = " ".join(params.get("q", "").replace("\x00", " ").split())[:MAX_TEXT]
    as_of = None
    if not page and (raw := params.get("as_of", "")):
        as_of = _day(raw)
        if as_of is None:
            problems.append(Problem("as_of", _("Serve una data, per esempio 2026-03-31")))
    return ProjectQuery(text, facets, ranges, sort, as_of), problems


def _day(raw: str) -> date | None:
    """A day as `2026-03-31`; None when it is none, or one that no change of time zone can reach."""
    try:
        day = parse_date(raw)
    except ValueError:
        return None
    return day if day and 1900 <= day.year < 9000 else None


def _unknown(name: str, value: str) -> str:
    return _("Il valore «%(value)s» di %(name)s non esiste") % {"value": value[:60], "name": name}


def _facet_value(key: str, raw: str, page: bool) -> str | None:
    """The stored value for what was written, or None when there is no such value."""
    if key == "area":
        area = AREA_BY_SLUG.get(raw) if page else AREA_BY_KEY.get(raw)
        return area and area.key
    if key == "municipality":
        place = find_municipality(raw)
        return place and place.code
    if key in ("province", "region"):
        return _territory_code(key, raw)
    if key == "year":
        return raw if YEAR.match(raw) else None
    if key == "technology":
        return fold(raw)[:80] or None
    return raw if raw in CLOSED[key] else None


def _territory_code(level: str, raw: str) -> str | None:
    code = raw.upper() if level == "province" else raw.zfill(2)
    places = Territory.objects.filter(level=level)
    return places.filter(Q(code=code) | Q(slug=raw.lower())).values_list("code", flat=True).first()


def _range_value(key: str, raw: str):
    if key.startswith("year"):
        if not YEAR.match(raw):
            raise ValueError(raw)
        return int(raw)
    if key.startswith("cost"):
        amount = Decimal(raw)
        if not amount.is_finite() or not 0 <= amount < 10**12:
            raise ValueError(raw)
        return amount.quantize(Decimal("0.01"))
    if key == "replicability_min":
        score = Decimal(raw)
        if not (score.is_finite() and 0 <= score <= 100):
            raise ValueError(raw)
        return score
    if key == "adopted":
        if raw not in YES_OR_NO:
            raise ValueError(raw)
        return YES_OR_NO[raw]
    if key == "bbox":
        west, south, east, north = (Decimal(part) for part in raw.split(","))
        if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
            raise ValueError(raw)
        return tuple(side.quantize(Decimal("0.000001")) for side in (west, south, east, north))
    moment = parse_datetime(raw) or parse_date(raw)
    # Beyond these a change of time zone would leave the calendar.
    if moment is None or not 1900 <= moment.year < 9000:
        raise ValueError(raw)
    return make_aware(moment) if isinstance(moment, datetime) and is_naive(moment) else moment


def page_params(query: ProjectQuery) -> QueryDict:
    """The query string of a page for this query: the inverse of parse(page=True)."""
    params = QueryDict(mutable=True)
    if query.text:
        params["q"] = query.text
    for key, values in query.facets.items():
        shown = [AREA_BY_KEY[v].slug for v in values] if key == "area" else list(values)
        params.setlist(FACET_NAMES[key], shown)
    for key, value in query.ranges.items():
        params[RANGE_NAMES[key]] = _written(value)
    if query.sort:
        params["ordina"] = SORTS[query.sort]
    return params


def api_params(query: ProjectQuery) -> QueryDict:
    """The query string of the API for this query: the inverse of parse()."""
    params = QueryDict(mutable=True)
    if query.text:
        params["q"] = query.text
    for key, values in query.facets.items():
        params.setlist(key, list(values))
    for key, value in query.ranges.items():
        params[key] = _written(value)
    if query.sort:
        params["sort"] = query.sort
    if query.as_of:
        params["as_of"] = query.as_of.isoformat()
    return params


def _written(value) -> str:
    """The value of a range as a query string has it."""
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def find(query: ProjectQuery) -> Results:
    """The current cards that answer the query, sorted; most relevant first for words, else freshest."""
    return Results(query)


@contextmanager
def at(mark: Mark | None):
    """All that is found within speaks of the version whose mark was read already, if it was."""
    token = MARK.set(mark)
    try:
        yield
    finally:
        MARK.reset(token)


def similar_to(card: Card, limit: int = 3) -> list[Card]:
    """Other current cards of the same main area, those of the same place first."""
    return find(ProjectQuery()).similar(card, limit)


def facet_counts(query: ProjectQuery, facets: tuple[str, ...]) -> dict[str, dict[str, int]]:
    """`{facet: {value: cards}}`, each facet counted under all filters but its own."""
    return find(query).facets(facets)


def labels_of(facet: str, values) -> dict[str, str]:
    """`{value: words}` for the values of a facet, in the reader's language."""
    closed = {
        "stage": Stage.choices,
        "kind": Kind.choices,
        "funding_source": FundingSource.choices,
        "origin": Origin.choices,
        "cost_band": COST_BAND_LABELS,
        "area": [(a.key, a.name) for a in AREA_BY_KEY.values()],
        "sdg": [(str(number), label) for number, label in SDG_CHOICES],
    }
    if facet in closed:
        return {key: str(label) for key, label in closed[facet]}
    if facet in ("municipality", "province", "region"):
        places = Territory.objects.filter(level=facet, code__in=list(values))
        return dict(places.values_list("code", "name"))
    return {value: value for value in values}


COST_BAND_LABELS = [
    ("unknown", gettext_lazy("Non comunicato")),
    ("under_50k", gettext_lazy("Meno di 50.000 €")),
    ("50k_250k", gettext_lazy("Da 50.000 a 250.000 €")),
    ("250k_1m", gettext_lazy("Da 250.000 € a 1 milione")),
    ("1m_5m", gettext_lazy("Da 1 a 5 milioni di euro")),
    ("5m_20m", gettext_lazy("Da 5 a 20 milioni di euro")),
    ("over_20m", gettext_lazy("Oltre 20 milioni di euro")),
]
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
}


def facet_groups(query: ProjectQuery, counts: Mapping) -> list[dict]:
    """The filters of a page: `[{key, name, title, options: [{value, label, count, selected}]}]`.

    Closed lists keep choices with no result; open ones (municipalities) show what is there, most first.
    """
    groups = []
    for facet, found in counts.items():
        chosen = query.facets.get(facet, ())
        labels = labels_of(facet, {*found, *chosen})
        options = [
            {
                "value": AREA_BY_KEY[value].slug if facet == "area" else value,
                "label": label,
                "count": found.get(value, 0),
                "selected": value in chosen,
            }
            for value, label in labels.items()
        ]
        if facet not in CLOSED and facet != "area":
            options.sort(key=lambda option: (-option["count"], fold(option["label"])))
        groups.append(
            {"key": facet, "name": FACET_NAMES[facet], "title": FACET_TITLES[facet], "options": options}
        )
    return groups


def chips(query: ProjectQuery) -> list[dict]:
    """The active filters: `[{title, label, without (query), url (query string that removes it)}]`."""
    found = []
    for facet, values in query.facets.items():
        labels = labels_of(facet, values)
        for value in values:
            rest = {**query.facets, facet: tuple(v for v in values if v != value)}
            without = replace(query, facets={k: v for k, v in rest.items() if v})
            found.append(
                {"title": FACET_TITLES[facet], "label": labels.get(value, value), "without": without}
            )
    for key, value in query.ranges.items():
        without = replace(query, ranges={k: v for k, v in query.ranges.items() if k != key})
        label = (_("Sì") if value else _("No")) if isinstance(value, bool) else str(value)
        found.append({"title": RANGE_TITLES[key], "label": label, "without": without})
    if query.text:
        found.append(
            {"title": gettext_lazy("Parole"), "label": query.text, "without": replace(query, text="")}
        )
    return [{**chip, "url": page_params(chip["without"]).urlencode()} for chip in found]


RANGE_TITLES = {
    "year_from": gettext_lazy("Dall’anno"),
    "year_to": gettext_lazy("Fino all’anno"),
    "cost_min": gettext_lazy("Costo minimo"),
    "cost_max": gettext_lazy("Costo massimo"),
    "bbox": gettext_lazy("Riquadro della mappa"),
    "updated_since": gettext_lazy("Aggiornati dal"),
    "replicability_min": gettext_lazy("Replicabilità da"),
    "adopted": gettext_lazy("Già riusati"),
}
