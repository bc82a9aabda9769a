"""Matches a parsed query: sets of cards that hold all its words, in tiers of relevance."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce

from pyroaring import BitMap

from cardindex.analysis import Wording, code_bucket, is_code
from cardindex.snapshot import CODE, SUMMARY, TEXT, TITLE, Snapshot, Source, read_words
from cardindex.synonyms import NO_SYNONYMS, Thesaurus, Unit
from cardindex.terms import Found

MAX_CHECKED = 5_000
Forms = tuple[str, ...]


@dataclass(frozen=True)
class Match:
    """Cards that match a query, in `tiers` of relevance: those of an earlier tier are in no later one.

    `held` of the `units` of the query match in each card: all, or as many as any card has. `forms` are the
    terms that count as matched, `corrected` those that replace a typed word, `synonyms` the expressions that
    were searched too, by the typed one; `checks` are phrases that only the text can confirm.
    """

    tiers: tuple[BitMap, ...] = ()
    forms: frozenset[str] = frozenset()
    corrected: Mapping[str, Forms] = field(default_factory=dict)
    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    checks: tuple[str, ...] = ()
    units: int = 0
    held: int = 0

    @property
    def text(self) -> BitMap:
        """All cards that match."""
        return BitMap.union(BitMap(), *self.tiers)

    def led_by(self, cards: BitMap) -> "Match":
        """The same match with these cards before all others."""
        return replace(self, tiers=(cards, *(tier - cards for tier in self.tiers)))

    def within(self, cards: BitMap) -> "Match":
        """The same match among fewer cards."""
        return replace(self, tiers=tuple(tier & cards for tier in self.tiers))


def match(snapshot: Snapshot, source: Source, wording: Wording, thesaurus: Thesaurus = NO_SYNONYMS) -> Match:
    """The cards that answer the wording, phrases not yet checked. Raises snapshot.StaleSnapshot.

    First those that hold each word as typed or inflected, then those that hold synonyms. When no card holds
    all, and nothing is quoted, the cards that hold most.
    """
    units = thesaurus.units(wording)
    others = {unit: [o for o in unit.others if all(map(snapshot.terms.inflections, o))] for unit in units}
    found = _found(snapshot, wording, units, others)
    known = {word: answer.forms for word, answer in found.items()}
    known |= {word: snapshot.terms.inflections(word) for many in others.values() for o in many for word in o}
    codes = {word: code_bucket(word) for word in wording.words if is_code(word)}
    forms = {form for many in known.values() for form in many}
    sets = read_words(snapshot, source, [*codes.values(), *forms])

    def words_in(kind: str, words: Iterable[str]) -> BitMap:
        """The cards that hold all these words, in any of their forms."""
        sides = [
            sets[CODE, codes[word]]
            if word in codes
            else BitMap.union(BitMap(), *(sets[kind, form] for form in known[word]))
            for word in words
        ]
        return BitMap.intersection(*sides) & snapshot.all

    def unit_in(kind: str, unit: Unit) -> BitMap:
        return BitMap.union(words_in(kind, unit.words), *(words_in(kind, other) for other in others[unit]))

    whole = Match(
        forms=frozenset(codes).union(forms),
        corrected={word: answer.forms for word, answer in found.items() if answer.corrected and answer.forms},
        synonyms={" ".join(u.words): tuple(map(" ".join, many)) for u, many in others.items() if many},
        checks=wording.phrases,
        units=len(units),
        held=len(units),
    )
    if not units:
        return Match()
    typed = _typed_tiers(wording, words_in, _literal(sets, found))
    done = BitMap.union(BitMap(), *typed)
    wide = [_all_units(kind, units, unit_in) for kind in (TITLE, SUMMARY, TEXT)]
    tiers = (*typed, *_disjoint(wide, done))
    if any(tiers) or wording.phrases or wording.exact or len(units) == 1:
        return replace(whole, tiers=tiers)
    held, tiers = _most_units(units, unit_in)
    return replace(whole, tiers=tiers, held=held)


def _found(snapshot: Snapshot, wording: Wording, units: list[Unit], others: Mapping) -> dict[str, Found]:
    """The terms of each typed word. A word that has synonyms in the index is not corrected."""
    found = {}
    for unit in units:
        for word in unit.words:
            if is_code(word):
                continue
            is_open = wording.is_open and word == wording.words[-1]
            answer = snapshot.terms.find(word, is_open=is_open, is_exact=word in wording.exact)
            found[word] = Found() if answer.corrected and others[unit] else answer
    return found


def _typed_tiers(wording: Wording, words_in: Callable, literal: BitMap) -> tuple[BitMap, ...]:
    """Cards with all words in the title; in title or summary; one of them in the title; anywhere.

    In each those that hold the words as typed first, then those with inflections.
    """
    title, summary, text = (words_in(kind, wording.words) for kind in (TITLE, SUMMARY, TEXT))
    words = [word for word in wording.words if not is_code(word)]
    named = BitMap.union(BitMap(), *(words_in(TITLE, [word]) for word in words)) & text
    rest = text - summary
    wide = [title, summary - title, rest & named, rest - named]
    return tuple(part for cards in wide for part in (cards & literal, cards - literal))


def _literal(sets: Mapping, found: Mapping[str, Found]) -> BitMap:
    """Cards that hold every word as typed, or the nearest form of it."""
    answers = [(word, answer.forms) for word, answer in found.items() if answer.forms]
    nearest = [word if word in forms else forms[0] for word, forms in answers]
    return BitMap.intersection(*(sets[TEXT, form] for form in nearest)) if nearest else BitMap()


def _all_units(kind: str, units: list[Unit], unit_in: Callable) -> BitMap:
    return BitMap.intersection(*(unit_in(kind, unit) for unit in units))


def _disjoint(sets: Iterable[BitMap], done: BitMap) -> list[BitMap]:
    """The sets, each without those before it and without `done`."""
    tiers = []
    for cards in sets:
        tiers.append(cards - done)
        done = done | cards
    return tiers


def _most_units(units: list[Unit], unit_in: Callable) -> tuple[int, tuple[BitMap, ...]]:
    """`(most units that one card holds, those cards by tier)`: title, summary, anywhere."""
    sides = {kind: [unit_in(kind, unit) for unit in units] for kind in (TITLE, SUMMARY, TEXT)}
    counted = _held_by(sides[TEXT])
    held = max((number for number, cards in enumerate(counted) if cards and number), default=0)
    if not held:
        return 0, ()
    best = counted[held]
    ranked = [_held_by(sides[kind]) for kind in (TITLE, SUMMARY)]
    first = [counts[number] & best for counts in ranked for number in range(held, 0, -1)]
    return held, tuple(_disjoint([*first, best], BitMap()))


def _held_by(sides: list[BitMap]) -> list[BitMap]:
    """By number k: the cards that are in at least k of the sets."""
    levels = [reduce(BitMap.__or__, sides), *(BitMap() for _side in sides)]
    for side in sides:
        for number in range(len(sides), 1, -1):
            levels[number] |= levels[number - 1] & side
        levels[1] |= side
    return levels


def confirmed(cards: BitMap, checks: Iterable[str], texts: Callable) -> BitMap | None:
    """The cards whose text holds every phrase, or None when they are too many to look at.

    `texts(cards)` gives `(number, text)`; a text is its folded words with a blank around each.
    """
    if len(cards) > MAX_CHECKED:
        return None
    return BitMap(number for number, text in texts(cards) if all(check in text for check in checks))
