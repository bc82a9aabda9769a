"""Keeps the standing of records and their live facets true when assessments, adoptions or kits change."""

from collections.abc import Mapping

import orjson
from django.db import transaction
from django.utils import timezone

from cards import issuing
from cards.index import terms, writer
from cards.models import Edition
from cards.vocabulary.bands import DEMONSTRATION
from lib.content_version import bump_content_version
from lib.sql import models_with
from reuse.criteria import EQUAL, KEYS, PRESETS
from reuse.models import Adoption, Assessment, DemonstrationDocument, Standing
from reuse.reads.standing import Panel, _panel, kit_documents, panel_of


@transaction.atomic
def refresh_standing(record_ids=None) -> int:
    """Work out the standing of current cards anew: of these projects, or of all rated. Gives how many."""
    writer.lock()
    cards = Edition.objects.current()
    if record_ids is None:
        assessed = set(Assessment.objects.completed().values_list("record", flat=True))
        assessed |= set(DemonstrationDocument.objects.values_list("record", flat=True))
        record_ids = assessed | set(Standing.objects.values_list("pk", flat=True))
    chosen = list(record_ids)
    for card in cards.filter(record__in=chosen).iterator(chunk_size=500):
        refresh(card, orjson.loads(card.document))
    bump_content_version()
    return len(chosen)


def refresh(card: Edition, document: Mapping) -> None:
    """Write the standing and the live facets of a current card anew. Within the transaction of the change."""
    facets = write_standing(card.record_id, document)
    if issuing.with_facets(card.live_values, facets) != card.live_values:
        issuing.set_live(card.record_id, facets)


def write_standing(record_id: int, document: Mapping) -> dict[str, list[str]]:
    """Write the standing of a record whose current edition has this document; returns its live facets.

    A record that nobody rated or adopted has no row.
    """
    is_judged, has_standing = _traces(record_id)
    panel = panel_of(record_id, document) if is_judged else _panel_alone(document)
    if panel.published or panel.score.adoptions or panel.score.adoptions_under_way:
        Standing.objects.update_or_create(record_id=record_id, defaults=_columns(panel))
    elif has_standing:
        Standing.objects.filter(record=record_id).delete()
    return live_facets(panel)


def _traces(record_id: int) -> tuple[bool, bool]:
    """Whether anybody rated or adopted it, and whether it has a standing. One query; a panel takes six."""
    models = {"assessment": Assessment, "adoption": Adoption, "standing": Standing}
    found = models_with("record_id", record_id, models)
    return bool(found & {"assessment", "adoption"}), "standing" in found


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
