"""Identifiers of a project in other systems: normalised, and warned of when malformed, never rejected.

CIG: ten characters, ANAC. IPA: `c_` and the cadastral code for a municipality, else letters and digits,
IndicePA. CORDIS: digits. CUP: lib.cup.
"""

import re

from django.utils.translation import gettext as _

from lib.cup import cup_warning, normalise_cup

CIG = re.compile(r"^(?:[0-9]{7}[0-9A-F]{3}|[XYZ][0-9A-F]{9}|[A-U][0-9A-F]{9})$")
IPA = re.compile(r"^[A-Za-z0-9_-]{3,32}$")
CORDIS = re.compile(r"^\d{5,9}$")


def clean_code(scheme: str, text: str) -> str:
    """A code without superfluous white space; in upper case where its issuer writes it so."""
    return normalise_cup(text) if scheme in ("cup", "cig") else " ".join(text.split())


def code_warning(scheme: str, text: str) -> str:
    """A warning to display about a malformed code; empty for a well-formed one and for unknown schemes."""
    code = clean_code(scheme, text)
    if not code:
        return ""
    if scheme == "cup":
        return cup_warning(code)
    if scheme == "cig":
        return _cig_warning(code)
    if scheme == "ipa" and not IPA.match(code):
        return _("Il codice IPA ha lettere, cifre e «_», per esempio c_l219: controllalo")
    if scheme == "cordis" and not CORDIS.match(code):
        return _("Il numero CORDIS ha solo cifre, per esempio 101003757: controllalo")
    return ""


def _cig_warning(code: str) -> str:
    if len(code) != 10:
        return _("Il CIG ha 10 caratteri: questo ne ha {}").format(len(code))
    if not CIG.match(code):
        return _("Il CIG non segue lo schema usuale, per esempio Z1A2B3C4D5: controllalo")
    return ""
