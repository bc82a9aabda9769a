"""CUP, the code of a public investment project: 15 characters, stored also when malformed.

Pattern read off 52,539 PNRR codes, all matching; L. 3/2003, delibera CIPE 143/2002.
"""

import re

from django.utils.translation import gettext as _

STRICT = re.compile(r"^[A-Z]\d{2}[A-Z]\d{7}000\d$")


def normalise_cup(text: str) -> str:
    """Upper case without spaces. Letters O are not turned into zeros: that would be a guess."""
    return re.sub(r"\s+", "", text).upper()


def cup_warning(code: str) -> str:
    """What is unusual about a normalised CUP, in the active language; empty when nothing is."""
    if len(code) != 15:
        return _("Il CUP ha 15 caratteri: questo ne ha {}").format(len(code))
    if not STRICT.match(code):
        return _("Il CUP non segue lo schema usuale, per esempio C19I21000130001: controllalo")
    return ""
