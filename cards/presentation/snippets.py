import unicodedata
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from cardindex.analysis import WORD, tokens

# Letters of a snippet, and of what it shows before the first mark.
SNIPPET, BEFORE = 240, 80
# Words of texts whose form is at hand.
WORDS = 20_000


def snippet(passages: Iterable[str], forms: Collection[str]) -> SafeString:
    """The first passage that holds one of the folded `forms`, cut to size, each of them in <mark>.

    Empty when no passage does. Everything else is escaped.
    """
    for passage in passages:
        text = unicodedata.normalize("NFC", passage)
        spans = [match.span() for match in WORD.finditer(text) if _form(match.group()) in forms]
        if spans:
            return _marked(text, spans)
    return SafeString("")


def marked(text: str, forms: Collection[str]) -> SafeString:
    """The whole text with the folded `forms` in <mark>; empty when none is there."""
    text = unicodedata.normalize("NFC", text)
    parts, done = [], 0
    for match in WORD.finditer(text):
        if _form(match.group()) in forms:
            parts.append(format_html("{}<mark>{}</mark>", text[done : match.start()], match.group()))
            done = match.end()
    return mark_safe("".join(parts) + escape(text[done:])) if parts else SafeString("")


@lru_cache(maxsize=WORDS)
def _form(word: str) -> str | None:
    """What a word of a text is found by; None where it is nothing to look for."""
    return next(iter(tokens(word)), None)


def corrected_wording(
    typed: str, corrections: Mapping[str, tuple[str, ...]], texts: Iterable[str]
) -> tuple[str, str]:
    """What was searched in place of what was typed, spelt as in the `texts` found; and how to ask for exactly
    what was typed, which is with quotes around each corrections word.
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
