"""Text normalised for comparison."""

import re
import unicodedata

WORD = re.compile("[a-z0-9]+")


def fold(text: str) -> str:
    """Lower case without accents or apostrophes: CIRIE', Ciriè and cirie give `cirie`."""
    if text.isascii():
        return " ".join(WORD.findall(text.lower().replace("'", "")))
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(
        c if c.isalnum() else " " for c in plain if not unicodedata.combining(c) and c not in "'’"
    )
    return " ".join(letters.split())
