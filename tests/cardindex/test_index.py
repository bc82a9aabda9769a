"""The engine against a naive one: sets of numbers in a dict, a scan for every question."""

from collections import defaultdict

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from cardindex.analysis import line_of, read, tokens
from cardindex.blocks import LIMIT, WHOLE, cut, join, pack, revise
from cardindex.builder import Builder, changes, revised, terms_of_text
from cardindex.deltas import Entry, cumulated, decode, encode
from cardindex.matching import confirmed, match
from cardindex.snapshot import RARE, WORD_KINDS, Index, Row, Snapshot, StaleSnapshot, VersionStamp, read_words
from cardindex.terms import TermDictionary, stem

# Small and large numbers, so that sets are cut and blocks are crossed.
NUMBERS = st.integers(0, 40) | st.integers(65_530, 65_545) | st.integers(0, 400_000)
SETS = st.sets(NUMBERS, max_size=30)
WORDS = st.sampled_from(
    ["mobilita", "sostenibile", "luce", "luci", "progetto", "progetti", "aria", "scuola", "led"]
)
LINES = st.lists(WORDS, max_size=4).map(" ".join)
AREAS = st.sets(st.sampled_from(["energy", "mobility", "people"]), max_size=2)
CARDS = st.dictionaries(NUMBERS, st.tuples(LINES, LINES, LINES, AREAS), max_size=12)


class Store:
    """Rows and changes in dicts, as a database would keep them."""

    counted = ("area",)

    def __init__(self):
        self.rows: dict[tuple, tuple[bytes, int]] = {}
        self.number, self.rebuilt, self.upto = 0, 0, 0
        self.entries: dict[int, tuple[str, bytes | None]] = {}

    def advance(self, changes: bytes | None) -> None:
        self.number += 1
        self.entries[self.number] = str(self.number), changes

    def build(self, rows) -> None:
        self.advance(None)
        self.rebuilt = self.upto = self.number
        self.rows = {(kind, value, part): (data, self.number) for kind, value, part, data in rows}

    def change(self, added, dropped) -> None:
        self.advance(encode(changes(added, dropped), [], self.upto))

    def compact(self, versions: int | None = None) -> None:
        """Compact so many versions, the oldest first, or all."""
        upto = self.number if versions is None else min(self.number, self.upto + versions)
        wanted = cumulated(entry.changes for entry in self.log(self.upto + 1, upto))
        stored = defaultdict(dict)
        for (kind, value, part), (data, _version) in self.rows.items():
            stored[kind, value][part] = data
        for kind, value, part, data in revised(wanted, stored):
            self.rows[kind, value, part] = data, self.number
        self.upto = upto

    def forget(self) -> None:
        """What a process left far behind finds: changes that are not on record any more."""
        self.entries = {version: (token, None) for version, (token, _told) in self.entries.items()}

    def all(self):
        return (Row(*key, data, version) for key, (data, version) in self.rows.items())

    def stamp(self) -> VersionStamp:
        return VersionStamp(self.number, self.entries.get(self.number, ("",))[0], self.rebuilt)

    def knows(self, stamp: VersionStamp) -> bool:
        return self.entries.get(stamp.version, ("",))[0] == stamp.token

    def compacted(self) -> int:
        return self.upto

    def log(self, since: int, upto: int) -> list[Entry]:
        return [decode(v, *told) for v, told in sorted(self.entries.items()) if since <= v <= upto]

    def postings(self):
        return (row for row in self.all() if row.kind not in WORD_KINDS)

    def forms(self):
        return {row.value for row in self.all() if row.kind == "in_text" and row.data}

    def words(self, values):
        return (row for row in self.all() if row.kind in WORD_KINDS and row.value in set(values))

    def rare(self, values):
        found = defaultdict(list)
        for row in self.words(values):
            if row.kind == "in_text":
                found[row.value].append(row.data)
        sizes = {value: len(b"".join(parts)) for value, parts in found.items()}
        return {value: sizes[value] if sizes[value] > RARE else p for value, p in found.items()}


def terms(card) -> dict:
    return terms_of_text(*card[:3]) | {"area": card[3]}


def naive(cards, word: str, upto: int) -> set[int]:
    """Cards one of whose words shares the stem, in the first `upto` tiers."""
    return {
        n for n, card in cards.items() if any(stem(w) == stem(word) for w in " ".join(card[:upto]).split())
    }


def most(cards, words, held: int) -> set[int]:
    """Cards that hold as many of the words as any card does, which must be `held`."""
    words = set(words)
    counts = {n: sum(n in naive(cards, word, 3) for word in words) for n in cards}
    best = max(counts.values(), default=0)
    if len(words) < 2 or not best:
        return set()
    assert held == best
    return {n for n, count in counts.items() if count == best}


