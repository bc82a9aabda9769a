"""CUP, the code of a public investment project: 15 characters, stored also when malformed.

Pattern read off 52,539 PNRR codes, all matching; L. 3/2003, delibera CIPE 143/2002.
"""

import re

from django.utils.translation import gettext as _

LENGTH = 15
STRICT = re.compile(r"^[A-Z]\d{2}[A-Z]\d{7}000\d$")


def normalise_cup(text: str) -> str:
    """Upper case without spaces. Letters O are not turned into zeros: that would be a guess."""
    return re.sub(r"\s+", "", text).upper()


def split_cups(text: str) -> list[str]:
    """The codes of a text without separators but blanks: `J82C 2300 0310 001` is one code."""
    codes, pending = [], ""
    for part in text.split():
        pending += part
        if len(pending) == LENGTH:
            codes.append(normalise_cup(pending))
            pending = ""
    if pending and codes and len(pending) < LENGTH:
        # What follows whole codes belongs to nothing: kept for the warning.
        return [*codes, normalise_cup(pending)]
    return codes if not pending else [normalise_cup(text)]


def cup_warning(code: str) -> str:
    """What is unusual about a normalised CUP, in the active language; empty when nothing is."""
    if len(code) != LENGTH:
        return _("Il CUP ha 15 caratteri: questo ne ha {}").format(len(code))
    if not STRICT.match(code):
        return _("Il CUP non segue lo schema usuale, per esempio C19I21000130001: controllalo")
    return ""
