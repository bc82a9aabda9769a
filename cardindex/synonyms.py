"""Words and compounds that mean the same: the groups of a thesaurus, and the units of a query."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from cardindex.analysis import Wording, is_code, tokens, without_stop_words
from cardindex.terms import stem

Words = tuple[str, ...]


class Unit(NamedTuple):
    """Part of a query that has to match: the words as typed, or the words of another expression."""

    words: Words
    others: tuple[Words, ...] = ()


class Thesaurus:
    """Groups of expressions, each of one word or several; all of a group stand for each other."""

    def __init__(self, groups: Iterable[Iterable[str]] = ()):
        self._others: dict[Words, list[Words]] = defaultdict(list)
        for group in groups:
            expressions = [tuple(without_stop_words(tokens(text))) for text in group]
            for words in expressions:
                known = self._others[_key(words)]
                known += [other for other in expressions if other != words and other not in known]
        self._longest = max(map(len, self._others), default=1)

    def units(self, wording: Wording) -> list[Unit]:
        """The words of a query, the longest known expressions first. Quoted words and codes stay alone."""
        units, words = [], wording.words
        while words:
            units.append(self._first(words, wording))
            words = words[len(units[-1].words) :]
        return units

    def _first(self, words: Words, wording: Wording) -> Unit:
        for length in range(min(self._longest, len(words)), 0, -1):
            part = words[:length]
            is_plain = not any(word in wording.exact or is_code(word) for word in part)
            if is_plain and (others := self._others.get(_key(part))):
                return Unit(part, tuple(others))
        return Unit(words[:1])


def _key(words: Words) -> Words:
    """The stems of an expression, in any order."""
    return tuple(sorted(map(stem, words)))


NO_SYNONYMS = Thesaurus()
