"""Text analysis: tokens of texts and queries, with case and accents folded, split at apostrophes."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass

MAX_WORDS, MAX_LENGTH = 12, 40
CODE_LENGTH = 5
SEPARATOR = "|"
ACCENTS = re.compile("[\u0300-\u036f]+")
ITALIAN = tuple(zip("àèéìòùÀÈÉÌÒÙ", "aeeiouaeeiou", strict=True))
# Any character but letters and digits separates words.
ASCII = bytes(code if chr(code).isalnum() and code < 128 else 32 for code in range(256))
WORD = re.compile(r"[^\W_]+")
QUOTED = re.compile('["“”«»]([^"“”«»]*)["“”«»]')
STOP_WORDS = frozenset(
    [
        "a",
        "ad",
        "agli",
        "ai",
        "al",
        "all",
        "alla",
        "alle",
        "allo",
        "anche",
        "c",
        "che",
        "chi",
        "ci",
        "come",
        "con",
        "cui",
        "d",
        "da",
        "dagli",
        "dai",
        "dal",
        "dall",
        "dalla",
        "dalle",
        "dallo",
        "degli",
        "dei",
        "del",
        "dell",
        "della",
        "delle",
        "dello",
        "di",
        "e",
        "ed",
        "gli",
        "i",
        "il",
        "in",
        "l",
        "la",
        "le",
        "lo",
        "ma",
        "ne",
        "negli",
        "nei",
        "nel",
        "nell",
        "nella",
        "nelle",
        "nello",
        "non",
        "o",
        "od",
        "per",
        "piu",
        "quest",
        "questa",
        "queste",
        "questi",
        "questo",
        "si",
        "sono",
        "su",
        "sugli",
        "sui",
        "sul",
        "sull",
        "sulla",
        "sulle",
        "sullo",
        "tra",
        "fra",
        "un",
        "una",
        "uno",
        "un",
    ]
)


def fold(text: str) -> str:
    """Without case and accents: `Città` gives `citta`. Decomposed twice, since case folding may compose."""
    if not text.isascii():
        # Most Italian texts need no more than this, which takes a tenth of the time.
        for accented, letter in ITALIAN:
            text = text.replace(accented, letter)
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return ACCENTS.sub("", plain)


def tokens(text: str) -> list[str]:
    """The tokens of a text in their order: `Qualità dell’aria` gives `[qualita, dell, aria]`."""
    folded = fold(text.replace("’", "'"))
    words = folded.encode().translate(ASCII).decode().split() if folded.isascii() else WORD.findall(folded)
    return [word[:MAX_LENGTH] for word in words]


def without_stop_words(words: list[str]) -> list[str]:
    """The words but stop words; all of them where there is no other (`AI` alone is a query)."""
    return [word for word in words if word not in STOP_WORDS] or words


def is_code(word: str) -> bool:
    """Long words with digits (CUP, dates, numbers of acts) are codes: matched whole, never completed."""
    return len(word) >= CODE_LENGTH and not word.isalpha()


def code_bucket(word: str) -> str:
    """One of 4,096 sets that codes share, so that a million codes are not a million rows."""
    return hashlib.blake2b(word.encode(), digest_size=2).hexdigest()[:3]


@dataclass(frozen=True)
class Wording:
    """A parsed query: `words`, all of which must match, and `phrases` to check on the text of each card.

    `is_open`: the last word may still be unfinished; `exact` words were in quotes and match as written.
    A phrase is its words with a blank at each end. `cut` words came after the most that are read.
    """

    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    is_open: bool = False
    exact: frozenset[str] = frozenset()
    cut: tuple[str, ...] = ()


def read(text: str) -> Wording:
    """Read a typed text. Quotes make phrases; nothing else has a meaning, and nothing is an error."""
    phrases = [tokens(quoted) for quoted in QUOTED.findall(text)]
    typed = list(dict.fromkeys(tokens(text)))
    words = without_stop_words(typed)
    # A single word in quotes needs no check on the text: the index has it as written.
    checks = [" ".join(phrase) for phrase in phrases if len(phrase) > 1]
    checks += [word for word in words if is_code(word)]
    return Wording(
        tuple(words[:MAX_WORDS]),
        tuple(f" {check} " for check in dict.fromkeys(checks)),
        bool(words) and not text.rstrip().endswith(('"', "”", "»")),
        frozenset(word for phrase in phrases for word in phrase),
        tuple(words[MAX_WORDS:]),
    )


def line_of(fields) -> str:
    """The tokens of several fields in one text, separated by blanks; no phrase crosses a field."""
    words = f" {SEPARATOR} ".join([" ".join(tokens(field)) for field in fields if field])
    return f" {words} "


def indexable(found: list[str]) -> tuple[set[str], set[str]]:
    """The words and the code buckets under which the index holds a text, from its tokens."""
    words = set(found) - STOP_WORDS - {SEPARATOR}
    codes = {word for word in words if len(word) >= CODE_LENGTH and not word.isalpha()}
    return words - codes, {code_bucket(code) for code in codes}
