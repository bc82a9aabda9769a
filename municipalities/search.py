"""Finding a place by what people and files call it: codes old and new, slugs, names."""

import re
import unicodedata
from datetime import date

from django.db.models import F

from municipalities.models import Territory, TerritoryChange

WORD = re.compile("[a-z0-9]+")
# A renaming ends a municipality only where it took a new Belfiore code (Lonato, 2007).
ENDING_KINDS = (
    TerritoryChange.Kind.MERGER,
    TerritoryChange.Kind.INCORPORATION,
    TerritoryChange.Kind.RENAMING,
)


def fold(text: str) -> str:
    """Lower case without accents or apostrophes: CIRIE', Ciriè and cirie give `cirie`."""
    if text.isascii():
        return " ".join(WORD.findall(text.lower().replace("'", "")))
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c) and c not in "'’")
    return " ".join(kept.split())


def find_municipality(code: str) -> Territory | None:
    """The municipality in force for a Belfiore code, a slug or an ISTAT code of any time.

    The code of a merged municipality leads to its successor. None when nothing matches.
    """
    found = _by_code(code.strip())
    return successor_of(found) if found else None


def _by_code(code: str) -> Territory | None:
    places = Territory.objects.municipalities().select_related("province", "region")
    if len(code) == 4 and code[0].isalpha() and code[1:].isdigit():
        return places.filter(code=code.upper()).first()
    if code.isdigit() and len(code) <= 6:
        dated = places.filter(codes__istat_code=code.zfill(6))
        return dated.order_by(F("codes__valid_from").desc(nulls_last=True)).first()
    return places.filter(slug=code.lower()).first()


def successor_of(territory: Territory) -> Territory:
    """The municipality that holds its ground today: itself while in force."""
    seen = set()
    while territory.valid_to is not None and territory.pk not in seen:
        seen.add(territory.pk)
        change = (
            TerritoryChange.objects.filter(predecessor=territory, kind__in=ENDING_KINDS)
            .exclude(successor=territory)
            .select_related("successor__province", "successor__region")
            .order_by("-effective_date")
            .first()
        )
        if change is None:
            return territory
        territory = change.successor
    return territory


def suggest_municipalities(text: str, *, day: date | None = None, limit: int = 10):
    """Municipalities whose name starts with or contains `text`, those that start with it first."""
    folded = fold(text)
    places = Territory.objects.municipalities().select_related("province")
    places = places.on(day) if day else places.current()
    if not folded:
        return places.none()
    starting = list(places.filter(search_name__startswith=folded).order_by("search_name")[:limit])
    if len(starting) < limit:
        rest = places.filter(search_name__contains=folded).exclude(pk__in=[p.pk for p in starting])
        starting += list(rest.order_by("search_name")[: limit - len(starting)])
    return starting
