"""R of one project with all its inputs, so that anybody can work it out again."""

from urllib.parse import urljoin

import orjson
from django.conf import settings
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from api.params import choice
from api.problems import BadParameters
from api.serializers import Replicability
from api.views.base import PublicView
from api.views.projects import current_card
from reuse.criteria import EQUAL
from reuse.models import EvidenceFile
from reuse.ranking import BadWeights, Weighting, read_weights
from reuse.reads.standing import Judgement, Panel, address_of, panel_of

FORMULA = (
    "100*(0.55*(ratings_mean-1)/4+0.30*kit_completeness+0.15*diffusion); "
    "diffusion=min(1,log2(1+adoptions+0.5*adoptions_under_way)/3); "
    "ratings_mean=sum(weight*value)/sum(weight); inputs rounded to 4 decimals, score to 1; "
    "no score below 6 ratings"
)


class ReplicabilityView(PublicView):
    """La replicabilità di un progetto, con tutti i valori da cui nasce.

    Con `preset` o `weights` la stessa formula con altri pesi: `weights` vince.
    """

    name = "get_project_replicability"
    parameters = ("preset", "weights")
    answer = Replicability

    def get(self, request: Request, key: str) -> Response:
        weighting = weighting_of(request)
        card = current_card(key)
        panel = panel_of(card.record_id, orjson.loads(card.document), weights=weighting.weights)
        return Response({"code": card.code, **shaped(panel, weighting)})


def weighting_of(request: Request) -> Weighting:
    preset = choice(request.query_params, "preset", EQUAL)
    try:
        return read_weights(preset, request.query_params.get("weights", ""), names=("preset", "weights"))
    except BadWeights as error:
        raise BadParameters([(error.parameter, str(error))]) from error


def shaped(panel: Panel, weighting: Weighting) -> dict:
    score = panel.score
    return {
        **(_judged(panel.published) if panel.published else _nobody(score)),
        "formula": FORMULA,
        "preset": weighting.preset or None,
        "weights": {key: float(weight) for key, weight in weighting.weights.items()},
        "inputs": {
            "ratings_mean": score.ratings_mean and float(score.ratings_mean),
            "kit_completeness": float(score.kit_completeness),
            "adoptions": score.adoptions,
            "adoptions_under_way": score.adoptions_under_way,
            "diffusion": float(score.diffusion),
        },
        "others": [_judged(other) for other in panel.others],
        "gaps": [
            {"key": key, "lowest": lowest, "highest": highest}
            for key, (lowest, highest) in panel.gaps.items()
        ],
        "kit": [
            {
                "type": d.type,
                "title": d.title,
                "url": urljoin(settings.SITE_URL, address_of(d)) if address_of(d) else None,
                "state": d.state,
                "is_demonstration": d.is_demonstration,
            }
            for aspect in panel.kit
            for d in aspect.documents
        ],
    }


def _nobody(score) -> dict:
    unknown = ("score", "rater", "organisation", "rated_on", "version", "edition")
    return {
        **dict.fromkeys(unknown),
        "band": score.band,
        "is_expired": False,
        "is_demonstration": False,
        "coverage": 0,
        "ratings": [],
    }


def _file_url(evidence: EvidenceFile | None) -> str | None:
    """Where a file that proves a rating is read; None when there is none, or no longer."""
    if evidence is None or evidence.withdrawn_at:
        return None
    return settings.SITE_URL + reverse("evidence-file", args=[evidence.pk])


def _judged(judged: Judgement) -> dict:
    assessment, score = judged.assessment, judged.score
    return {
        "score": None if score.score is None else float(score.score),
        "band": score.band,
        "rater": assessment.rater,
        "organisation": assessment.organisation.name,
        "rated_on": judged.rated_on.isoformat(),
        "version": assessment.version,
        "edition": assessment.edition,
        "is_expired": judged.is_expired,
        "is_demonstration": assessment.is_demonstration,
        "coverage": score.rated,
        "ratings": [
            {
                "key": key,
                "value": rating.value,
                "motive": rating.motive,
                "evidence_url": rating.evidence_url or _file_url(rating.evidence_file),
            }
            for key, rating in judged.ratings.items()
        ],
    }
