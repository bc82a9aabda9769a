"""Finding a place by what people and files call it: codes old and new, slugs, names."""

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from operator import itemgetter

from django.db import connections, router
from django.db.models import F, Q

from lib.content_version import content_token
from lib.text import fold
from municipalities.likeness import Likeness
from municipalities.models import Territory, TerritoryChange
from municipalities.similar import Sheet, likeness, shared_traits, sheet_of

# A renaming ends a municipality only where it took a new Belfiore code (Lonato, 2007).
ENDING_KINDS = (
    TerritoryChange.Kind.MERGER,
    TerritoryChange.Kind.INCORPORATION,
    TerritoryChange.Kind.RENAMING,
)


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


def municipalities_of(codes: Iterable[str]) -> list[tuple]:
    """`(code, name, slug, ISTAT code, province, region, valid_to)` of municipalities by Belfiore code.

    One query in plain SQL, since cards ask it of town after town; province and region are codes or empty.
    """
    codes = list(codes)
    if not codes:
        return []
    table, among = Territory._meta.db_table, ", ".join(["%s"] * len(codes))
    with connections[router.db_for_read(Territory)].cursor() as cursor:
        cursor.execute(
            "SELECT t.code, t.name, t.slug, t.istat_code, COALESCE(p.code, ''), COALESCE(r.code, ''), "
            f"t.valid_to FROM {table} t LEFT JOIN {table} p ON p.id = t.province_id "
            f"LEFT JOIN {table} r ON r.id = t.region_id WHERE t.level = %s AND t.code IN ({among})",
            [Territory.Level.MUNICIPALITY, *codes],
        )
        return cursor.fetchall()


def named(text: str, *, only: bool = False) -> list[Territory]:
    """Municipalities in force of this very name, `Samone` or `Samone (TO)`; `only`: none of several."""
    name, _bracket, sigla = text.partition("(")
    places = Territory.objects.municipalities().current().select_related("province")
    same = Q(search_name=fold(name)) | Q(name__iexact=name.strip())
    places = places.filter(same) if fold(name) else places.none()
    if sigla:
        places = places.filter(province__code=sigla.strip(" )").upper())
    found = list(places.order_by("province__code"))
    return [] if only and len(found) > 1 else found


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


@dataclass(frozen=True)
class SimilarPlace:
    """A municipality like another: `likeness` from 0 to 1, `reasons` in the reader's language."""

    town: Territory
    likeness: float
    reasons: list[str]


class Sheets:
    """Names of all places, and fact sheets of the municipalities in force.

    Cached in the process for one content version: code that changes a place calls bump_content_version().
    """

    def __init__(self):
        self.forget()

    def forget(self) -> None:
        """Read anew the next time."""
        self._known: tuple[str | None, dict] = None, {}

    def _at_hand(self) -> dict:
        """What was read under the content version of now."""
        token = content_token()
        if self._known[0] != token:
            self._known = token, {}
        return self._known[1]

    def memory(self, name: str) -> dict:
        """A dictionary that lives as long as the places do, for what others work out of them."""
        return self._at_hand().setdefault(name, {})

    def names(self) -> Mapping[tuple[str, str], str]:
        """`{(level, code): name}`, ordered by name and code. One query when the version moved."""
        known = self._at_hand()
        if "names" not in known:
            rows = Territory.objects.values_list("level", "code", "name")
            known["names"] = {(lv, code): name for lv, code, name in sorted(rows, key=itemgetter(2, 1))}
        return known["names"]

    def read(self) -> Mapping[str, Sheet]:
        """`{Belfiore code: sheet}` of the municipalities in force. One query when the version moved."""
        return self.towns()["sheets"]

    def towns(self) -> dict:
        """`sheets` as read() gives them, the `columns` of their likeness, the `codes` of their rows.

        And `alike`, the rows that alike() worked out: in two bytes each, so that all towns take some 6 MB.
        """
        known = self._at_hand()
        if "sheets" not in known:
            rows = Territory.objects.municipalities().current().values_list(*SHEET)
            sheets = {sheet.code: sheet for sheet in map(_sheet_of_row, rows)}
            columns = Likeness(list(sheets.values()))
            known |= {"sheets": sheets, "columns": columns, "alike": {}, "codes": list(sheets)}
        return known

    def alike(self, mine: Sheet) -> list[str]:
        """Codes of the municipalities most like one, itself left out."""
        towns = self.towns()
        lists, codes = towns["alike"], towns["codes"]
        if mine not in lists:
            lists[mine] = array("H", towns["columns"].first(mine, ALIKE + 1).to_pylist())
        return [codes[row] for row in lists[mine] if codes[row] != mine.code][:ALIKE]


SHEET = (
    "code",
    "name",
    "population",
    "area_km2",
    "altitude_m",
    "altitude_zone",
    "urbanisation_degree",
    "province__code",
    "region__code",
)
SHEETS = Sheets()
# How many towns of the same kind count as alike.
ALIKE = 400


def _sheet_of_row(row: tuple) -> Sheet:
    *facts, province, region = row
    facts[3] = float(facts[3]) if facts[3] else None
    return Sheet(*facts, province or "", region or "")


def followed(codes: Iterable[str]) -> dict[str, str]:
    """`{abolished code: code in force today}` of these. One query, and one or more for each abolished."""
    towns = Territory.objects.municipalities().filter(code__in=list(codes)).exclude(valid_to=None)
    return {town.code: successor_of(town).code for town in towns.select_related("province", "region")}


def similar_municipalities(place: Territory, limit: int = 5) -> list[SimilarPlace]:
    """The municipalities in force most like `place`, with reasons. Ties go by code. Three queries at most."""
    known = SHEETS.towns()
    sheets = known["sheets"]
    mine = sheets.get(place.code) or sheet_of(place)
    rows = known["columns"].first(mine, limit + 1).to_pylist()
    best = [code for row in rows if (code := known["codes"][row]) != mine.code][:limit]
    towns = Territory.objects.municipalities().filter(code__in=best)
    found = {town.code: town for town in towns.select_related("province", "region")}
    return [
        SimilarPlace(found[code], likeness(mine, sheets[code]), shared_traits(mine, sheets[code]))
        for code in best
        if code in found
    ]
