"""Replicability of records: the assessments in force, the kit, the adoptions and R.

`panel_of` reads all of it for one card (page, API). Lists and the ranking read `Standing`, one row a
record, which actions/refresh.py writes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import Prefetch
from django.urls import reverse
from django.utils import timezone

from cards.vocabulary.lists import DocumentType
from lib.dates import end_of
from lib.links.models import LinkCheck
from lib.links.states import ALIVE, UNKNOWN
from municipalities.models import Territory
from reuse.criteria import EQUAL, KEYS, PRESETS, RATER_ORDER
from reuse.models import Adoption, Assessment, DemonstrationDocument, Rating, Standing
from reuse.ranking import Entry, city_size
from reuse.reads.adoptions import adoption_counts, adoptions_of
from reuse.reads.presence import ALL_PRESENT, Presence
from reuse.score import (
    KitAspect,
    KitDocument,
    Score,
    gaps,
    is_expired,
    kit_aspects,
    kit_completeness,
    published_rater,
    replicability,
)


@dataclass(frozen=True)
class Judgement:
    """The assessment in force of one rater, with the R that results from it."""

    assessment: Assessment
    ratings: Mapping[str, Rating]
    rated_on: date
    is_expired: bool
    score: Score

    @property
    def values(self) -> dict[str, int]:
        return {key: rating.value for key, rating in self.ratings.items()}


@dataclass(frozen=True)
class Panel:
    """The replicability of one card. `published` is None while nobody has rated.

    `gaps` is that of score.gaps, `document_titles` is `{number of a document: title}`.
    """

    published: Judgement | None
    others: list[Judgement]
    gaps: Mapping[str, tuple[str, str]]
    kit: list[KitAspect]
    score: Score
    is_demonstration: bool
    weights: Mapping
    adoptions: list[Adoption]
    document_titles: Mapping[int, str]

    @property
    def judgements(self) -> list[Judgement]:
        return [self.published, *self.others] if self.published else []


def assessments_in_force(record_ids: Iterable[int], day: date | None = None) -> dict[int, list[Assessment]]:
    """`{record: assessments}`: the newest completed one of each rater, now or at the end of `day`.

    Ordered by RATER_ORDER; all peer cities are one rater. Demonstration assessments only for records
    without real ones. Two queries, ratings included.
    """
    ratings = Rating.objects.select_related("evidence_file")
    completed = (
        Assessment.objects.visible()
        .filter(record__in=list(record_ids))
        .select_related("organisation")
        .prefetch_related(Prefetch("ratings", ratings))
        .order_by("is_demonstration", "-made_at", "-pk")
    )
    if day:
        completed = completed.filter(made_at__lt=end_of(day))
    chosen: dict[int, dict[str, Assessment]] = {}
    for assessment in completed:
        mine = chosen.setdefault(assessment.record_id, {})
        is_alike = all(other.is_demonstration == assessment.is_demonstration for other in mine.values())
        if is_alike:
            mine.setdefault(assessment.rater, assessment)
    return {key: [mine[r] for r in RATER_ORDER if r in mine] for key, mine in chosen.items()}


def kit_rows(document: Mapping) -> list[Mapping]:
    """The documents of a card that may belong to a kit: all but images."""
    return [row for row in document["documents"] if row["type"] != DocumentType.IMAGE]


def demonstration_kit(
    record_id: int, document: Mapping, assessments: Iterable[Assessment], day: date | None = None
) -> list[DemonstrationDocument]:
    """The documents that the demonstration adds to a kit, now or as of `day`. One query at most.

    None for a record with a real document or assessment: demonstration and real data are never mixed.
    """
    if kit_rows(document) or not all(assessment.is_demonstration for assessment in assessments):
        return []
    documents = DemonstrationDocument.objects.visible().filter(record=record_id)
    if day:
        documents = documents.filter(made_on__lte=day)
    return list(documents.order_by("pk"))


def demonstration_kit_of(record_id: int, document: Mapping) -> list[DemonstrationDocument]:
    """demonstration_kit() of one card today. Three queries at most, none outside a demonstration."""
    if not settings.DEMO:
        return []
    assessments = assessments_in_force([record_id]).get(record_id, [])
    return demonstration_kit(record_id, document, assessments)


def kit_documents(
    document: Mapping, demonstrations: Iterable[DemonstrationDocument] = ()
) -> list[KitDocument]:
    """Documents of a card and of its demonstration with the state of their links, once each. One query."""
    rows = [(row["type"], row["title"], row["url"] or "", False, None) for row in kit_rows(document)]
    rows += [(d.type, d.title, d.url, True, d.pk if d.file else None) for d in demonstrations]
    urls = {url for _type, _title, url, *_rest in rows if url}
    states = dict(LinkCheck.objects.filter(url__in=urls).values_list("url", "state")) if urls else {}
    documents = {}
    for kind, title, url, is_demonstration, file in rows:
        state = states.get(url, UNKNOWN) if url else ALIVE
        row = KitDocument(kind, title, url, state, is_demonstration, file)
        documents.setdefault((kind, title, url), row)
    return list(documents.values())


def address_of(document: KitDocument) -> str:
    """URL of a document of a kit: its link, or the file of the demonstration; else empty."""
    return document.url or (reverse("demonstration-file", args=[document.file]) if document.file else "")


def panel_of(
    record_id: int,
    document: Mapping,
    *,
    weights: Mapping | None = None,
    today: date | None = None,
    presence: Presence = ALL_PRESENT,
) -> Panel:
    """The panel of a record and the document of its card, now or as of `today`. Six queries at most.

    `presence`, from presence_of(), spares those that would find nothing.
    """
    assessments = assessments_in_force([record_id], today).get(record_id, []) if presence.is_rated else []
    adoptions = adoptions_of(record_id, today) if presence.is_adopted else []
    demonstrations = (
        demonstration_kit(record_id, document, assessments, today) if presence.has_demonstration_kit else []
    )
    kit = kit_documents(document, demonstrations)
    weights, today = weights or PRESETS[EQUAL], today or timezone.localdate()
    return build_panel(assessments, adoptions, kit, document, weights, today)


def build_panel(
    assessments: list[Assessment],
    adoptions: list[Adoption],
    kit: list[KitDocument],
    document: Mapping,
    weights: Mapping,
    today: date,
) -> Panel:
    """The panel of what panel_of has read. No query."""
    done, under_way = adoption_counts(document, adoptions)
    inputs = {
        "kit_completeness": kit_completeness(kit),
        "adoptions": done,
        "adoptions_under_way": under_way,
        "weights": weights,
    }
    judged = {a.rater: _judged(a, inputs, today) for a in assessments}
    rater = published_rater({who: judgement.ratings for who, judgement in judged.items()})
    published = judged.pop(rater) if rater else None
    values = {who: j.values for who, j in judged.items()} | ({rater: published.values} if published else {})
    return Panel(
        published,
        list(judged.values()),
        gaps(values),
        kit_aspects(kit),
        published.score if published else replicability({}, **inputs),
        any(given.is_demonstration for given in (*assessments, *adoptions, *kit)),
        weights,
        adoptions,
        {row["id"]: row["title"] for row in document["documents"]},
    )


def _judged(assessment: Assessment, inputs: Mapping, today: date) -> Judgement:
    rated = {rating.key: rating for rating in assessment.ratings.all() if rating.value is not None}
    ratings = {key: rated[key] for key in KEYS if key in rated}
    rated_on = timezone.localdate(assessment.made_at)
    score = replicability({key: rating.value for key, rating in ratings.items()}, **inputs)
    return Judgement(assessment, ratings, rated_on, is_expired(rated_on, today), score)


def entries(*, area: str = "", size: str = "", with_demonstrations: bool = True) -> list[Entry]:
    """The public records with ratings, unordered: of one area (its key) and class of ranking.CITY_SIZES.

    One query, two with `size`.
    """
    filters = {"record__editions__is_current": True, "rated_on__isnull": False}
    if not with_demonstrations:
        filters["is_demonstration"] = False
    if area:
        filters["record__editions__primary_area"] = area
    rows = Standing.objects.visible().filter(**filters)
    rows = rows.values_list(
        "record__editions__code",
        "record__editions__municipality_code",
        "marks",
        "kit_completeness",
        "adoptions",
        "adoptions_under_way",
        "rated_on",
    )
    rows = list(rows)
    if size:
        populations = dict(
            Territory.objects.municipalities()
            .filter(code__in={row[1] for row in rows})
            .values_list("code", "population")
        )
        rows = [row for row in rows if city_size(populations.get(row[1])) == size]
    return [Entry(code, ratings_of(marks), *rest) for code, _municipality, marks, *rest in rows]


def ratings_of(marks: str) -> dict[str, int]:
    """`{criterion: rating}` of `Standing.marks`."""
    return {key: int(mark) for key, mark in zip(KEYS, marks, strict=True) if mark != "0"}


def chosen_scores(weights: Mapping) -> dict[int, float]:
    """`{key of the current edition: R}` under the reader's own weights of the criteria. One query."""
    rows = Standing.objects.visible().filter(record__editions__is_current=True, rated_on__isnull=False)
    fields = ("record__editions__pk", "marks", "kit_completeness", "adoptions", "adoptions_under_way")
    scores = (
        (
            card,
            replicability(
                ratings_of(marks),
                kit_completeness=kit,
                adoptions=done,
                adoptions_under_way=under_way,
                weights=weights,
            ).score,
        )
        for card, marks, kit, done, under_way in rows.values_list(*fields)
    )
    return {card: float(score) for card, score in scores if score is not None}
