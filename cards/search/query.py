"""Queries of cards: one parser of the query string for page, API, feed and dataset.

Pages have Italian parameters and slugs, the API English keys; both become one ProjectQuery.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.db.models import Q
from django.http import QueryDict
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.timezone import is_naive, make_aware
from django.utils.translation import gettext as _

from cardindex.analysis import MAX_WORDS, read
from cards.search.results import Results
from cards.vocabulary.facets import FACETS, RANGES, SORTS
from lib.text import clean_text, fold
from municipalities.models import Territory
from municipalities.names import municipalities_meant, nearest, place_label

MAX_VALUES, MAX_TEXT, MAX_UNKNOWN = 50, 200, 60
YEAR = re.compile(r"^[0-9]{4}$")


@dataclass(frozen=True)
class Problem:
    """A parameter that is invalid, with a message for the reader.

    `choices` are the values that may have been meant, `((value, label), …)`, where there are several.
    """

    parameter: str
    detail: str
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ProjectQuery:
    """Words and filters. Values of one facet are alternatives, facets narrow each other.

    `as_of` selects what was public at the end of that day; None what is public now. A filter is never left
    out: an unknown value of a facet stays in the query and matches nothing, and so does a query in which a
    range is `unreadable`. `newest` selects what was public when that edition was the last one published.
    """

    text: str = ""
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ranges: Mapping[str, object] = field(default_factory=dict)
    sort: str = ""
    as_of: date | None = None
    unreadable: tuple[str, ...] = ()
    newest: int | None = None

    def without(self, facet: str) -> "ProjectQuery":
        return replace(self, facets={k: v for k, v in self.facets.items() if k != facet})

    @property
    def is_empty(self) -> bool:
        return not (self.text or self.facets or self.ranges or self.as_of or self.unreadable)


def parse(params: QueryDict, *, page: bool = False) -> tuple[ProjectQuery, list[Problem]]:
    """Parse a query string. A value that is invalid is a Problem, and the query matches nothing by it.

    `page=True` takes the Italian names and area slugs of the public pages. Values of a facet are sorted, so
    that equal queries have equal addresses.
    """
    problems: list[Problem] = []
    facets, unreadable = {}, []
    for key, facet in FACETS.items():
        name = facet.page_name if page else key
        if name in params and (values := _facet_values(key, name, params, page, problems)):
            facets[key] = tuple(sorted(values))
    ranges = {}
    for key, limit in RANGES.items():
        name = limit.page_name if page else key
        if name in params and (raw := params.get(name, "").strip()):
            try:
                ranges[key] = _range_value(key, raw)
            except (ValueError, InvalidOperation):
                problems.append(Problem(name, _unknown(name, raw)))
                unreadable.append(name)
    text, sort = _text(params.get("q", ""), problems), _sort(params, page, problems)
    as_of = None if page else _as_of(params, problems)
    if as_of is None and not page and params.get("as_of"):
        unreadable.append("as_of")
    return ProjectQuery(text, facets, ranges, sort, as_of, tuple(unreadable)), problems


def _as_of(params: QueryDict, problems: list[Problem]) -> date | None:
    raw = params.get("as_of", "")
    day = _day(raw) if raw else None
    if raw and day is None:
        problems.append(Problem("as_of", _("Serve una data, per esempio 2026-03-31")))
    return day


def _day(raw: str) -> date | None:
    """A day as `2026-03-31`; None when invalid, or so far that a change of time zone overflows."""
    try:
        day = parse_date(raw)
    except ValueError:
        return None
    return day if day and 1900 <= day.year < 9000 else None


def _sort(params: QueryDict, page: bool, problems: list[Problem]) -> str:
    name = "ordina" if page else "sort"
    raw = params.get(name, "")
    if not raw:
        return ""
    known = {italian: key for key, italian in SORTS.items()} if page else {key: key for key in SORTS}
    if raw not in known:
        problems.append(Problem(name, _unknown(name, raw)))
    return known.get(raw, "")


def _text(raw: str, problems: list[Problem]) -> str:
    """The searched words, cut to the limits; each cut is a problem."""
    if not raw:
        return ""
    text = " ".join(clean_text(raw.replace("\x00", " ")).split())
    if len(text) > MAX_TEXT:
        message = _("Le parole da cercare possono avere al massimo %(most)s caratteri: qui sono %(given)s")
        problems.append(Problem("q", message % {"most": MAX_TEXT, "given": len(text)}))
        text = text[:MAX_TEXT].rstrip()
    if cut := read(text).cut:
        message = _("Si cercano al massimo %(most)s parole: «%(words)s» non è fra quelle")
        problems.append(Problem("q", message % {"most": MAX_WORDS, "words": " ".join(cut)[:60]}))
    return text


def _facet_values(
    key: str, name: str, params: QueryDict, page: bool, problems: list[Problem]
) -> dict[str, None]:
    """The values of one facet, without duplicates; those that are invalid or too many become problems."""
    raw = list(dict.fromkeys(v.strip() for v in params.getlist(name) if v.strip()))
    if len(raw) > MAX_VALUES:
        message = _("Per %(name)s si possono scegliere al massimo %(most)s valori: qui sono %(given)s")
        problems.append(Problem(name, message % {"name": name, "most": MAX_VALUES, "given": len(raw)}))
    values = {}
    for name_or_key in raw[:MAX_VALUES]:
        if key == "municipality":
            value = _municipality(name, name_or_key, problems)
        elif (value := _facet_value(key, name_or_key, page)) is None:
            problems.append(Problem(name, _unknown(name, name_or_key)))
        values[value or name_or_key[:MAX_UNKNOWN]] = None
    return values


def _municipality(name: str, raw: str, problems: list[Problem]) -> str | None:
    """The code of the municipality that a value means; a problem, with proposals, when it is not one."""
    meant = municipalities_meant(raw)
    if len(meant) == 1:
        return meant[0].code
    if meant:
        labels = [place_label(place) for place in meant]
        message = _("Più Comuni si chiamano «%(value)s»: scrivi %(meant)s")
        detail = message % {"value": raw[:60], "meant": _(" o ").join(labels)}
    else:
        meant = nearest(raw)
        detail = _unknown(name, raw)
    problems.append(Problem(name, detail, tuple((place.code, place_label(place)) for place in meant)))
    return None


def _unknown(name: str, value: str) -> str:
    return _("Il valore «%(value)s» di %(name)s non esiste") % {"value": value[:60], "name": name}


def _facet_value(key: str, raw: str, page: bool) -> str | None:
    """The stored value of a parameter, or None when there is none."""
    if key in ("province", "region"):
        return _territory_code(key, raw)
    if key in ("year", "stage_year"):
        return raw if YEAR.match(raw) or raw in FACETS[key].named else None
    if key == "technology":
        return fold(raw)[:80] or None
    return FACETS[key].value_of(raw, page=page)


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
        least = Decimal(raw)
        if not least.is_finite() or not 0 <= least <= 100:
            raise ValueError(raw)
        return least
    if key == "bbox":
        west, south, east, north = (Decimal(part) for part in raw.split(","))
        if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
            raise ValueError(raw)
        return tuple(side.quantize(Decimal("0.000001")) for side in (west, south, east, north))
    moment = parse_datetime(raw) or parse_date(raw)
    # Beyond these years a change of time zone overflows.
    if moment is None or not 1900 <= moment.year < 9000:
        raise ValueError(raw)
    return make_aware(moment) if isinstance(moment, datetime) and is_naive(moment) else moment


def page_params(query: ProjectQuery) -> QueryDict:
    """The query string of a page for this query: the inverse of parse(page=True)."""
    params = QueryDict(mutable=True)
    if query.text:
        params["q"] = query.text
    for key, facet in FACETS.items():
        if values := query.facets.get(key):
            params.setlist(facet.page_name, [facet.slug_of(value) for value in values])
    for key, value in query.ranges.items():
        params[RANGES[key].page_name] = _range_param(value)
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
        params[key] = _range_param(value)
    if query.sort:
        params["sort"] = query.sort
    if query.as_of:
        params["as_of"] = query.as_of.isoformat()
    return params


def _range_param(value) -> str:
    """The value of a range in a query string."""
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def find(query: ProjectQuery) -> Results:
    """The cards that match a query in its order; by default by relevance with words, else newest first."""
    return Results(query)


def facet_counts(query: ProjectQuery, facets: tuple[str, ...]) -> dict[str, dict[str, int]]:
    """`{facet: {value: cards}}`, each facet counted under all filters but its own."""
    return find(query).facets(facets)
