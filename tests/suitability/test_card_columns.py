"""Values computed for all cards at once equal the pure functions' results for generated municipalities."""

import random

import pytest
from pyroaring import BitMap

from cardindex.postings import Postings
from cardindex.snapshot import Snapshot, VersionStamp
from cards.index.terms import COST_SIZE, PRIMARY_AREA, SCORE, cost_size, euro_of
from cards.vocabulary.areas import AREA_BY_KEY
from cards.vocabulary.lists import FundingSource, Scale, Stage
from municipalities.similar import Profile
from suitability import score as fit
from suitability.card_columns import Columns
from suitability.fitting import Scores, ordered
from suitability.prerequisites import demand
from suitability.score import DIMENSIONS, ProjectProfile, ReaderProfile, geometric_mean, order_key
from suitability.scoring import NamedMunicipalities, fits

TAGS = ["piattaforma open source", "sensori", "5g", "lavagna"]


def _one_of(draw, values, *, unknown=0.15):
    return None if draw.random() < unknown else draw.choice(list(values))


def _sheets(draw, count):
    """Municipalities of every kind, some of them hardly known, some of them twins."""
    found = {}
    for number in range(count):
        code = f"T{number:03d}"
        found[code] = Profile(
            code,
            f"Comune {number}",
            _one_of(draw, [0, 80, 1_235, 5_000, 5_001, 22_683, 195_213, 848_748]),
            _one_of(draw, [0.5, 12.25, 31.0, 130.01]),
            _one_of(draw, [0, 12, 239, 1_900]),
            _one_of(draw, [1, 2, 3, 4, 5]),
            _one_of(draw, [1, 2, 3]),
            draw.choice(["", "TO", "PO", "BG"]),
            draw.choice(["", "01", "09", "03"]),
        )
    return found


def _facts(draw, municipalities):
    """What an invented card says, as the index holds it: `{kind: values}`."""
    facts = {
        "municipality": draw.sample(municipalities, draw.choice([0, 1, 1, 1, 2, 3, 7])),
        "body": [_one_of(draw, [*fit.BODIES, "martian"])],
        "scale": [_one_of(draw, Scale.values)],
        "stage": [_one_of(draw, Stage.values)],
        PRIMARY_AREA: [_one_of(draw, AREA_BY_KEY)],
        "technology": draw.sample(TAGS, draw.randrange(3)),
        "funding_source": draw.sample(FundingSource.values, draw.randrange(4)),
        COST_SIZE: [_one_of(draw, [cost_size(cost) for cost in (0, 900, 15_000, 684_450, 14_000_000)])],
        SCORE: [_one_of(draw, ["0412", "0555", "0556", "1000"], unknown=0.5)],
    }
    return {kind: [value for value in values if value is not None] for kind, values in facts.items()}


def _snapshot(cards):
    sets = {"all": {"": BitMap(cards)}, SCORE: {}}
    for number, facts in cards.items():
        for kind, values in facts.items():
            for value in values or ([""] if kind == SCORE else []):
                sets.setdefault(kind, {}).setdefault(value, BitMap()).add(number)
    held = {kind: Postings(known) for kind, known in sets.items()}
    return Snapshot(postings=held, stamp=VersionStamp(len(cards), str(sorted(cards))))


def _project(facts, sheets):
    only = {kind: values[0] if values else None for kind, values in facts.items()}
    size = only[COST_SIZE]
    return ProjectProfile(
        tuple(sheets[code] for code in facts["municipality"] if code in sheets),
        only["body"] or "",
        only["scale"] or "",
        only[PRIMARY_AREA] or "",
        only["stage"] or "",
        None if size is None else float(euro_of(size)),
        demand(facts["technology"]),
        tuple(facts["funding_source"]),
    )


def _naive(cards, sheets, municipality, weights):
    """`[(key, fit, R)]` in the order that the pure functions give."""
    found = []
    for number, facts in cards.items():
        values = fit.fit(_project(facts, sheets), municipality).values
        score = int(facts[SCORE][0]) / 10 if facts[SCORE] else None
        found.append((number, geometric_mean(values, weights), score, values))
    return sorted(found, key=lambda row: order_key(row[2], row[1], row[0]), reverse=True)


def _order(columns, sheets, municipality, weights):
    found = fits(columns, NamedMunicipalities(columns.places, sheets), municipality, weights)
    return ordered(found, columns.table.numbers[SCORE])


