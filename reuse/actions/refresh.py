"""Updates the standing of records and their live facets when assessments, adoptions or kits change."""

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
from reuse.reads.standing import Panel, build_panel, kit_documents, panel_of


@transaction.atomic
def refresh_standing(record_ids=None) -> int:
    """Recompute the standing of current cards: of these records, or of all rated. Returns their number."""
    writer.lock()
    if record_ids is None:
        rated = set(Assessment.objects.completed().values_list("record", flat=True))
        rated |= set(DemonstrationDocument.objects.values_list("record", flat=True))
        record_ids = rated | set(Standing.objects.values_list("pk", flat=True))
    keys = list(record_ids)
    for card in Edition.objects.current().filter(record__in=keys).iterator(chunk_size=500):
        refresh(card, orjson.loads(card.document))
    bump_content_version()
    return len(keys)


def refresh(card: Edition, document: Mapping) -> None:
    """Recompute the standing and the live facets of a current card, in the transaction of the change."""
    facets = write_standing(card.record_id, document)
    if issuing.with_facets(card.live_values, facets) != card.live_values:
        issuing.set_live(card.record_id, facets)


def write_standing(record_id: int, document: Mapping) -> dict[str, list[str]]:
    """Write the standing of a record whose current edition has this document; return its live facets.

    A record without ratings and adoptions has no row.
    """
    is_rated, has_standing = _existing_rows(record_id)
    panel = panel_of(record_id, document) if is_rated else _unrated_panel(document)
    if panel.published or panel.score.adoptions or panel.score.adoptions_under_way:
        Standing.objects.update_or_create(record_id=record_id, defaults=_columns(panel))
    elif has_standing:
        Standing.objects.filter(record=record_id).delete()
    return live_facets(panel)


def _existing_rows(record_id: int) -> tuple[bool, bool]:
    """Whether it has assessments or adoptions, whether it has a standing. One query; panel_of takes six."""
    models = {"assessment": Assessment, "adoption": Adoption, "standing": Standing}
    existing = models_with("record_id", record_id, models)
    return bool(existing & {"assessment", "adoption"}), "standing" in existing


def _unrated_panel(document: Mapping) -> Panel:
    """The panel of a record without assessments and adoptions: what its card alone gives."""
    return build_panel([], [], kit_documents(document), document, PRESETS[EQUAL], timezone.localdate())


def live_facets(panel: Panel) -> dict[str, list[str]]:
    """The index terms of a panel, by facet; default values (cards.index.terms.DEFAULTS) have no term."""
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
