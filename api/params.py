"""The query parameters of the API: name, OpenAPI description, and how the value is parsed and checked."""

from collections.abc import Iterable
from datetime import date
from http import HTTPStatus

from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter

from api.problems import BadParameters, Refused
from cards.search.query import MAX_TEXT, MAX_VALUES
from cards.vocabulary.facets import FACETS, RANGES, SORTS, Facet
from opendata.export import FORMATS, LABELS
from reuse.criteria import PRESETS

DEFAULT_LIMIT, MAX_LIMIT, MAX_OFFSET = 20, 500, 1_000_000_000
FACET_LIMIT, MAX_FACET_LIMIT = 1_000, 10_000
MAX_QUERY, MAX_CURSOR = 8_000, 120
FILTERS = ("q", *FACETS, *RANGES, "as_of")
REPEATED = {*FACETS, "facet"}
TYPED = {
    "limit",
    "offset",
    "facet_limit",
    "as_of",
    "on",
    "withdrawn_since",
    "format",
    "labels",
    "replicability_min",
}
PAGING = ("limit", "offset")
DESCRIPTIONS = {
    "q": _("Parole da cercare"),
    "withdrawn_since": _("Ritirate da quel giorno in poi, ora italiana"),
    "as_of": _("Le schede in vigore alla fine di quel giorno"),
    "limit": _("Quanti elementi in una pagina"),
    "offset": _("Quanti elementi saltare"),
    "sort": _("Ordine; il segno meno davanti lo rovescia"),
    "format": _("Formato: tutti gli altri danno l’elenco intero"),
    "cursor": _("Da dove continuare: «*» per cominciare, poi ciò che dà `next`"),
    "fields": _("Colonne dei file, o voci di ogni progetto in JSON, separate da virgole"),
    "labels": _("Nomi delle colonne e valori dei file: parole italiane, inglesi o codici"),
    "facet": _("Quali gruppi contare; senza, tutti"),
    "facet_limit": _("Quanti valori al più per gruppo"),
    "on": _("I Comuni come erano quel giorno"),
    "preset": _("Pesi dei dieci criteri"),
    "weights": _("Pesi propri, come criterio:peso separati da virgole; conta la proporzione"),
}


def _integer(name: str, about: str, lowest: int, highest: int) -> OpenApiParameter:
    schema = {"type": "integer", "format": "int32", "minimum": lowest, "maximum": highest}
    return OpenApiParameter(name, schema, description=about)


def _text(name: str, about: str) -> OpenApiParameter:
    return OpenApiParameter(name, {"type": "string", "maxLength": MAX_TEXT}, description=about)


def _many(facet: Facet) -> OpenApiParameter:
    items = {"type": "string", "maxLength": MAX_TEXT}
    if facet.labels:
        items = {"type": "string", "enum": [*facet.labels, *facet.aliases]}
    schema = {"type": "array", "items": items, "maxItems": MAX_VALUES}
    return OpenApiParameter(facet.key, schema, description=facet.about, explode=True)


def _day(name: str, about: str) -> OpenApiParameter:
    return OpenApiParameter(name, {"type": "string", "format": "date"}, description=about)


PARAMETERS = {
    "limit": _integer("limit", DESCRIPTIONS["limit"], 1, MAX_LIMIT),
    "offset": _integer("offset", DESCRIPTIONS["offset"], 0, MAX_OFFSET),
    "sort": OpenApiParameter(
        "sort", {"type": "string", "enum": list(SORTS)}, description=DESCRIPTIONS["sort"]
    ),
    "format": OpenApiParameter(
        "format",
        {"type": "string", "enum": ["json", *FORMATS]},
        description=DESCRIPTIONS["format"],
    ),
    "cursor": OpenApiParameter(
        "cursor",
        {"type": "string", "maxLength": MAX_CURSOR},
        description=DESCRIPTIONS["cursor"],
    ),
    "fields": OpenApiParameter(
        "fields",
        {"type": "string", "maxLength": MAX_QUERY},
        description=DESCRIPTIONS["fields"],
    ),
    "labels": OpenApiParameter(
        "labels",
        {"type": "string", "enum": list(LABELS)},
        description=DESCRIPTIONS["labels"],
    ),
    "facet": OpenApiParameter(
        "facet",
        {"type": "array", "items": {"type": "string", "enum": list(FACETS)}, "maxItems": len(FACETS)},
        description=DESCRIPTIONS["facet"],
        explode=True,
    ),
    "facet_limit": _integer("facet_limit", DESCRIPTIONS["facet_limit"], 1, MAX_FACET_LIMIT),
    "on": _day("on", DESCRIPTIONS["on"]),
    "as_of": _day("as_of", DESCRIPTIONS["as_of"]),
    "withdrawn_since": _day("withdrawn_since", DESCRIPTIONS["withdrawn_since"]),
    "preset": OpenApiParameter(
        "preset", {"type": "string", "enum": list(PRESETS)}, description=DESCRIPTIONS["preset"]
    ),
    "weights": OpenApiParameter(
        "weights",
        {"type": "string", "maxLength": 600},
        description=DESCRIPTIONS["weights"],
    ),
    "q": _text("q", DESCRIPTIONS["q"]),
    **{key: _many(facet) for key, facet in FACETS.items()},
    **{key: _text(key, limit.about) for key, limit in RANGES.items()},
    "replicability_min": OpenApiParameter(
        "replicability_min",
        {"type": "number", "format": "double", "minimum": 0, "maximum": 100},
        description=RANGES["replicability_min"].about,
    ),
}


