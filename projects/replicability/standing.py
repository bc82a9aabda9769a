"""Where a project stands in replicability: its raters side by side, its kit, its adoptions, R.

`panel_of` gathers all of it for one card (page, API); `refresh` keeps the inputs of R in one row a
project, so that ranking and lists ask nothing else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import orjson
from django.conf import settings
from django.db import connections, router
from django.db.models import F, OuterRef, Prefetch, Subquery
from django.urls import reverse
from django.utils import timezone

from lib.dates import end_of
from lib.sql import models_with
from municipalities.models import Territory
from projects import index
from projects.adoption.moves import ADOPTED, PUBLIC, UNDER_WAY
from projects.models import (
    Adoption,
    AdoptionStep,
    Assessment,
    Card,
    DemonstrationDocument,
    LinkCheck,
    OutsidePractice,
    Rating,
    Standing,
)
from projects.replicability.criteria import EQUAL, KEYS, PRESETS, RATER_ORDER
from projects.replicability.ranking import Entry, city_size
from projects.replicability.score import (
    ALIVE,
    UNKNOWN,
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
from projects.vocabulary import DocumentType, PartnerRole

# Live facet of cards whose score comes from a demonstration, so that lists can say so.
DEMONSTRATION = "demonstration"


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

    @property
    def judgements(self) -> list[Judgement]:
        return [self.published, *self.others] if self.published else []


def assessments_in_force(project_ids: Iterable[int], day: date | None = None) -> dict[int, list[Assessment]]:
    """The newest completed assessment of each rater, by project, now or at the end of a day.

    Of all peer cities the one that rated last speaks.

    Those of a demonstration give way to any real one: the two are never mixed. Two queries, ratings and all.
    """
    ratings = Rating.objects.select_related("evidence_document", "evidence_file")
    found = (
        Assessment.objects.shown()
        .filter(project__in=list(project_ids))
        .select_related("organisation")
        .prefetch_related(Prefetch("ratings", ratings))
        .order_by("is_demonstration", "-made_at", "-pk")
    )
    if day:
        found = found.filter(made_at__lt=end_of(day))
    chosen: dict[int, dict[str, Assessment]] = {}
    for assessment in found:
        mine = chosen.setdefault(assessment.project_id, {})
        is_alike = all(other.is_demonstration == assessment.is_demonstration for other in mine.values())
        if is_alike:
            mine.setdefault(assessment.rater, assessment)
    return {key: [mine[r] for r in RATER_ORDER if r in mine] for key, mine in chosen.items()}


def typed(document: Mapping) -> list[Mapping]:
    """The documents of a card that may belong to a kit: pictures do not."""
    return [row for row in document["documents"] if row["type"] != DocumentType.IMAGE]


def demonstration_kit(
    project_id: int, document: Mapping, assessments: Iterable[Assessment], day: date | None = None
) -> list[DemonstrationDocument]:
    """The documents that the demonstration adds to a kit, now or as they were on a day. One query at most.

    They give way to anything real, document of the card or assessment: the two are never counted together.
    """
    if typed(document) or not all(assessment.is_demonstration for assessment in assessments):
        return []
    found = DemonstrationDocument.objects.shown().filter(project=project_id)
    if day:
        found = found.filter(made_on__lte=day)
    return list(found.order_by("pk"))


def demonstration_kit_of(project_id: int, document: Mapping) -> list[DemonstrationDocument]:
    """demonstration_kit of one card today. Three queries at most, none outside a demonstration."""
    if not settings.DEMO:
        return []
    assessments = assessments_in_force([project_id]).get(project_id, [])
    return demonstration_kit(project_id, document, assessments)


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


def adoptions_of(project_id: int, day: date | None = None) -> list[Adoption]:
    """The public adoptions of one project: adoptions_among of it alone."""
    return adoptions_among([project_id], day).get(project_id, [])


def adoptions_among(project_ids: Iterable[int], day: date | None = None) -> dict[int, list[Adoption]]:
    """The public adoptions by project with `stood`, their step now or at the end of a day. One query.

    Those of a demonstration give way to any real one of the project: the two are never mixed.
    """
    found = Adoption.objects.shown().filter(project__in=list(project_ids))
    found = found.select_related("adopter__territory", "giver__territory")
    if day is None:
        found = found.annotate(stood=F("step"))
    else:
        midnight = end_of(day)
        rows = AdoptionStep.objects.filter(adoption=OuterRef("pk"), at__lt=midnight)
        found = found.annotate(stood=Subquery(rows.order_by("-at", "-pk").values("step")[:1]))
    chosen: dict[int, list[Adoption]] = {}
    for adoption in found.filter(stood__in=PUBLIC).order_by("is_demonstration", "asked_at", "pk"):
        mine = chosen.setdefault(adoption.project_id, [])
        if not mine or mine[0].is_demonstration == adoption.is_demonstration:
            mine.append(adoption)
    return chosen


def adoption_counts(document: Mapping, adoptions: Iterable[Adoption] = ()) -> tuple[int, int]:
    """Bodies that took the project up, and those about to: as the card names them, and as they adopted.

    A body that the card names and that adopted counts once.
    """
    role = PartnerRole.REPLICATING_BODY.value
    done = {partner["name"] for partner in document["partners"] if partner["role"] == role}
    under_way = {adoption.adopter.name for adoption in adoptions if adoption.stood in UNDER_WAY}
    done |= {adoption.adopter.name for adoption in adoptions if adoption.stood in ADOPTED}
    return len(done), len(under_way - done)


class Beside(NamedTuple):
    """Which tables speak of a project at all: most are silent of most projects."""

    is_rated: bool = True
    has_demonstration_kit: bool = True
    is_adopted: bool = True
    is_result: bool = True
    has_origins: bool = True


ANYTHING = Beside()
# In plain SQL: to put together five queries that find nothing costs more than all else of the card's page.
SPEAKING = [
    (Assessment, "project_id"),
    (DemonstrationDocument, "project_id"),
    (Adoption, "project_id"),
    (Adoption, "result_id"),
    (OutsidePractice, "project_id"),
]
TABLES_ASKED = ", ".join(
    f"EXISTS(SELECT 1 FROM {model._meta.db_table} WHERE {column} = %s)" for model, column in SPEAKING
)


def beside(project_id: int) -> Beside:
    """Where there is anything to read of a project, shown or not. One query."""
    with connections[router.db_for_read(Card)].cursor() as cursor:
        cursor.execute(f"SELECT {TABLES_ASKED}", [project_id] * len(SPEAKING))
        return Beside(*map(bool, cursor.fetchone()))


def panel_of(
    project_id: int,
    document: Mapping,
    *,
    weights: Mapping | None = None,
    today: date | None = None,
    known: Beside = ANYTHING,
) -> Panel:
    """The panel of one card document, now or as it was on a day. Six queries at most.

    `known`, from beside(), spares those that would find nothing.
    """
    assessments = assessments_in_force([project_id], today).get(project_id, []) if known.is_rated else []
    adoptions = adoptions_of(project_id, today) if known.is_adopted else []
    shown = demonstration_kit(project_id, document, assessments, today) if known.has_demonstration_kit else []
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
    )


def _judged(assessment: Assessment, inputs: Mapping, today: date) -> Judgement:
    rated = {rating.key: rating for rating in assessment.ratings.all() if rating.value is not None}
    ratings = {key: rated[key] for key in KEYS if key in rated}
    rated_on = timezone.localdate(assessment.made_at)
    score = replicability({key: rating.value for key, rating in ratings.items()}, **inputs)
    return Judgement(assessment, ratings, rated_on, is_expired(rated_on, today), score)


def refresh(card: Card, document: Mapping) -> Standing | None:
    """Write the standing of a current card anew. None, and no row, where there is nothing to tell.

    Within the transaction of whoever changed what it rests on.
    """
    is_judged, is_told = _traces(card.project_id)
    panel = panel_of(card.project_id, document) if is_judged else _panel_alone(document)
    facets = live_facets(panel)
    if _differ(card.live_values, facets):
        index.reindex(card.project, facets=facets)
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
    """What the index knows of a panel; what needs no word there (projects.index.DEFAULTS) is left out."""
    score = panel.score
    return {
        index.BAND: [score.band] if score.is_shown else [],
        index.SCORE: [f"{int(score.score * 10):04d}"] if score.is_shown else [],
        index.ADOPTED: ["yes"] if score.adoptions else [],
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


def entries(*, area: str = "", size: str = "", with_demonstrations: bool = True) -> list[Entry]:
    """Every public project with ratings, as the ranking wants it. `size` is a class of ranking.CITY_SIZES.

    One query.
    """
    wanted = {"project__cards__is_current": True, "rated_on__isnull": False}
    if not with_demonstrations:
        wanted["is_demonstration"] = False
    if area:
        wanted["project__cards__primary_area"] = area
    rows = Standing.objects.shown().filter(**wanted)
    rows = rows.values_list(
        "project__cards__code",
        "project__cards__municipality_code",
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
    rows = Standing.objects.shown().filter(project__cards__is_current=True, rated_on__isnull=False)
    fields = ("project__cards__pk", "marks", "kit_completeness", "adoptions", "adoptions_under_way")
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
