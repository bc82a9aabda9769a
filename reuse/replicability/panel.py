"""The template context of a replicability panel: raters, gaps, the kit with what is missing."""

from collections.abc import Mapping

from cards.vocabulary.bands import BAND_NAMES, BAND_SLUGS
from cards.vocabulary.lists import DocumentType, labels
from lib.links.states import DEAD, UNKNOWN
from reuse.criteria import CRITERIA, RATER_NAMES
from reuse.reads.standing import Judgement, Panel, address_of
from reuse.score import ENOUGH, KitAspect


def panel_context(panel: Panel) -> dict:
    """The variables of `_card_replicability.html`. No query."""
    score = panel.score
    return {
        "score": score.score,
        "band": score.band,
        "band_label": BAND_NAMES[score.band],
        "band_slug": BAND_SLUGS[score.band],
        "published": panel.published and _judged(panel.published, panel.document_titles),
        "others": [_judged(other, panel.document_titles) for other in panel.others],
        "gaps": _gaps(panel),
        "kit": [_kit_row(row) for row in panel.kit],
        "kit_is_demonstration": any(d.is_demonstration for row in panel.kit for d in row.documents),
        "kit_percent": round(100 * score.kit_completeness),
        "adoptions": score.adoptions,
        "adoptions_under_way": score.adoptions_under_way,
        "is_demonstration": panel.is_demonstration,
        "enough": ENOUGH,
    }


def _judged(judged: Judgement, titles: Mapping[int, str]) -> dict:
    rows = []
    for criterion in CRITERIA:
        rating = judged.ratings.get(criterion.key)
        anchor = rating and {1: criterion.low, 3: criterion.middle, 5: criterion.high}.get(rating.value)
        document = rating and titles.get(rating.evidence_document)
        percent = rating and 20 * rating.value
        row = {"criterion": criterion, "rating": rating, "percent": percent}
        rows.append({**row, "anchor": anchor, "document": document})
    return {
        "assessment": judged.assessment,
        "name": RATER_NAMES[judged.assessment.rater],
        "rated_on": judged.rated_on,
        "is_expired": judged.is_expired,
        "score": judged.score,
        "band_label": BAND_NAMES[judged.score.band],
        "rows": rows,
    }


def _gaps(panel: Panel) -> list[dict]:
    by_rater = {judged.assessment.rater: judged.values for judged in panel.judgements}
    return [
        {
            "criterion": next(c for c in CRITERIA if c.key == key),
            "low": (RATER_NAMES[low], by_rater[low][key]),
            "high": (RATER_NAMES[high], by_rater[high][key]),
        }
        for key, (low, high) in panel.gaps.items()
    ]


def _kit_row(row: KitAspect) -> dict:
    type_labels = labels(DocumentType)
    return {
        "name": row.aspect.name,
        "percent": round(100 * row.share),
        "documents": [
            {
                "title": document.title,
                "label": type_labels.get(document.type, document.type),
                "url": address_of(document),
                "is_demonstration": document.is_demonstration,
                "is_file": not document.url,
                "is_dead": document.state == DEAD,
                "is_unknown": document.state == UNKNOWN,
            }
            for document in row.documents
        ],
        "missing": [[type_labels[name] for name in part] for part in row.missing],
    }
