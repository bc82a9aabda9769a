"""Postings kept as bytes against sets in a dict."""

from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from cardindex.blocks import cut
from cardindex.postings import LESS, MANY, Postings
from cardindex.snapshot import Snapshot

FILL = {f"fill {n}": BitMap([n]) for n in range(MANY)}
NUMBERS = st.sets(st.integers(0, 200_000), max_size=20)
CHANGES = st.lists(st.tuples(st.sampled_from("abc"), NUMBERS | st.none()), max_size=8)


@given(st.sampled_from([{}, FILL]), CHANGES)
def test_sets_hold_what_a_dict_would(first, changes):
    sets, wanted = Postings(first), dict(first)
    for value, numbers in changes:
        before, held = sets.copy(), dict(wanted)
        if numbers is None:
            sets.pop(value, None)
            wanted.pop(value, None)
        else:
            sets[value] = wanted[value] = BitMap(numbers)
        assert dict(before) == held
    assert dict(sets) == wanted
    assert list(sets) == list(wanted) and len(sets) == len(wanted)
    assert all((value in sets) == (value in wanted) for value in "abc")


@given(st.sampled_from([{}, FILL]), NUMBERS)
def test_stored_pieces_make_the_set_again(first, numbers):
    """In one piece, which stays as it was read, and in blocks."""
    for cards in (BitMap(numbers), BitMap(numbers) | BitMap(range(0, 190_000, 3))):
        sets = Postings(first)
        for data in cut(cards).values():
            if data:
                sets.load("a", data)
        assert sets.get("a", BitMap()) == cards
        assert sets.get("a", BitMap()) == cards


def test_small_sets_among_many_stay_bytes_and_those_among_few_do_not():
    few, many = Postings(), Postings(FILL)
    for sets in (few, many):
        sets.load("a", BitMap([1, 2]).serialize())
        sets["b"] = BitMap([3])
        sets["large"] = BitMap(range(0, 3 * LESS, 3))
        assert sets["a"] == BitMap([1, 2]) and sets["b"] == BitMap([3]) and len(sets["large"]) == LESS
    assert [type(few._held[value]) for value in ("a", "b", "large")] == [BitMap, BitMap, BitMap]
    assert [type(many._held[value]) for value in ("a", "b", "large")] == [bytes, bytes, BitMap]
    assert few["a"] is few["a"]


def test_another_version_tells_which_sets_are_its_own():
    for first in ({}, FILL):
        before = Postings({**first, "a": BitMap([1]), "b": BitMap([2])})
        after = before.copy()
        after["b"], after["c"] = BitMap([2, 3]), BitMap([4])
        del after["a"]
        assert after.unlike(before) == ["b", "c"]
        assert len(after["b"]) == 2
        assert after.unlike(before) == ["b", "c"]
        assert before.unlike(before.copy()) == []


def test_one_value_is_answered_by_the_very_set_and_several_by_another():
    snapshot = Snapshot(postings={"kind": Postings({"a": BitMap([1]), "b": BitMap([2])})})
    assert snapshot.any_of("kind", ["a", "none"]) is snapshot.postings["kind"]["a"]
    both = snapshot.any_of("kind", ["a", "b"])
    assert both == BitMap([1, 2])
    assert snapshot.postings["kind"] == {"a": BitMap([1]), "b": BitMap([2])}
    assert snapshot.any_of("kind", []) == BitMap() == snapshot.any_of("other", ["a"])
