"""How a project fits a municipality."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from api.problems import BadParameters
from api.serializers import ProjectFit
from api.views.base import PublicView
from api.views.projects import current_card
from municipalities.names import read_municipality
from suitability.fitting import fit_for


class ProjectFitDetail(PublicView):
    """Quanto un progetto si adatta a un Comune.

    Cinque dimensioni da 0 a 1 con motivi e domande; `value` è nullo dove non si sa, e non conta.
    `score` è la media geometrica di quelle note.
    """

    name = "get_project_fit"
    parameters = ("municipality",)
    answer = ProjectFit

    def get(self, request: Request, key: str) -> Response:
        card = current_card(key)
        code = request.query_params.get("municipality", "").strip()
        if not code:
            raise BadParameters([("municipality", _("Serve il codice catastale o ISTAT del Comune"))])
        try:
            municipality = read_municipality(code)
        except ValidationError as error:
            raise BadParameters([("municipality", " ".join(error.messages))]) from error
        found = fit_for(card, municipality)
        return Response(
            {
                "project": card.code,
                "municipality": municipality.code,
                "compared_with": found.fit.model and found.fit.model.code,
                "score": _rounded(found.fit.score),
                "known": found.fit.known,
                "dimensions": [
                    {
                        "key": dimension.key,
                        "value": _rounded(dimension.value),
                        "parts": {name: _rounded(v) for name, v in found.fit.parts[dimension.key].items()},
                        "reasons": dimension.reasons,
                        "questions": dimension.questions,
                    }
                    for dimension in found.dimensions
                ],
            }
        )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
