from collections.abc import Mapping

import orjson
from django.db import transaction
from django.utils import timezone

from cards.index import terms, writer
from cards.models import Edition
from cards.vocabulary.bands import DEMONSTRATION
from lib.content_version import bump_content_version
from lib.sql import models_with
from reuse.criteria import EQUAL, KEYS, PRESETS
from reuse.models import Adoption, Assessment, DemonstrationDocument, Standing, assessment
from reuse.reads.standing import Panel, _panel, kit_documents, panel_of


@transaction.atomic
def refresh_standing(project_ids=None) -> int:
    """Work out the standing of current cards anew: of these projects, or of all rated. Gives how many."""
    writer.lock()
    cards = Edition.objects.current().select_related("project")
    if project_ids is None:
        assessed = set(Assessment.objects.completed().values_list("project", flat=True))
        assessed |= set(DemonstrationDocument.objects.values_list("project", flat=True))
        project_ids = assessed | set(assessment.Standing.objects.values_list("pk", flat=True))
    chosen = list(project_ids)
    for card in cards.filter(project__in=chosen).iterator(chunk_size=500):
        refresh(card, orjson.loads(card.document))
    bump_content_version()
    return len(chosen)


def refresh(card: Edition, document: Mapping) -> Standing | None:
    """Write the standing of a current card anew. None, and no row, where there is nothing to tell.

    Within the transaction of whoever changed what it rests on.
    """
    is_judged, is_told = _traces(card.project_id)
    panel = panel_of(card.project_id, document) if is_judged else _panel_alone(document)
    facets = live_facets(panel)
    if _differ(card.live_values, facets):
        writer.reindex(card.project, facets=facets)
    if panel.published is None and not (panel.score.adoptions or panel.score.adoptions_under_way):
        if is_told:
            Standing.objects.filter(project=card.project_id).delete()
        return None
    return Standing.objects.update_or_create(project_id=card.project_id, defaults=_columns(panel))[0]


def _traces(project_id: int) -> tuple[bool, bool]:
    """Whether anybody rated or took the project up (asking for all of it costs ten times as much), and
    whether it has a standing."""
    models = {"assessment": Assessment, "adoption": Adoption, "standing": Standing}
    found = models_with("project_id", project_id, models)
    return bool(found & {"assessment", "adoption"}), "standing" in found


def _differ(live_values: str, facets: Mapping[str, list[str]]) -> bool:
    """Whether the card does not yet stand under these facets as they say."""
    stand = {(facet, value) for facet, value in orjson.loads(live_values) if facet in facets}
    return stand != {(facet, value) for facet, values in facets.items() for value in values}


def _panel_alone(document: Mapping) -> Panel:
    """The panel of a project that nobody rated or took up: what the card itself says."""
    return _panel([], [], kit_documents(document), document, PRESETS[EQUAL], timezone.localdate())


def live_facets(panel: Panel) -> dict[str, list[str]]:
    """What the index knows of a panel; what needs no word there (cards.index.terms.DEFAULTS) is left out."""
    score = panel.score
    return {
        terms.BAND: [score.band] if score.is_shown else [],
        terms.SCORE: [f"{int(score.score * 10):04d}"] if score.is_shown else [],
        terms.ADOPTED: ["yes"] if score.adoptions else [],
        DEMONSTRATION: ["yes"] if score.is_shown and panel.is_demonstration else [],
    }


def _columns(panel: Panel) -> dict:
    judged, score = panel.published, panel.score
    values = judged.values if judged else {}
    return {
        "assessment": judged and judged.assessment,
        "rater": judged.assessment.rater if judged else "",
        "rated_on": judged and judged.rated_on,
        "marks": "".join(str(values.get(key, 0)) for key in KEYS),
        "kit_completeness": score.kit_completeness,
        "adoptions": score.adoptions,
        "adoptions_under_way": score.adoptions_under_way,
        "score": score.score,
        "band": score.band,
        "is_demonstration": panel.is_demonstration,
    }
