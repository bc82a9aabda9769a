"""Matches a parsed query: sets of cards that hold all its words, in tiers of relevance."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from pyroaring import BitMap

from cardindex.analysis import Wording, code_bucket, is_code
from cardindex.snapshot import CODE, SUMMARY, TEXT, TITLE, Snapshot, Source, read_words

MAX_CHECKED = 5_000


@dataclass(frozen=True)
class Match:
    """Cards that hold all words: in the title; in title or summary; anywhere. Each tier includes the former.
    `named` cards of `text` have at least one of the words in the title; `literal` ones hold every word as
    typed (or its nearest form), not only an inflection.

    `forms` are the terms that count as matched, `mended` those that replace a typed word,
    `checks` phrases that only the text can confirm.
    """

    title: BitMap
    summary: BitMap
    text: BitMap
    forms: frozenset[str] = frozenset()
    mended: dict[str, tuple[str, ...]] = field(default_factory=dict)
    checks: tuple[str, ...] = ()
    named: BitMap = field(default_factory=BitMap)
    literal: BitMap = field(default_factory=BitMap)

    def within(self, cards: BitMap) -> "Match":
        """The same match among fewer cards."""
        tiers = self.title & cards, self.summary & cards, self.text & cards
        return Match(*tiers, self.forms, self.mended, self.checks, self.named & cards, self.literal & cards)

    @property
    def tiers(self) -> list[BitMap]:
        """Cards in order of relevance, each in its best tier only; within each the literal ones first."""
        rest = self.text - self.summary
        wide = [self.title, self.summary - self.title, rest & self.named, rest - self.named]
        return [part for cards in wide for part in (cards & self.literal, cards - self.literal)]


def match(snapshot: Snapshot, source: Source, wording: Wording) -> Match:
    """All cards that answer the wording, phrases not yet checked. Raises snapshot.StaleSnapshot."""
    matched, mended = {}, {}
    for word in wording.words:
        if is_code(word):
            continue
        is_open = wording.is_open and word == wording.words[-1]
        answer = snapshot.terms.find(word, is_open=is_open, is_exact=word in wording.exact)
        matched[word] = answer.forms
        if answer.mended and answer.forms:
            mended[word] = answer.forms
    codes = {word: code_bucket(word) for word in wording.words if is_code(word)}
    if not wording.words or not all(matched.values()):
        return Match(BitMap(), BitMap(), BitMap(), mended=mended)
    forms = [form for forms in matched.values() for form in forms]
    sets = read_words(snapshot, source, [*codes.values(), *forms])
    tiers, named = [], BitMap()
    for kind in (TITLE, SUMMARY, TEXT):
        sides = [BitMap.union(BitMap(), *(sets[kind, form] for form in forms)) for forms in matched.values()]
        sides += [sets[CODE, bucket] for bucket in codes.values()]
        tiers.append(BitMap.intersection(*sides) & snapshot.all)
        if kind == TITLE:
            named = BitMap.union(named, *sides[: len(matched)])
    forms = frozenset(codes).union(*matched.values())
    literal = [sets[TEXT, forms[0]] for word, forms in _nearest(matched).items()]
    literal = BitMap.intersection(tiers[-1], *literal)
    return Match(*tiers, forms, mended, wording.phrases, named & tiers[-1], literal)


def _nearest(matched: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The terms of each word, the one equal to the word first."""
    return {word: (word, *forms) if word in forms else forms for word, forms in matched.items()}


def confirmed(cards: BitMap, checks: Iterable[str], texts: Callable) -> BitMap | None:
    """The cards whose text holds every phrase, or None when they are too many to look at.

    `texts(cards)` gives `(number, text)`; a text is its folded words with a blank around each.
    """
    if len(cards) > MAX_CHECKED:
        return None
    return BitMap(number for number, text in texts(cards) if all(check in text for check in checks))
