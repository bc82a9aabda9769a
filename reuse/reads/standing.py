"""Where a project stands in replicability: its raters side by side, its kit, its adoptions, R.

`panel_of` gathers all of it for one card (page, API); `refresh` keeps the inputs of R in one row a
project, so that ranking and lists ask nothing else.
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
from reuse.reads.beside import ANYTHING, Beside
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
    """The assessment in force of one rater, with the R it gives."""

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
    """All that is told of a card's replicability. `published` is None while nobody has rated."""

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
    """The newest completed assessment of each rater, by project, now or at the end of a day.

    Of all peer cities the one that rated last speaks.

    Those of a demonstration give way to any real one: the two are never mixed. Two queries, ratings and all.
    """
    ratings = Rating.objects.select_related("evidence_file")
    found = (
        Assessment.objects.shown()
        .filter(record__in=list(record_ids))
        .select_related("organisation")
        .prefetch_related(Prefetch("ratings", ratings))
        .order_by("is_demonstration", "-made_at", "-pk")
    )
    if day:
        found = found.filter(made_at__lt=end_of(day))
    chosen: dict[int, dict[str, Assessment]] = {}
    for assessment in found:
        mine = chosen.setdefault(assessment.record_id, {})
        is_alike = all(other.is_demonstration == assessment.is_demonstration for other in mine.values())
        if is_alike:
            mine.setdefault(assessment.rater, assessment)
    return {key: [mine[r] for r in RATER_ORDER if r in mine] for key, mine in chosen.items()}


def typed(document: Mapping) -> list[Mapping]:
    """The documents of a card that may belong to a kit: pictures do not."""
    return [row for row in document["documents"] if row["type"] != DocumentType.IMAGE]


def demonstration_kit(
    record_id: int, document: Mapping, assessments: Iterable[Assessment], day: date | None = None
) -> list[DemonstrationDocument]:
    """The documents that the demonstration adds to a kit, now or as they were on a day. One query at most.

    They give way to anything real, document of the card or assessment: the two are never counted together.
    """
    if typed(document) or not all(assessment.is_demonstration for assessment in assessments):
        return []
    found = DemonstrationDocument.objects.shown().filter(record=record_id)
    if day:
        found = found.filter(made_on__lte=day)
    return list(found.order_by("pk"))


def demonstration_kit_of(record_id: int, document: Mapping) -> list[DemonstrationDocument]:
    """demonstration_kit of one card today. Three queries at most, none outside a demonstration."""
    if not settings.DEMO:
        return []
    assessments = assessments_in_force([record_id]).get(record_id, [])
    return demonstration_kit(record_id, document, assessments)


def kit_documents(
    document: Mapping, demonstrations: Iterable[DemonstrationDocument] = ()
) -> list[KitDocument]:
    """Typed documents of a card, and of its demonstration, with the state of their links. One query."""
    rows = [(row["type"], row["title"], row["url"] or "", False, None) for row in typed(document)]
    rows += [(d.type, d.title, d.url, True, d.pk if d.file else None) for d in demonstrations]
    urls = {url for _type, _title, url, *_rest in rows if url}
    states = dict(LinkCheck.objects.filter(url__in=urls).values_list("url", "state")) if urls else {}
    found = {}
    for kind, title, url, is_demonstration, file in rows:
        state = states.get(url, UNKNOWN) if url else ALIVE
        row = KitDocument(kind, title, url, state, is_demonstration, file)
        found.setdefault((kind, title, url), row)
    return list(found.values())


def address_of(document: KitDocument) -> str:
    """Where a document of a kit can be read: its link, or the file of the demonstration; else empty."""
    return document.url or (reverse("demonstration-file", args=[document.file]) if document.file else "")


def panel_of(
    record_id: int,
    document: Mapping,
    *,
    weights: Mapping | None = None,
    today: date | None = None,
    known: Beside = ANYTHING,
) -> Panel:
    """The panel of one card document, now or as it was on a day. Six queries at most.

    `known`, from beside(), spares those that would find nothing.
    """
    assessments = assessments_in_force([record_id], today).get(record_id, []) if known.is_rated else []
    adoptions = adoptions_of(record_id, today) if known.is_adopted else []
    shown = demonstration_kit(record_id, document, assessments, today) if known.has_demonstration_kit else []
    kit = kit_documents(document, shown)
    weights, today = weights or PRESETS[EQUAL], today or timezone.localdate()
    return _panel(assessments, adoptions, kit, document, weights, today)


def _panel(
    assessments: list[Assessment],
    adoptions: list[Adoption],
    kit: list[KitDocument],
    document: Mapping,
    weights: Mapping,
    today: date,
) -> Panel:
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
    """Every public project with ratings, as the ranking wants it. `size` is a class of ranking.CITY_SIZES.

    One query.
    """
    wanted = {"record__editions__is_current": True, "rated_on__isnull": False}
    if not with_demonstrations:
        wanted["is_demonstration"] = False
    if area:
        wanted["record__editions__primary_area"] = area
    rows = Standing.objects.shown().filter(**wanted)
    rows = rows.values_list(
        "record__editions__code",
        "record__editions__municipality_code",
        "marks",
        "kit_completeness",
        "adoptions",
        "adoptions_under_way",
        "rated_on",
    )
    found = list(rows)
    if size:
        people = dict(
            Territory.objects.municipalities()
            .filter(code__in={row[1] for row in found})
            .values_list("code", "population")
        )
        found = [row for row in found if city_size(people.get(row[1])) == size]
    return [Entry(code, ratings_of(marks), *rest) for code, _town, marks, *rest in found]


def ratings_of(marks: str) -> dict[str, int]:
    return {key: int(mark) for key, mark in zip(KEYS, marks, strict=True) if mark != "0"}


def chosen_scores(weights: Mapping) -> dict[int, float]:
    """`{current card: R}` under the reader's own weights of the criteria. One query."""
    rows = Standing.objects.shown().filter(record__editions__is_current=True, rated_on__isnull=False)
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
