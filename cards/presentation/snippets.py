"""Searched words marked in the texts of cards, and searched wordings corrected."""

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from cardindex.analysis import WORD, tokens

# Characters of a snippet, and of its text before the first mark.
SNIPPET, BEFORE = 240, 80
# Words of texts whose folded form is cached.
CACHED_WORDS = 20_000


def snippet(passages: Iterable[str], forms: Collection[str]) -> SafeString:
    """An extract of the first passage with one of the folded `forms`, each in <mark>, the rest escaped.

    Empty when no passage has one.
    """
    for passage in passages:
        text = unicodedata.normalize("NFC", passage)
        spans = [match.span() for match in WORD.finditer(text) if _form(match.group()) in forms]
        if spans:
            return _marked(text, spans)
    return SafeString("")


def marked(text: str, forms: Collection[str]) -> SafeString:
    """The whole text, escaped, with the folded `forms` in <mark>; empty without any of them."""
    text = unicodedata.normalize("NFC", text)
    parts, done = [], 0
    for match in WORD.finditer(text):
        if _form(match.group()) in forms:
            parts.append(format_html("{}<mark>{}</mark>", text[done : match.start()], match.group()))
            done = match.end()
    return mark_safe("".join(parts) + escape(text[done:])) if parts else SafeString("")


@lru_cache(maxsize=CACHED_WORDS)
def _form(word: str) -> str | None:
    """The folded form of a word of a text; None for one that is not indexed."""
    return next(iter(tokens(word)), None)


def corrected_wording(
    typed: str, corrections: Mapping[str, tuple[str, ...]], texts: Iterable[str]
) -> tuple[str, str]:
    """`(searched, exact)`: the corrected query, spelt as in `texts`, and the query for the exact typed words.

    `corrections` is `{folded word: searched forms}`; the exact query has quotes around each corrected word.
    """
    spelling = {}
    for text in texts:
        for word in WORD.findall(unicodedata.normalize("NFC", text)):
            spelling.setdefault((tokens(word) or [""])[0], word.lower())

    def searched(match) -> str:
        word = (tokens(match.group()) or [""])[0]
        forms = corrections.get(word, (word,))
        return next((spelling[form] for form in forms if form in spelling), forms[0])

    def quoted(match) -> str:
        return f'"{match.group()}"' if (tokens(match.group()) or [""])[0] in corrections else match.group()

    typed = unicodedata.normalize("NFC", typed)
    return WORD.sub(searched, typed), WORD.sub(quoted, typed)


def _marked(text: str, spans: list[tuple[int, int]]) -> SafeString:
    first = spans[0][0]
    start = 0 if first <= BEFORE else text.find(" ", first - BEFORE, first) + 1 or first
    stop = (
        len(text)
        if len(text) <= start + SNIPPET
        else max(text.rfind(" ", start, start + SNIPPET), spans[0][1])
    )
    parts, done = [], start
    for left, right in spans:
        if right <= stop:
            parts.append(format_html("{}<mark>{}</mark>", text[done:left], text[left:right]))
            done = right
    parts.append(escape(text[done:stop]))
    return mark_safe(("… " if start else "") + "".join(parts) + (" …" if stop < len(text) else ""))
