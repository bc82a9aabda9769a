"""Values read off the cards against sets met one by one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from cardindex import doc_values
from cardindex.doc_values import LATE, MANY, DocValues
from cardindex.postings import Postings
from cardindex.snapshot import Snapshot

NAMES = "abcdef"
# Neighbours, and cards on both sides of a boundary between blocks of 65,536.
CARDS = st.integers(0, 30) | st.integers(65_530, 65_542) | st.just(200_000)
SETS = st.dictionaries(st.sampled_from(NAMES), st.sets(CARDS, min_size=1).map(BitMap), min_size=1)
UNDER = st.sets(CARDS | st.integers(0, 40) | st.just(10**6)).map(BitMap)
LIMITS = st.integers(1, 7)


def naive(known, under) -> list[tuple[str, int]]:
    """Pairs by number, the largest first, ties by value."""
    found = ((value, under.intersection_cardinality(cards)) for value, cards in known.items())
    return sorted((pair for pair in found if pair[1]), key=lambda pair: (-pair[1], pair[0]))


def agree(column: DocValues, known, under: BitMap, limit: int = 3) -> None:
    wanted = naive(known, under)
    assert column.top(under, limit) == (wanted[:limit], len(wanted))
    assert list(column.counts(under).items()) == sorted(wanted)
    everything = naive(known, BitMap.union(BitMap(), *known.values()))
    assert list(column.totals().items()) == sorted(everything)


@given(SETS, UNDER, LIMITS)
def test_a_column_counts_as_the_sets_do(known, under, limit):
    """Also cards of three values and more, of none, beyond the last the column knows, and of nearly all."""
    column = DocValues(known)
    agree(column, known, under, limit)
    everything = BitMap.union(*known.values())
    agree(column, known, everything, limit)
    agree(column, known, everything - under, limit)


@settings(max_examples=20, deadline=None)
@given(SETS, UNDER, LIMITS)
def test_a_result_of_many_is_counted_as_one_of_few(known, under, limit):
    """From FEW cards on Arrow counts in another way."""
    many = BitMap(range(1_000_000, 1_000_000 + doc_values.FEW))
    known = {**known, "many": many, "other": BitMap(range(1_000_000, 1_000_000 + 3 * doc_values.FEW))}
    agree(DocValues(known), known, under | many, limit)


@given(SETS, SETS, SETS, UNDER)
def test_a_moved_column_is_one_built_anew(before, later, last, under):
    known = {name: before.get(name, BitMap([1])) for name in NAMES}
    column = DocValues(known)
    for changed in (later, last):
        after = {name: changed.get(name, cards) for name, cards in known.items()}
        gone = [(name, known[name] - after[name]) for name in NAMES]
        came = [(name, after[name] - known[name]) for name in NAMES]
        moved = column.after(gone, came)
        agree(moved, after, under)
        agree(moved, after, BitMap.union(*after.values()) - under)
        agree(column, known, under)
        # What has come already and what has gone already changes nothing.
        agree(moved.after(gone, came), after, under)
        known, column = after, moved


def test_a_value_never_seen_and_a_change_of_very_many_cards_want_another_column():
    column = DocValues({"a": BitMap([1]), "b": BitMap([2])})
    assert column.after([], [("c", BitMap([2]))]) is None
    assert column.after([], [("a", BitMap(range(LATE + 1)))]) is None
    full = column.after([], [("a", BitMap(range(10, 10 + LATE)))])
    assert full.totals() == {"a": 1 + LATE, "b": 1}
    assert full.after([], [("b", BitMap([1]))]) is None
    # Cards that are gone need no remembering.
    assert full.after([("a", BitMap([1, 10]))], []).totals() == {"a": LATE - 1, "b": 1}


def test_kinds_of_many_values_are_counted_card_by_card():
    municipalities = {f"{n:04d}": BitMap([n, n + 1, n // 2]) for n in range(MANY)}
    everything = BitMap(range(MANY + 1))
    snapshot = Snapshot(
        postings={"municipality": Postings(municipalities), "all": Postings({"": everything})}
    ).ready(["municipality", "nothing"])
    under = BitMap(range(0, MANY, 3))
    wanted = naive(municipalities, under)
    assert snapshot.top("municipality", under, 7) == (wanted[:7], len(wanted))
    assert snapshot.counts("municipality", under) == dict(sorted(wanted))
    assert list(snapshot.counts("municipality", under)) == sorted(dict(wanted))
    assert snapshot.top("municipality", snapshot.all, 3) == (naive(municipalities, everything)[:3], MANY)
    assert snapshot.counts("municipality", snapshot.all) == dict(sorted(naive(municipalities, everything)))
    after = {**municipalities, "0000": BitMap([3])}
    later = {**snapshot.postings, "municipality": Postings(after)}
    renewed = Snapshot(
        postings=later, _doc_values=snapshot.doc_values_after(later, {"municipality": ["0000"]})
    )
    assert list(renewed._doc_values) == ["municipality"]
    assert renewed.counts("municipality", under) == dict(sorted(naive(after, under)))
    gone = {**snapshot.postings, "municipality": Postings({"new": BitMap([3])})}
    assert snapshot.doc_values_after(gone, {"municipality": ["new"]}) == {}


@pytest.mark.parametrize("values", [MANY - 1, MANY])
def test_few_values_and_many_are_counted_alike(values):
    known = {f"{n:04d}": BitMap(range(n, 3 * n + 1, n + 1)) for n in range(values)}
    snapshot = Snapshot(postings={"kind": Postings(known), "all": Postings({"": BitMap(range(1_000))})})
    wanted = naive(known, BitMap(range(50, 150)))
    assert snapshot.top("kind", BitMap(range(50, 150)), 9) == (wanted[:9], len(wanted))
    assert ("kind" in snapshot._doc_values) == (values == MANY)
