"""Values read off the cards against sets met one by one."""

from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from cardindex.columns import MANY, Column
from cardindex.state import State

NAMES = "abcdef"
SETS = st.dictionaries(
    st.sampled_from(NAMES), st.sets(st.integers(0, 30), min_size=1).map(BitMap), min_size=1
)
UNDER = st.sets(st.integers(0, 40)).map(BitMap)


def naive(known, under) -> list[tuple[str, int]]:
    """Pairs by number, the largest first, ties by value."""
    found = ((value, under.intersection_cardinality(cards)) for value, cards in known.items())
    return sorted((pair for pair in found if pair[1]), key=lambda pair: (-pair[1], pair[0]))


@given(SETS, UNDER)
def test_a_column_counts_as_the_sets_do(known, under):
    """Also cards of three values and more, of none, and beyond the last the column knows."""
    wanted = naive(known, under)
    assert Column(known).top(under) == (wanted, len(wanted))
    assert Column(known).top(under, 2) == (wanted[:2], len(wanted))


@given(SETS, SETS, SETS, UNDER)
def test_a_renewed_column_is_one_built_anew(before, later, last, under):
    known, column = {name: before.get(name, BitMap([1])) for name in NAMES}, None
    column = Column(known)
    for changed in (later, last):
        after = {**known, **changed}
        gone = {name for name in changed if len(changed[name]) % 5 == 0}
        after = {name: cards for name, cards in after.items() if name not in gone}
        renewed = column.renewed(known, after, changed.keys())
        assert renewed.top(under) == Column(after).top(under)
        assert column.top(under) == Column(known).top(under)
        known, column = after, renewed


def test_a_value_never_seen_wants_another_column():
    known = {"a": BitMap([1])}
    assert Column(known).renewed(known, {**known, "b": BitMap([2])}, ["b"]) is None


def test_kinds_of_many_values_are_counted_card_by_card():
    towns = {f"{n:04d}": BitMap([n, n + 1, n // 2]) for n in range(MANY)}
    everything = BitMap(range(MANY + 1))
    state = State(sets={"town": towns, "all": {"": everything}})
    under = BitMap(range(0, MANY, 3))
    wanted = naive(towns, under)
    assert state.top("town", under, 7) == (wanted[:7], len(wanted))
    assert state.counts("town", under) == dict(sorted(wanted))
    assert list(state.counts("town", under)) == sorted(dict(wanted))
    assert state.top("town", everything, 3) == (naive(towns, everything)[:3], MANY)
    later = {**state.sets, "town": {**towns, "0000": BitMap([3])}}
    renewed = State(sets=later, _columns=state.columns_after(later, {"town": ["0000"]}))
    assert renewed.counts("town", under) == dict(sorted(naive(later["town"], under)))
