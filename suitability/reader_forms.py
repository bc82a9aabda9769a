"""What a reader says of their own city, in the URL: which municipality, how much each dimension counts."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from municipalities.models import Territory
from municipalities.names import place_label, read_municipality
from suitability.score import DIMENSIONS

# dimension → its parameter
WEIGHT_NAMES = {
    "institutional": "peso_istituzionale",
    "technological": "peso_tecnologica",
    "economic": "peso_economica",
    "sociocultural": "peso_socioculturale",
    "environmental": "peso_ambientale",
}
MAX_WEIGHT, MAX_TYPED = 3, 120


@dataclass(frozen=True)
class Reader:
    """`municipality` of the reader, None when not told or not found; then `error` says what to do.

    `typed` is what stands in the field, so that nothing typed is lost.
    """

    municipality: Territory | None
    typed: str
    error: str = ""


def read_reader(params: QueryDict, name: str = "comune") -> Reader:
    """The municipality of the URL: a slug, a code of any time, or a name as offices write it."""
    raw = params.get(name, "").replace("\x00", "").strip()[:MAX_TYPED]
    if not raw:
        return Reader(None, "")
    try:
        municipality = read_municipality(raw)
    except ValidationError as error:
        return Reader(None, raw, " ".join(error.messages))
    return Reader(municipality, place_label(municipality))


def read_dimension_weights(params: QueryDict) -> tuple[dict[str, float], list[str]]:
    """`{dimension: 0..3}`, 1 where nothing is told, and what could not be read, in words."""
    weights, problems = dict.fromkeys(DIMENSIONS, 1.0), []
    for key, name in WEIGHT_NAMES.items():
        raw = params.get(name, "")
        if raw in ("0", "1", "2", "3"):
            weights[key] = float(raw)
        elif raw:
            problems.append(
                _("Il peso di %(name)s va da 0 a %(most)s: ho usato 1") % {"name": name, "most": MAX_WEIGHT}
            )
    if not any(weights.values()):
        problems.append(_("Almeno una dimensione deve contare: le ho pesate tutte allo stesso modo"))
        weights = dict.fromkeys(DIMENSIONS, 1.0)
    return weights, problems


def weight_params(weights: Mapping[str, float]) -> dict[str, str]:
    """The parameters of the weights that are not 1."""
    return {WEIGHT_NAMES[key]: str(int(weight)) for key, weight in weights.items() if weight != 1}
