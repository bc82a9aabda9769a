"""Text as people write and paste it: cleaned before it is stored, folded before it is compared."""

import re
import unicodedata

WORD = re.compile("[a-z0-9]+")
# Apostrophes, accents and primes that keyboards and editors put in the place of an apostrophe.
APOSTROPHES = "'’‘‛`´ʼʹʻʽˊˋ′‵＇"
WITHOUT_APOSTROPHES = str.maketrans("", "", APOSTROPHES)
VERTICAL_TAB = re.compile(" *\x0b *")
NEW_LINES = re.compile("\r\n?|[\x0c\x85\u2028\u2029]")
# Characters that no text holds: control characters, lone surrogates, the non-characters of Unicode. XML and
# databases refuse them in part.
NO_TEXT = "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff" + "".join(
    f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(1, 17)
)
# Signs that nobody sees: soft hyphens, blanks without width, marks that reverse directions.
INVISIBLE = "\u00ad\u200b\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
NOT_TEXT, REMOVED = re.compile(f"[{NO_TEXT}]"), re.compile(f"[{NO_TEXT}{INVISIBLE}]")


def clean_text(text: str) -> str:
    """Text as it is stored: Unicode NFC, lines ended by LF, without characters that cannot be seen.

    A vertical tab, the line break inside a paragraph of word processors, becomes a blank. Idempotent.
    """
    if text.isascii() and text.isprintable():
        return text
    text = VERTICAL_TAB.sub(" ", NEW_LINES.sub("\n", text))
    return unicodedata.normalize("NFC", REMOVED.sub("", text))


def fold(text: str) -> str:
    """Lower case without accents, apostrophes, invisible signs: CIRIE', Ciriè and cirie give `cirie`."""
    if text.isascii():
        return " ".join(WORD.findall(text.lower().replace("'", "").replace("`", "")))
    text = clean_text(text).translate(WITHOUT_APOSTROPHES)
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join(letters.split())
