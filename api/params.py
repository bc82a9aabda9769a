"""Every parameter of the API, once: its name, what the schema says of it, how its value is read."""

from collections.abc import Iterable
from datetime import date
from http import HTTPStatus

from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter

from api.problems import BadParameters
from opendata.actions import FORMATS, PROJECT_FIELDS
from projects.areas import AREA_BY_KEY
from projects.criteria import PRESETS
from projects.search import CLOSED, FACET_NAMES, RANGE_NAMES, SORTS

DEFAULT_LIMIT, MAX_LIMIT, MAX_OFFSET, MAX_TEXT = 20, 500, 1_000_000_000, 200
FILTERS = ("q", *FACET_NAMES, *RANGE_NAMES)
PAGING = ("limit", "offset")
WORDS = {
    "q": _("Parole da cercare"),
    "area": _("Chiave dell’area"),
    "municipality": _("Codice catastale o ISTAT del Comune"),
    "province": _("Sigla della provincia"),
    "region": _("Codice ISTAT della regione"),
    "stage": _("Stato di avanzamento"),
    "kind": _("Tipo"),
    "year": _("Anno in cui il progetto è in corso"),
    "funding_source": _("Fonte di finanziamento"),
    "cost_band": _("Fascia di costo"),
    "technology": _("Tecnologia"),
    "sdg": _("Numero dell’obiettivo di sviluppo sostenibile"),
    "origin": _("Origine della scheda"),
    "replicability_band": _("Fascia di replicabilità"),
    "adopted": _("Già riusato altrove"),
    "year_from": _("In corso da quest’anno in poi"),
    "year_to": _("In corso fino a quest’anno"),
    "cost_min": _("Costo minimo in euro"),
    "cost_max": _("Costo massimo in euro"),
    "bbox": _("Riquadro: ovest,sud,est,nord in gradi WGS84"),
    "updated_since": _("Pubblicati dal giorno o dal momento indicato"),
    "replicability_min": _("Replicabilità minima, da 0 a 100"),
}
CHOICES = {"area": list(AREA_BY_KEY), **{name: sorted(values) for name, values in CLOSED.items()}}


def _integer(name: str, about: str, lowest: int, highest: int) -> OpenApiParameter:
    schema = {"type": "integer", "format": "int32", "minimum": lowest, "maximum": highest}
    return OpenApiParameter(name, schema, description=about)


def _text(name: str, about: str) -> OpenApiParameter:
    return OpenApiParameter(name, {"type": "string", "maxLength": MAX_TEXT}, description=about)


def _many(name: str) -> OpenApiParameter:
    items = {"type": "string", "maxLength": MAX_TEXT}
    if name in CHOICES:
        items = {"type": "string", "enum": CHOICES[name]}
    schema = {"type": "array", "items": items, "maxItems": 50}
    return OpenApiParameter(name, schema, description=str(WORDS[name]), explode=True)


def _day(name: str, about: str) -> OpenApiParameter:
    return OpenApiParameter(name, {"type": "string", "format": "date"}, description=about)


PARAMETERS = {
    "limit": _integer("limit", "Quanti elementi in una pagina", 1, MAX_LIMIT),
    "offset": _integer("offset", "Quanti elementi saltare", 0, MAX_OFFSET),
    "sort": OpenApiParameter("sort", {"type": "string", "enum": list(SORTS)}, description="Ordine"),
    "format": OpenApiParameter(
        "format",
        {"type": "string", "enum": ["json", *FORMATS]},
        description="Formato: tutti gli altri danno l’elenco intero",
    ),
    "fields": _text("fields", "Colonne dei formati a file, separate da virgole"),
    "on": _day("on", "I Comuni come erano quel giorno"),
    "as_of": _day("as_of", "L’edizione in vigore quel giorno"),
    "preset": OpenApiParameter(
        "preset", {"type": "string", "enum": list(PRESETS)}, description="Pesi dei dieci criteri"
    ),
    "weights": OpenApiParameter(
        "weights",
        {"type": "string", "maxLength": 600},
        description="Pesi propri, come criterio:peso separati da virgole; conta la proporzione",
    ),
    **{name: _many(name) for name in FACET_NAMES},
    **{name: _text(name, str(WORDS[name])) for name in ("q", *RANGE_NAMES)},
}


def check(params: QueryDict, known: Iterable[str]) -> None:
    """Refuse parameters the endpoint does not know (400) and values no database can hold (422)."""
    if unknown := [name for name in params if name not in known]:
        told = gettext("Questo parametro non esiste")
        raise BadParameters([(name[:60], told) for name in unknown], HTTPStatus.BAD_REQUEST)
    broken = [name for name, values in params.lists() if any("\0" in value for value in values)]
    if broken:
        raise BadParameters(
            [(name, gettext("Il valore contiene un carattere non ammesso")) for name in broken]
        )


def choice(params: QueryDict, name: str, default: str) -> str:
    """The word under `name`, one of those that the schema tells."""
    value = params.get(name) or default
    if value not in PARAMETERS[name].type["enum"]:
        raise BadParameters([(name, gettext("Questo valore non esiste"))])
    return value


def columns(params: QueryDict) -> list[str]:
    """The columns that `fields` names; none when it is not given."""
    names = [name.strip() for name in params.get("fields", "").split(",") if name.strip()]
    if unknown := [name for name in names if name not in PROJECT_FIELDS]:
        told = gettext("La colonna «%(name)s» non esiste")
        raise BadParameters([("fields", told % {"name": name[:60]}) for name in unknown])
    return names


def integer(params: QueryDict, name: str, default: int) -> int:
    """The number under `name`, within the bounds that the schema tells."""
    raw = params.get(name, "")
    if not raw:
        return default
    schema = PARAMETERS[name].type
    lowest, highest = schema["minimum"], schema["maximum"]
    if not (raw.isascii() and raw.isdecimal() and len(raw) < 12 and lowest <= int(raw) <= highest):
        words = gettext("Serve un numero intero da %(lowest)s a %(highest)s")
        raise BadParameters([(name, words % {"lowest": lowest, "highest": highest})])
    return int(raw)


def day(params: QueryDict, name: str) -> date | None:
    """The day under `name`, None when it is not given."""
    raw = params.get(name, "")
    if not raw:
        return None
    try:
        return date.fromisoformat(raw)
    except ValueError as error:
        raise BadParameters([(name, gettext("Serve una data, per esempio 2026-03-31"))]) from error