def _world(seed, count=120):
    draw = random.Random(seed)
    sheets = _sheets(draw, 40)
    municipalities = [*sheets, "T999"]
    return draw, sheets, {7 * number + 3: _facts(draw, municipalities) for number in range(1, count)}


@pytest.mark.parametrize("seed", range(12))
def test_columns_give_the_figures_and_the_order_of_the_pure_functions(seed):
    draw, sheets, cards = _world(seed)
    columns = Columns().updated(_snapshot(cards))
    for _round in range(8):
        mine = draw.choice(list(sheets.values()))
        municipality = ReaderProfile(mine, _one_of(draw, [0.5, 12.0, 300.0]))
        weights = {name: float(draw.choice([0, 1, 1, 2, 3])) for name in DIMENSIONS}
        if not any(weights.values()):
            weights["economic"] = 1.0
        order, naive = (
            _order(columns, sheets, municipality, weights),
            _naive(cards, sheets, municipality, weights),
        )
        rows = order.rows(0, len(cards))
        assert [(row["keys"], row["fit"], row["score"]) for row in rows] == [row[:3] for row in naive]
        assert [{name: row[name] for name in DIMENSIONS} for row in rows] == [row[3] for row in naive]
        assert order.rated == sum(row[1] is not None and row[2] is not None for row in naive)


@pytest.mark.parametrize("seed", range(4))
def test_a_part_of_the_order_is_the_order_of_the_part(seed):
    draw, sheets, cards = _world(seed)
    order = _order(
        Columns().updated(_snapshot(cards)),
        sheets,
        ReaderProfile(sheets["T000"]),
        dict.fromkeys(DIMENSIONS, 1.0),
    )
    whole = [row["keys"] for row in order.rows(0, len(cards))]
    chosen = BitMap(draw.sample(sorted(cards), 50))
    part = order.among(chosen)
    kept = [key for key in whole if key in chosen]
    assert [row["keys"] for row in part.rows(0, 20)] == kept[:20]
    assert [row["keys"] for row in part[20:40]] == kept[20:40]
    # Far from the head all are sorted once; what was asked first stays the same.
    assert [row["keys"] for row in part.rows(40, 5_000)] == kept[40:]
    assert [row["keys"] for row in part.rows(0, 20)] == kept[:20]
    assert len(part) == 50
    assert order.among(BitMap()).rows(0, 20) == []


@pytest.mark.parametrize("seed", range(4))
def test_columns_follow_what_is_published_and_withdrawn(seed):
    """A version that follows another gives what a process that begins with it gives."""
    draw, sheets, cards = _world(seed)
    municipality, weights = ReaderProfile(sheets["T001"]), dict.fromkeys(DIMENSIONS, 1.0)
    columns, snapshot = Columns(), _snapshot(cards)
    for number in range(5):
        columns = columns.updated(snapshot)
        cards = {key: facts for key, facts in cards.items() if draw.random() > 0.1}
        new = _facts(draw, [*sheets, "T998", f"N{number}"])
        rated = draw.choice(list(cards))
        cards = cards | {1_000 + number: new, rated: cards[rated] | {SCORE: ["0777"]}}
        snapshot = _snapshot(cards)
        fresh = Columns().updated(snapshot)
        rows = _order(columns.updated(snapshot), sheets, municipality, weights).rows(0, len(cards))
        assert rows == _order(fresh, sheets, municipality, weights).rows(0, len(cards))
        assert [(row["keys"], row["fit"]) for row in rows] == [
            row[:2] for row in _naive(cards, sheets, municipality, weights)
        ]


def test_figures_that_read_the_same_stand_by_age():
    """R × F to two decimals, then F to four: what nobody can tell apart goes by the newest card."""
    assert order_key(50.0, 0.80004, 1) < order_key(50.0, 0.80004, 2)
    assert order_key(50.0, 0.800011, 2) > order_key(50.0, 0.800014, 1)
    assert order_key(50.0, 0.8002, 1) > order_key(50.0, 0.8001, 2)
    assert order_key(None, 0.99, 9) < order_key(1.0, 0.01, 1)
    assert order_key(None, None, 9) < order_key(None, 0.01, 1)


def test_an_empty_index_has_no_order():
    columns = Columns().updated(Snapshot(stamp=VersionStamp(1, "a")))
    order = _order(columns, {}, ReaderProfile(Profile("T000", "Comune 0")), dict.fromkeys(DIMENSIONS, 1.0))
    assert (len(order), order.rated, order.rows(0, 20)) == (0, 0, [])
    assert Scores().column(columns).to_pylist() == []