def agree(snapshot: Snapshot, store: Store, cards, words) -> None:
    assert set(snapshot.all) == set(cards)
    for area in ("energy", "mobility", "people"):
        assert set(snapshot.any_of("area", [area])) == {n for n, card in cards.items() if area in card[3]}
    under = snapshot.any_of("area", ["energy", "people"])
    kept = {n: card for n, card in cards.items() if card[3] & {"energy", "people"}}
    wanted = {a: sum(a in card[3] for card in kept.values()) for a in ("energy", "mobility", "people")}
    assert snapshot.counts("area", under) == {area: count for area, count in wanted.items() if count}
    found = match(snapshot, store, read(" ".join(words)))
    if words and not found.corrected:
        tiers = [set.intersection(*(naive(cards, word, upto) for word in words)) for upto in (1, 2, 3)]
        if not tiers[2]:
            assert set(found.text) == most(cards, words, found.held)
            return
        assert found.held == found.units
        rest, named = tiers[2] - tiers[1], set.union(*(naive(cards, word, 1) for word in words))
        wanted = [tiers[0], tiers[1] - tiers[0], rest & named, rest - named]
        assert not any(found.tiers[8:])  # those of synonyms
        halves = [set(tier) for tier in found.tiers[:8]]
        assert [a | b for a, b in zip(halves[::2], halves[1::2], strict=True)] == wanted
        assert sum(map(len, halves)) == len(tiers[2])


@pytest.mark.parametrize("segment", [1, 3, 16])
@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            CARDS, st.sets(NUMBERS, max_size=6), st.sampled_from(["", "step", "compact", "compact, forget"])
        ),
        max_size=8,
    ),
    st.lists(WORDS, max_size=2, unique=True),
    st.booleans(),
)
def test_changes_one_after_another_equal_the_naive_index(monkeypatch, segment, steps, words, is_late):
    """Whoever follows each change, who begins at the end and who was left behind see the same cards."""
    monkeypatch.setattr("cardindex.deltas.SEGMENT", segment)
    store, index, late, cards = Store(), Index(), Index(), {}
    for added, dropped, after in steps:
        gone = {n: cards[n] for n in (dropped | set(added)) & set(cards)}
        store.change({n: terms(c) for n, c in added.items()}, {n: terms(c) for n, c in gone.items()})
        cards = {n: card for n, card in cards.items() if n not in gone} | added
        agree(index.snapshot(store), store, cards, words)
        if is_late:
            agree(late.snapshot(store), store, cards, words)
            is_late = False
        if after == "step":
            store.compact(versions=2)
        if "compact" in after:
            store.compact()
        if "forget" in after:
            store.forget()
        agree(index.snapshot(store), store, cards, words)
    agree(Index().snapshot(store), store, cards, words)
    agree(late.snapshot(store), store, cards, words)
    forms = sorted({word for card in cards.values() for word in " ".join(card[:3]).split()})
    assert index.snapshot(store).terms.forms == late.snapshot(store).terms.forms == forms


@settings(deadline=None)
@given(CARDS, st.lists(WORDS, min_size=1, max_size=2, unique=True))
def test_whole_build_equals_the_changes(cards, words):
    changed, built, builder = Store(), Store(), Builder()
    for number in sorted(cards):
        changed.change({number: terms(cards[number])}, {})
        builder.add(number, terms(cards[number]))
    built.build(builder.rows())
    agree(Index().snapshot(built), built, cards, words)
    changed.compact()
    held = [defaultdict(list), defaultdict(list)]
    for store, sets in zip((changed, built), held, strict=True):
        for row in store.all():
            sets[row.kind, row.value].append(row.data)
    assert {key: join(parts) for key, parts in held[0].items()} == {k: join(p) for k, p in held[1].items()}


@given(SETS, SETS, SETS)
def test_revised_rows_hold_what_came_and_not_what_went(first, add, drop):
    rows = cut(BitMap(first))
    rows |= revise(rows, add, drop - add)
    assert set(join(rows.values())) == (first - drop) | add


@given(
    st.integers(0, 3),
    st.sets(st.integers(0, 262_143), max_size=5),
    st.sets(st.integers(0, 262_143), max_size=5),
)
def test_large_sets_are_cut_and_stay_equal(step, add, drop):
    """Every third number passes 8 kB; a change then touches the blocks concerned alone."""
    numbers = BitMap(range(step, 262_144, 3))
    rows = cut(numbers)
    assert rows[WHOLE] == b"" and len(rows) == 5
    changed = revise(rows, add, drop - add)
    assert set(changed) == {n >> 16 for n in add | drop}
    assert join((rows | changed).values()) == (numbers - BitMap(drop)) | BitMap(add)


