"""Municipalities of the rows of an import: by code of any time, else by name with province; never a guess."""

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from imports.profiles.base import Place
from municipalities.models import Territory, TerritoryCode
from municipalities.names import (
    former_name,
    heir_of,
    heirs_of_ended,
    nearest,
    place_label,
    read_municipality,
)


class Places:
    """All codes in memory, some 20,000: a query for each of 50,000 rows would take minutes.

    Codes are those of municipalities in force; the code of one that was merged is its successor's.
    """

    def __init__(self):
        municipalities = Territory.objects.municipalities()
        self.pk_of = dict(municipalities.current().values_list("code", "pk"))
        heirs = heirs_of_ended()
        self.belfiore = {code: code for code in self.pk_of} | {code: heir_of(code, heirs) for code in heirs}
        self.istat: dict[str, str] = {}
        dated = TerritoryCode.objects.order_by("istat_code", "valid_from").values_list(
            "istat_code", "territory__code", "valid_from"
        )
        for istat, rows in groupby(dated, key=itemgetter(0)):
            # The one that had the code last.
            last = max(rows, key=lambda row: (row[2] is not None, row[2] or ""))
            self.istat[istat] = self.belfiore.get(last[1], "")
        self.by_name: dict[tuple[str, str], str] = {}

    def code_of(self, place: Place) -> str:
        """The Belfiore code in force of a place; empty when nothing, or more than one, matches.

        A name counts where the row has no code, and then only a name of today with its province: an unknown
        code, or the name of a municipality that ended, is for a person to decide.
        """
        codes = [code for code in place.codes if code]
        for code in codes:
            istat = self.istat.get(code.zfill(6), "") if _is_istat(code) else ""
            found = self.belfiore.get(code.upper()) or istat
            if found in self.pk_of:
                return found
        is_named = not codes or codes == [place.name]
        return self._named(place.name, place.province) if is_named and place.name else ""

    def _named(self, name: str, province: str) -> str:
        if (name, province) not in self.by_name:
            text = f"{name} ({province})" if province else name
            try:
                found = read_municipality(text)
                self.by_name[name, province] = "" if former_name(text, found) else found.code
            except ValidationError:
                self.by_name[name, province] = ""
        return self.by_name[name, province]

    def unknown(self, places: Iterable[Place], hints: Iterable[Place]) -> str:
        """Why places are not known, with what they may be, in the active language."""
        named = "; ".join(str(place) for place in places)
        may_be = [code for hint in hints if (code := self.code_of(hint))]
        near = list(
            Territory.objects.filter(pk__in=[self.pk_of[c] for c in may_be]).select_related("province")
        )
        for place in places:
            near += nearest(place.name) if place.name else []
        labels = ", ".join(dict.fromkeys(place_label(place) for place in near))
        said = _("Comune non riconosciuto: %s.") % named
        return f"{said} {_('Forse: %s') % labels}" if labels else said


def _is_istat(code: str) -> bool:
    return code.isdecimal() and len(code) <= 6
