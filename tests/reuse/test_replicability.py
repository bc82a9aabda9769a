"""R against figures worked out by hand, and what must hold whatever the inputs."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.vocabulary.lists import DocumentType
from reuse.criteria import ASPECTS, CRITERIA, KEYS, PRESETS
from reuse.score import (
    KitDocument,
    diffusion,
    gaps,
    is_expired,
    kit_aspects,
    kit_completeness,
    months_before,
    normalised,
    published_rater,
    replicability,
)

RATINGS = st.dictionaries(st.sampled_from(KEYS), st.integers(1, 5), min_size=6)
KIT = st.decimals(0, 1, places=4)
COUNT = st.integers(0, 500)
WEIGHTS = st.fixed_dictionaries({key: st.decimals("0.01", 100, places=2) for key in KEYS})


def all_rated(value: int) -> dict[str, int]:
    return dict.fromkeys(KEYS, value)


def r(ratings, kit="0", adoptions=0, under_way=0, weights=None):
    return replicability(
        ratings,
        kit_completeness=Decimal(kit),
        adoptions=adoptions,
        adoptions_under_way=under_way,
        weights=weights,
    )


@pytest.mark.parametrize(
    ("ratings", "kit", "adoptions", "under_way", "score", "band"),
    [
        # 100·(0.55·0) = 0
        (all_rated(1), "0", 0, 0, "0.0", "low"),
        # 100·(0.55·(3−1)/4) = 27.5
        (all_rated(3), "0", 0, 0, "27.5", "low"),
        # 100·0.55
        (all_rated(5), "0", 0, 0, "55.0", "medium"),
        # 100·(0.55 + 0.30 + 0.15)
        (all_rated(5), "1", 7, 0, "100.0", "high"),
        # mean 3.7 → 0.675·55 = 37.125; kit 0.4 → 12; log2(1 + 1 + 0.5)/3 = 0.4406 → 6.609; 55.734
        (dict(zip(KEYS, (4, 3, 4, 3, 5, 4, 3, 3, 5, 3), strict=True)), "0.4", 1, 1, "55.7", "medium"),
        # six of ten: mean 4.5 → 0.875·55 = 48.125; kit 0.7333 → 21.999; 70.124
        (dict(zip(KEYS[:6], (4, 5, 4, 5, 4, 5), strict=True)), "0.7333", 0, 0, "70.1", "high"),
    ],
)
def test_score_by_hand(ratings, kit, adoptions, under_way, score, band):
    found = r(ratings, kit, adoptions, under_way)
    assert (found.score, found.band) == (Decimal(score), band)


def test_presets_by_hand():
    """Technical base and staff at 5, the rest at 3: 3.4 with equal weights, 3.48 for a small town."""
    ratings = {**all_rated(3), "technical_compatibility": 5, "ease_of_use_staff": 5}
    assert r(ratings).ratings_mean == Decimal("3.4")
    assert r(ratings).score == Decimal("33.0")
    small = r(ratings, weights=PRESETS["small_municipality"])
    assert (small.ratings_mean, small.score) == (Decimal("3.48"), Decimal("34.1"))


def test_hidden_below_six_ratings():
    five = dict.fromkeys(KEYS[:5], 5)
    found = r(five, "1", 7)
    assert (found.score, found.band, found.ratings_mean, found.rated) == (None, "in_evaluation", None, 5)
    assert r({**five, KEYS[5]: 5}, "1", 7).score == Decimal("100.0")


@pytest.mark.parametrize(
    ("done", "under_way", "expected"),
    [(0, 0, "0"), (1, 0, "0.3333"), (0, 2, "0.3333"), (3, 0, "0.6667"), (7, 0, "1"), (100, 9, "1")],
)
def test_diffusion_by_hand(done, under_way, expected):
    assert diffusion(done, under_way) == Decimal(expected)


@pytest.mark.parametrize(
    ("ratings", "kit", "adoptions"),
    [({"beauty": 3}, "0", 0), ({KEYS[0]: 6}, "0", 0), ({KEYS[0]: 0}, "0", 0), ({}, "1.1", 0), ({}, "0", -1)],
)
def test_bad_input_is_refused(ratings, kit, adoptions):
    with pytest.raises(ValueError):
        r(ratings, kit, adoptions)


@given(RATINGS, KIT, COUNT, COUNT, WEIGHTS)
def test_score_stays_in_bounds(ratings, kit, adoptions, under_way, weights):
    found = r(ratings, kit, adoptions, under_way, weights)
    assert 0 <= found.score <= 100
    assert min(ratings.values()) <= found.ratings_mean <= max(ratings.values())


@given(RATINGS, KIT, COUNT, COUNT, st.sampled_from(KEYS), WEIGHTS)
def test_score_never_falls_when_something_improves(ratings, kit, adoptions, under_way, key, weights):
    before = r(ratings, kit, adoptions, under_way, weights).score
    if key in ratings:
        better = {**ratings, key: min(5, ratings[key] + 1)}
        assert r(better, kit, adoptions, under_way, weights).score >= before
    assert r(ratings, min(Decimal(1), kit + Decimal("0.1")), adoptions, under_way, weights).score >= before
    assert r(ratings, kit, adoptions + 1, under_way, weights).score >= before
    assert r(ratings, kit, adoptions, under_way + 1, weights).score >= before


@given(RATINGS, KIT, WEIGHTS, st.integers(2, 9))
def test_only_proportions_of_weights_count(ratings, kit, weights, factor):
    larger = {key: weight * factor for key, weight in weights.items()}
    assert r(ratings, kit, weights=weights) == r(ratings, kit, weights=larger)


@given(RATINGS, KIT, st.randoms())
def test_order_of_ratings_does_not_count(ratings, kit, random):
    keys = list(ratings)
    random.shuffle(keys)
    assert r({key: ratings[key] for key in keys}, kit) == r(ratings, kit)


@given(WEIGHTS)
def test_normalised_weights_sum_to_one(weights):
    assert abs(sum(normalised(weights).values()) - 1) < Decimal("1e-20")
    assert list(normalised(weights)) == list(KEYS)


@pytest.mark.parametrize("weights", [{}, {"beauty": 1}, {KEYS[0]: -1}, {KEYS[0]: 101}, {KEYS[0]: 0}])
def test_bad_weights_are_refused(weights):
    with pytest.raises(ValueError):
        normalised({key: Decimal(value) for key, value in weights.items()})


def test_presets_sum_to_one_over_the_ten():
    assert [(list(weights), sum(weights.values())) for weights in PRESETS.values()] == [(list(KEYS), 1)] * 2
    assert len(CRITERIA) == 10


def kit(*types, state="alive"):
    return [KitDocument(type, type.title(), state=state) for type in types]


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        ([], "0"),
        # half of the technical aspect: 1/2 of 1/5
        (kit("specification"), "0.1"),
        (kit("manual", "catalogue", "image"), "0.1"),
        # a third of the economic aspect
        (kit("budget"), "0.0667"),
        (kit("specification", "manual", "guideline", "resolution"), "0.3667"),
        (kit("specification", state="dead"), "0"),
        (kit("specification", state="unknown"), "0.1"),
        (kit("specification", state="dead") + kit("specification"), "0.1"),
        (kit(*DocumentType.values), "1"),
    ],
)
def test_kit_completeness_by_hand(documents, expected):
    assert kit_completeness(documents) == Decimal(expected)


@given(st.lists(st.sampled_from(DocumentType.values)), st.sampled_from(DocumentType.values))
def test_kit_never_shrinks_with_a_document(types, more):
    assert kit_completeness(kit(*types, more)) >= kit_completeness(kit(*types))
    assert kit_completeness(kit(*types) + kit(more, state="dead")) == kit_completeness(kit(*types))


def test_every_document_type_but_images_has_one_aspect():
    placed = [name for aspect in ASPECTS for part in aspect.parts for name in part]
    assert sorted(placed) == sorted(set(DocumentType.values) - {"image"})


def test_kit_tells_what_lacks():
    technical = kit_aspects(kit("specification") + kit("manual", state="dead"))[0]
    assert technical.covered == (("specification",),)
    assert technical.missing == (("manual", "catalogue"),)
    assert [document.state for document in technical.documents] == ["alive", "dead"]


@pytest.mark.parametrize(
    ("rated_on", "today", "expired"),
    [
        (date(2024, 11, 22), date(2026, 11, 22), False),
        (date(2024, 11, 21), date(2026, 11, 22), True),
        (date(2026, 2, 27), date(2028, 2, 29), True),
    ],
)
def test_rating_expires_after_24_months(rated_on, today, expired):
    assert is_expired(rated_on, today) is expired


def test_months_before_ends_of_month():
    assert months_before(date(2028, 2, 29), 24) == date(2026, 2, 28)
    assert months_before(date(2026, 1, 31), 2) == date(2025, 11, 30)


def test_gaps_of_two_steps_are_told():
    rated = {
        "self": {"trialability": 5, "market_demand": 3},
        "observatory": {"trialability": 3, "market_demand": 2, "answer_to_issue": 1},
    }
    assert gaps(rated) == {"trialability": ("observatory", "self")}


@pytest.mark.parametrize(
    ("rated", "published"),
    [
        ({}, None),
        ({"self": KEYS}, "self"),
        ({"self": KEYS, "peer": KEYS}, "peer"),
        ({"self": KEYS, "peer": KEYS, "observatory": KEYS[:6]}, "observatory"),
        ({"self": KEYS, "observatory": KEYS[:5]}, "self"),
        ({"self": KEYS[:2], "observatory": KEYS[:1]}, "observatory"),
    ],
)
def test_published_rater(rated, published):
    assert published_rater(rated) == published