def test_value_is_cut_when_it_grows():
    rows = cut(BitMap(range(0, 8_000, 2)))
    assert set(rows) == {WHOLE}
    grown = revise(rows, range(100_000, 140_000, 3), [0])
    assert grown[WHOLE] == b""
    assert {0, 1, 2} == set(grown) - {WHOLE}
    assert max(len(data) for data in grown.values()) <= LIMIT + 64
    assert join(grown.values()) == BitMap(range(2, 8_000, 2)) | BitMap(range(100_000, 140_000, 3))


def test_empty_set_has_no_bytes():
    assert pack(BitMap()) == b""
    assert revise(cut(BitMap([5])), [], [5]) == {WHOLE: b""}
    assert set(join(revise({WHOLE: b""}, [7], []).values())) == {7}


def published(**cards) -> tuple[Store, dict]:
    """A store of cards by title, numbered as they come."""
    numbered = {n: (line_of([title]), " ", " ", set()) for n, title in enumerate(cards.values(), 1)}
    store = Store()
    store.change({n: terms(card) for n, card in numbered.items()}, {})
    return store, numbered


def found(store: Store, text: str) -> list[int]:
    snapshot = Index().snapshot(store)
    answer = match(snapshot, store, read(text))
    return list(answer.text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("mobilita", [1]),
        ("MOBILITÀ", [1]),
        ("qualita", [2]),
        ("aria", [2]),
        ("progetto", [3]),
        ("progetti", [3]),
        ("mobil sosten", [1]),
        ("mobilità sosten", [1]),
        ("mobilita sostenible", [1]),
        ("dell'aria", [2]),
        ("", []),
        ("C19I21000130001", [4]),
        ("c19i21000130002", []),
        ("zzz", []),
        ("mobilita aria", [1, 2]),
        ("mobilita led", [1]),
    ],
)
def test_words_find_their_inflections_beginnings_and_near_forms(text, wanted):
    store, cards = published(
        a="Mobilità sostenibile", b="Qualità dell’aria", c="Progetti per la scuola", d="CUP C19I21000130001"
    )
    hits = BitMap(found(store, text))
    assert list(confirmed(hits, read(text).phrases, lambda held: ((n, cards[n][0]) for n in held))) == wanted


def test_near_forms_are_told_and_come_last():
    store, _cards = published(a="Arte in piazza", b="Artefatti", c="Carta")
    snapshot = Index().snapshot(store)
    assert list(match(snapshot, store, read("arte")).text) == [1]
    assert list(match(snapshot, store, read("artef")).text) == [2]
    assert match(snapshot, store, read("piaza")).corrected == {"piaza": ("piazza",)}


def test_word_nobody_writes_is_completed_beside_its_inflections():
    store, _cards = published(a="Luci in piazza", b="Lucernari", c="Illuminazione")
    snapshot = Index().snapshot(store)
    assert list(match(snapshot, store, read("luc")).text) == [1, 2]
    assert list(match(snapshot, store, read("luci")).text) == [1]


def test_word_in_quotes_is_found_as_it_is_written():
    store, _cards = published(a="Piazza verde", b="Piazze verdi")
    assert found(store, "piazza") == [1, 2]
    assert found(store, '"piazza"') == [1]
    assert found(store, '"piaza"') == []
    assert found(store, '"piazze" verde') == [2]


def test_cards_named_by_one_word_come_before_the_others():
    numbered = {
        1: (" luci ", " a ", " scuola ", set()),
        2: (" strade ", " b ", " luci scuola ", set()),
        3: (" scuola luci ", " c ", " ", set()),
    }
    store = Store()
    store.change({n: terms(card) for n, card in numbered.items()}, {})
    answer = match(Index().snapshot(store), store, read("luci scuola"))
    assert [list(tier) for tier in answer.tiers] == [[3], [], [], [], [1], [], [2], [], [], [], []]


def test_cards_that_hold_the_words_as_typed_come_before_their_inflections():
    store, _cards = published(a="Comuni energetici", b="Comunità energetiche", c="Comunità energetica")
    answer = match(Index().snapshot(store), store, read("comunita energetiche"))
    assert [list(tier) for tier in answer.tiers[:2]] == [[2], [1, 3]]


def test_words_beyond_the_most_are_told():
    assert read("uno " + " ".join(f"parola{chr(97 + n) * 3}" for n in range(14))).cut == (
        "parolammm",
        "parolannn",
    )