def check_length(request) -> None:
    """Raises Refused (414) for a query string over MAX_QUERY, which would only fill caches."""
    if len(request.META.get("QUERY_STRING", "")) > MAX_QUERY:
        detail = gettext("L’indirizzo può avere al massimo %(limit)s caratteri dopo il punto interrogativo")
        raise Refused(HTTPStatus.REQUEST_URI_TOO_LONG, detail % {"limit": MAX_QUERY})


def check(params: QueryDict, known: Iterable[str]) -> None:
    """Raises BadParameters: 400 for a parameter not in `known`, 422 for values too many, long or empty."""
    if all(name in known and _is_plain(values) for name, values in params.lists()):
        return
    if unknown := [name for name in params if name not in known]:
        detail = gettext("Questo parametro non esiste")
        raise BadParameters([(name[:60], detail) for name in unknown], HTTPStatus.BAD_REQUEST)
    if empty := [name for name in params if name in TYPED and not params[name]]:
        detail = gettext("Scrivi un valore, o togli il parametro")
        raise BadParameters([(name, detail) for name in empty])
    if twice := [n for n, values in params.lists() if len(values) > 1 and n not in REPEATED]:
        detail = gettext("Questo parametro si scrive una volta sola")
        raise BadParameters([(name, detail) for name in twice])
    long = [
        n
        for n, values in params.lists()
        if n not in ("fields", "cursor", "weights") and max(map(len, values)) > MAX_TEXT
    ]
    if long:
        detail = gettext("Al massimo %(limit)s caratteri") % {"limit": MAX_TEXT}
        raise BadParameters([(name, detail) for name in long])
    broken = [name for name, values in params.lists() if any("\0" in value for value in values)]
    if broken:
        raise BadParameters(
            [(name, gettext("Il valore contiene un carattere non ammesso")) for name in broken]
        )


def _is_plain(values: list[str]) -> bool:
    """One value that no check below refuses; nearly all requests."""
    return len(values) == 1 and 0 < len(values[0]) <= MAX_TEXT and "\0" not in values[0]


def choice(params: QueryDict, name: str, default: str) -> str:
    """The value of `name`, one of the `enum` of its schema. Raises BadParameters."""
    value = params.get(name, default)
    if value not in PARAMETERS[name].type["enum"]:
        raise BadParameters([(name, gettext("Questo valore non esiste"))])
    return value


def limited(params: QueryDict, name: str, known: Iterable[str]) -> list[str]:
    """The values of `name`, in the order of `known`; all of `known` without any. Raises BadParameters."""
    values = params.getlist(name)
    if any(value not in known for value in values):
        raise BadParameters([(name, gettext("Questo valore non esiste"))])
    return [value for value in known if value in values] or list(known)


def named(params: QueryDict, known: Iterable[str]) -> list[str]:
    """The columns or keys of an item that `fields` names; an empty list without it. Raises BadParameters."""
    names = [name.strip() for name in params.get("fields", "").split(",") if name.strip()]
    if unknown := [name for name in names if name not in known]:
        detail = gettext("La colonna «%(name)s» non esiste")
        raise BadParameters([("fields", detail % {"name": name[:60]}) for name in unknown])
    return names


def integer(params: QueryDict, name: str, default: int) -> int:
    """The number of `name`, within the bounds of its schema; else `default`. Raises BadParameters."""
    raw = params.get(name, "")
    if not raw:
        return default
    schema = PARAMETERS[name].type
    lowest, highest = schema["minimum"], schema["maximum"]
    if not (raw.isascii() and raw.isdecimal() and len(raw) < 12 and lowest <= int(raw) <= highest):
        detail = gettext("Serve un numero intero da %(lowest)s a %(highest)s")
        raise BadParameters([(name, detail % {"lowest": lowest, "highest": highest})])
    return int(raw)


def day(params: QueryDict, name: str) -> date | None:
    """The date of `name`, None without it. Raises BadParameters."""
    raw = params.get(name, "")
    if not raw:
        return None
    try:
        return date.fromisoformat(raw)
    except ValueError as error:
        raise BadParameters([(name, gettext("Serve una data, per esempio 2026-03-31"))]) from error
