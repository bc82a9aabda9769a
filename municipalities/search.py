"""Municipalities by code, slug or name, as people and files write them, and a cache of all places."""

from array import array
from collections.abc import Iterable, Mapping
from datetime import date
from operator import itemgetter

from django.db import connections, router
from django.db.models import F

from lib.content_version import content_token
from lib.text import fold
from municipalities.likeness import Likeness
from municipalities.models import Territory, TerritoryChange
from municipalities.similar import Profile

# A renaming ends a municipality only where it took a new Belfiore code (Lonato, 2007).
ENDING_KINDS = (
    TerritoryChange.Kind.MERGER,
    TerritoryChange.Kind.INCORPORATION,
    TerritoryChange.Kind.RENAMING,
)


def find_municipality(code: str) -> Territory | None:
    """The municipality in force for a Belfiore code, a slug or an ISTAT code of any time.

    The code of a merged municipality gives its successor. None when nothing matches.
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
    """The municipality in force that its territory is part of today, itself while in force.

    One query for each change on the way; the last one known where no change is recorded.
    """
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

    One query in plain SQL, since bulk loads repeat it for many cards; province and region are codes or empty.
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


def suggest_municipalities(text: str, *, day: date | None = None, limit: int = 10):
    """At most `limit` municipalities whose name contains `text`, those that start with it first.

    In force on `day`, or today without; two queries at most.
    """
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


class PlaceCache:
    """Names of all territories, and profiles of the municipalities in force, cached in the process.

    What is cached holds for one content version: code that changes a territory calls bump_content_version().
    """

    def __init__(self):
        self.clear()

    def clear(self) -> None:
        """Empty the cache."""
        self._cached: tuple[str | None, dict] = None, {}

    def _current(self) -> dict:
        """What is cached under the content version of this request; empty after a change."""
        token = content_token()
        if self._cached[0] != token:
            self._cached = token, {}
        return self._cached[1]

    def namespace(self, name: str) -> dict:
        """A dictionary with the lifetime of the cache, for values that callers derive from territories."""
        return self._current().setdefault(name, {})

    def names(self) -> Mapping[tuple[str, str], str]:
        """`{(level, code): name}`, ordered by name and code. One query after a change."""
        cached = self._current()
        if "names" not in cached:
            rows = Territory.objects.values_list("level", "code", "name")
            cached["names"] = {(lv, code): name for lv, code, name in sorted(rows, key=itemgetter(2, 1))}
        return cached["names"]

    def profiles(self) -> Mapping[str, Profile]:
        """`{Belfiore code: profile}` of the municipalities in force. One query after a change."""
        return self._with_profiles()["profiles"]

    def most_similar(self, profile: Profile) -> list[str]:
        """Codes of the MOST_SIMILAR municipalities in force most like one, itself left out; a query at most.

        What was computed is cached, two bytes a row: for all municipalities some 6 MB.
        """
        cached = self._with_profiles()
        rows, codes = cached["similar"], cached["codes"]
        if profile not in rows:
            rows[profile] = array("H", cached["columns"].first(profile, MOST_SIMILAR + 1).to_pylist())
        return [codes[row] for row in rows[profile] if codes[row] != profile.code][:MOST_SIMILAR]

    def _with_profiles(self) -> dict:
        """`profiles` by code, their `codes` by row of the `columns`, the rows of `similar` by profile."""
        cached = self._current()
        if "profiles" not in cached:
            rows = Territory.objects.municipalities().current().values_list(*PROFILE_FIELDS)
            profiles = {profile.code: profile for profile in map(_profile_of_row, rows)}
            columns = Likeness(list(profiles.values()))
            cached |= {"profiles": profiles, "columns": columns, "similar": {}, "codes": list(profiles)}
        return cached


PROFILE_FIELDS = (
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
PLACE_CACHE = PlaceCache()
MOST_SIMILAR = 400


def _profile_of_row(row: tuple) -> Profile:
    *values, province, region = row
    values[3] = float(values[3]) if values[3] else None
    return Profile(*values, province or "", region or "")


def successors_of(codes: Iterable[str]) -> dict[str, str]:
    """`{abolished code: code in force today}` of these Belfiore codes; those in force are left out.

    One query, and one or more for each abolished municipality.
    """
    abolished = Territory.objects.municipalities().filter(code__in=list(codes)).exclude(valid_to=None)
    return {old.code: successor_of(old).code for old in abolished.select_related("province", "region")}