@pytest.mark.parametrize(
    ("text", "words", "phrases"),
    [
        ('"qualità dell’aria" Torino', ("qualita", "aria", "torino"), (" qualita dell aria ",)),
        ("«luci a led»", ("luci", "led"), (" luci a led ",)),
        ('"aperta e mai chiusa', ("aperta", "mai", "chiusa"), ()),
        ("di", ("di",), ()),
        ("il 12345", ("12345",), (" 12345 ",)),
        ('" "', (), ()),
    ],
)
def test_quotes_make_phrases_and_nothing_else_is_syntax(text, words, phrases):
    wording = read(text)
    assert (wording.words, wording.phrases) == (words, phrases)


@given(st.text(max_size=200))
def test_any_text_can_be_read_and_asked(text):
    store, _cards = published(a="Mobilità sostenibile")
    assert len(read(text).words) <= 12
    assert set(found(store, text)) <= {1}


@given(st.text())
def test_folding_twice_is_folding_once(text):
    assert tokens(" ".join(tokens(text))) == tokens(text)


@given(st.sets(WORDS), st.sets(WORDS), st.sets(WORDS))
def test_renewed_dictionary_equals_a_new_one(first, added, removed):
    renewed, new = (
        TermDictionary(first).renewed(added, removed - added),
        TermDictionary((first - removed) | added),
    )
    assert renewed.forms == new.forms
    assert {root: forms for root, forms in renewed.groups.items() if forms} == new.groups


def test_change_that_was_rolled_back_is_forgotten():
    store, _cards = published(a="Luce")
    index = Index()
    before = store.entries.copy()
    store.change({9: terms(("due", " ", " ", {"energy"}))}, {})
    assert set(index.snapshot(store).all) == {1, 9}
    store.entries, store.number = before, 1
    assert set(index.snapshot(store).all) == {1}
    store.change({5: terms(("tre", " ", " ", set()))}, {})
    store.entries[2] = ("another", store.entries[2][1])
    assert set(index.snapshot(store).all) == {1, 5}
    assert list(index.snapshot(store).terms.forms) == ["luce", "tre"]


def test_rows_newer_than_the_state_begin_the_question_again():
    store, _cards = published(a="Luce")
    index, asked = Index(), []

    def question(snapshot):
        if not asked:
            store.change({2: terms(("luce", " ", " ", set()))}, {})
            store.compact()
        asked.append(snapshot.stamp.version)
        return set(read_words(snapshot, store, ["luce"])["in_title", "luce"])

    assert index.query(store, question) == {1, 2}
    assert asked == [1, 2]
    with pytest.raises(StaleSnapshot):
        read_words(Snapshot(VersionStamp(1, "1")), store, ["luce"])
    with pytest.raises(StaleSnapshot):
        store.stamp = lambda: VersionStamp(1, "1")
        Index().snapshot(store)


def test_compaction_while_the_rows_are_read_loses_nothing(monkeypatch):
    store, _cards = published(a="Luce")
    store.change({7: terms(("aria", " ", " ", {"energy"}))}, {})
    first = store.postings

    def sets():
        rows = list(first())
        store.compact()
        return rows

    monkeypatch.setattr(store, "postings", sets)
    snapshot = Index().snapshot(store)
    assert (set(snapshot.all), set(snapshot.any_of("area", ["energy"]))) == ({1, 7}, {7})
    assert list(match(snapshot, store, read("aria")).text) == [7]


def test_word_of_many_cards_is_looked_at_again_only_when_it_may_be_gone(monkeypatch):
    monkeypatch.setattr("cardindex.snapshot.RARE", 40)
    monkeypatch.setattr(f"{__name__}.RARE", 40)
    store, looks, numbers = Store(), [], list(range(0, 90, 3))
    store.build(
        (kind, value, part, data)
        for kind, value in (("in_text", "luce"), ("all", ""))
        for part, data in cut(BitMap(numbers)).items()
    )
    asked = store.rare
    monkeypatch.setattr(store, "rare", lambda values: looks.append(values) or asked(values))
    index = Index()
    for left in reversed(range(len(numbers))):
        assert index.snapshot(store).terms.holds("luce")
        store.change({}, {numbers[left]: {"in_text": {"luce"}, "all": {""}}})
        assert len(read_words(index.snapshot(store), store, ["luce"])["in_text", "luce"]) == left
        if left == 12:
            store.compact()
    assert not index.snapshot(store).terms.holds("luce")
    assert 3 < len(looks) < len(numbers)
