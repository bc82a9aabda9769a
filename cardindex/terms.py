"""The term dictionary of the index, and the terms that a typed word matches."""

import threading
from bisect import bisect_left, insort
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler
from Stemmer import Stemmer

MIN_COMPLETED, MAX_COMPLETIONS = 3, 100
MIN_CORRECTED, LONG, MAX_CORRECTED = 4, 8, 5
# From this similarity on, out of 1, a term is offered as like a word that nothing matches.
MIN_SIMILARITY = 0.85
# A stemmer is not safe between threads.
_own = threading.local()


def stem(word: str) -> str:
    """The Italian stem of a folded word: `progetti` and `progetto` share one."""
    if not hasattr(_own, "stemmer"):
        _own.stemmer = Stemmer("italian")
    return _own.stemmer.stemWord(word)


@dataclass(frozen=True)
class Found:
    """The terms that a typed word matches; `corrected`: by edit distance alone."""

    forms: tuple[str, ...] = ()
    corrected: bool = False


class TermDictionary:
    """All terms of the index, sorted, and grouped by stem. Immutable: `renewed` returns a new one."""

    def __init__(self, forms: Iterable[str] = ()):
        self.forms = sorted(set(forms))
        self.groups: dict[str, tuple[str, ...]] = {}
        for form in self.forms:
            root = stem(form)
            self.groups[root] = (*self.groups.get(root, ()), form)

    def renewed(self, added: set[str], removed: set[str]) -> "TermDictionary":
        """A dictionary with forms more and less. Groups that do not change are shared."""
        other = object.__new__(TermDictionary)
        added = {form for form in added if not self.holds(form)}
        removed = {form for form in removed if self.holds(form)}
        if not added and not removed:
            return self
        other.forms, other.groups = self.forms.copy(), dict(self.groups)
        # Inserting the few terms of a change costs less than sorting all.
        for form in removed:
            del other.forms[bisect_left(other.forms, form)]
        for form in added:
            insort(other.forms, form)
        for form in removed:
            left = tuple(f for f in other.groups[stem(form)] if f != form)
            other.groups.update({stem(form): left})
        for form in added:
            other.groups[stem(form)] = tuple(sorted((*other.groups.get(stem(form), ()), form)))
        return other

    def holds(self, form: str) -> bool:
        place = bisect_left(self.forms, form)
        return place < len(self.forms) and self.forms[place] == form

    def find(self, word: str, *, is_open: bool = False, is_exact: bool = False) -> Found:
        """Inflections; completions of an unfinished word that is no term; only then terms by edit distance.

        An exact word matches itself alone.
        """
        if is_exact:
            return Found((word,) if self.holds(word) else ())
        group = self.groups.get(stem(word), ())
        completed = self.completions(word) if is_open and not self.holds(word) else ()
        if forms := tuple(dict.fromkeys((*group, *completed))):
            return Found(forms)
        return Found(self.near(word), corrected=True)

    def inflections(self, word: str) -> tuple[str, ...]:
        """The terms with the stem of a word."""
        return self.groups.get(stem(word), ())

    def completions(self, start: str) -> tuple[str, ...]:
        """Forms that begin so: all of them up to a hundred, then the shortest."""
        if len(start) < MIN_COMPLETED:
            return ()
        first, last = bisect_left(self.forms, start), bisect_left(self.forms, start + "\U0010ffff")
        completions = sorted(self.forms[first:last], key=lambda form: (len(form), form))
        return tuple(completions[:MAX_COMPLETIONS])

    def near(self, word: str) -> tuple[str, ...]:
        """The nearest forms: one slip in four letters, two from eight on; then their inflections."""
        if len(word) < MIN_CORRECTED:
            return ()
        cutoff = 2 if len(word) >= LONG else 1
        hits = process.extract(word, self.forms, scorer=OSA.distance, score_cutoff=cutoff, limit=None)
        best = min((distance for _form, distance, _place in hits), default=None)
        nearest = sorted(form for form, distance, _place in hits if distance == best)[:MAX_CORRECTED]
        inflected = (form for near in nearest for form in self.groups[stem(near)])
        return tuple(dict.fromkeys((*nearest, *inflected)))

    def alike(self, word: str, limit: int) -> list[str]:
        """The terms most like a word that none matches, to be offered and not searched; the best first.

        By the similarity of Jaro and Winkler, which favours a common beginning; one term for each stem.
        """
        if len(word) < MIN_CORRECTED:
            return []
        scorer = JaroWinkler.normalized_similarity
        hits = process.extract(word, self.forms, scorer=scorer, score_cutoff=MIN_SIMILARITY, limit=5 * limit)
        by_stem: dict[str, str] = {}
        for form, _similarity, _place in hits:
            if form.isalpha():
                by_stem.setdefault(stem(form), form)
        return list(by_stem.values())[:limit]
