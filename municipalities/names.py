"""Municipalities by what people write: names in any spelling, names of bodies, former names, codes.

Forms, the API, filters of lists, the admin and importers all read municipalities here. Nothing is guessed:
one municipality matches, or several do and the writer chooses, or none.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from lib.text import APOSTROPHES, clean_text, fold
from municipalities.models import Territory, TerritoryChange, TerritoryCode
from municipalities.search import ENDING_KINDS, PLACE_CACHE, find_municipality, suggest_municipalities

# The body of a municipality, in the languages in which municipalities write to the State.
BODY = re.compile(
    r"^(?:(?:il|la)\s+)?(?:amministrazione\s+comunale|comune|citt[aà]['’`´]?|municipio|municipalit[aà]['’`´]?"
    r"|(?:markt|stadt)?gemeinde|stadt|commune|ville|ob[cč]ina)\s+"
    r"(?:(?:di|de|del|della|dei|von)\s+|d\s*['’`´]\s*)?",
    re.IGNORECASE,
)
# `Calliano (AT)`, `Calliano, AT`, `Calliano - prov. di Asti`, `Calliano AT`.
IN_BRACKETS = re.compile(r"^(?P<name>.*?)\s*\((?P<place>[^()]*)\)\s*$", re.DOTALL)
AFTER_SIGN = re.compile(r"^(?P<name>.*\S)\s*[,–—-]\s*(?P<place>[^,–—-]+)$", re.DOTALL)
AFTER_BLANK = re.compile(r"^(?P<name>.*\S)\s+(?P<place>[A-Za-z]{2})$", re.DOTALL)
PROVINCE_OF = re.compile(
    r"^(?:prov(?:incia|\.)?|citt[aà] metropolitana)\s*(?:di|del|della)?\s*", re.IGNORECASE
)
# Words that are left out of names in everyday use: Reggio (nell’)Emilia, Reggio (di) Calabria.
LINKING = frozenset(
    re.findall(
        r"\w+",
        "a ad ai al all alla alle allo d da dal dall dalla de degli dei del dell della delle dello di e ed "
        "gli i il in l la le lo nei nel nell nella nelle sui sul sull sulla sulle",
    )
)
SAINTS = re.compile(r"\b(?:ss|s(?:\.?t[ao])?)\.\s*|\bs\s+(?=\w)", re.IGNORECASE)
SAINT_WORDS = ("san ", "santa ", "santo ", "sant", "santi ")
# Names fixed by law or use that no rule gives. Roma: law 42/2009, article 24.
USUAL = {"romacapitale": "H501"}
# Letters of a former name that are needed to propose its municipality.
MIN_FORMER = 4
APOSTROPHE = re.compile(f"[{APOSTROPHES}]")


def spelled(name: str) -> str:
    """The letters of a name, without accents, apostrophes, hyphens and blanks: `L´Aquila` → `laquila`."""
    return fold(name).replace(" ", "")


def short(name: str) -> str:
    """As spelled(), without linking words: `Reggio nell'Emilia` → `reggioemilia`."""
    return "".join(word for word in fold(APOSTROPHE.sub(" ", name)).split() if word not in LINKING)


@dataclass
class Names:
    """Codes of municipalities in force by spelled name: `{spelling: {code: siglas of its provinces}}`."""

    current: dict[str, dict[str, set[str]]] = field(default_factory=lambda: defaultdict(dict))
    former: dict[str, dict[str, set[str]]] = field(default_factory=lambda: defaultdict(dict))
    short: dict[str, dict[str, set[str]]] = field(default_factory=lambda: defaultdict(dict))
    provinces: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    written: dict[tuple[str, str], str] = field(default_factory=dict)
    """`{(code, spelling): former name}`"""

    @classmethod
    def of(cls, provinces: Iterable, current: Iterable, heirs: dict[str, str], dated: Iterable) -> "Names":
        """The names in rows: provinces (code, name), municipalities in force (code, name, other name, sigla),

        `heirs` {code of one that ended: code of the one with its territory}, names of any time (code, name,
        code of the province).
        """
        names = cls()
        for code, name in provinces:
            for key in (spelled(name), short(name), spelled(code[:2])):
                names.provinces[key].add(code[:2])
        for code, name, other, sigla in current:
            for spelling in _spellings(name, other):
                names.current[spelling].setdefault(code, set()).add((sigla or "")[:2])
            names.short[short(name)].setdefault(code, set()).add((sigla or "")[:2])
        for code, name, sigla in dated:
            heir, key = heir_of(code, heirs), spelled(name)
            names.current[key].get(heir, set()).add((sigla or "")[:2])
            if heir not in names.current[key]:
                names.former[key].setdefault(heir, set()).add((sigla or "")[:2])
                names.written.setdefault((heir, key), name)
        return names

    @classmethod
    def load(cls) -> "Names":
        """The names in the database. Four queries."""
        current = Territory.objects.municipalities().current()
        return cls.of(
            Territory.objects.provinces().values_list("code", "name"),
            current.values_list("code", "name", "name_other", "province__code"),
            heirs_of_ended(),
            TerritoryCode.objects.values_list("territory__code", "name", "province__code"),
        )

    def codes(self, name: str, place: str = "") -> list[str]:
        """Codes of the municipalities that a name may mean, in the province `place` where it is not empty."""
        key = spelled(name)
        if not key:
            return []
        exact = {**self.former.get(key, {}), **self.current.get(key, {})}
        tiers = [exact, {USUAL[key]: set()} if key in USUAL else {}, self.short.get(short(name), {})]
        for tier in tiers:
            if found := self._within(tier, place):
                return found
        return sorted({code for text in _with_saints(name) for code in self.codes(text, place)})

    def _within(self, found: dict[str, set[str]], place: str) -> list[str]:
        if not place:
            return sorted(found)
        siglas = self.provinces.get(spelled(PROVINCE_OF.sub("", place)), set())
        return sorted(code for code, where in found.items() if where & siglas)


def _spellings(name: str, other: str) -> set[str]:
    """A name, its other language, and both together in either order."""
    first, second = spelled(name), spelled(other)
    return {first, second, first + second, second + first} if second else {first}


def _with_saints(name: str) -> Iterator[str]:
    """`S. Mauro` as San, Santa, Santo, Sant’ and Santi Mauro."""
    if SAINTS.search(name):
        for word in SAINT_WORDS:
            yield SAINTS.sub(word, name)


def heirs_of_ended() -> dict[str, str]:
    """`{code of a municipality that ended: code of the one that its territory went to}`."""
    changes = TerritoryChange.objects.filter(kind__in=ENDING_KINDS, predecessor__valid_to__isnull=False)
    rows = changes.order_by("effective_date").values_list("predecessor__code", "successor__code")
    return {before: after for before, after in rows if before != after}


def heir_of(code: str, heirs: dict[str, str]) -> str:
    """The code in force of the territory of a municipality, itself where `heirs` does not name it."""
    seen: set[str] = set()
    while code in heirs and code not in seen:
        seen.add(code)
        code = heirs[code]
    return code


def _names() -> Names:
    cached = PLACE_CACHE.namespace("name_index")
    if "index" not in cached:
        cached["index"] = Names.load()
    return cached["index"]


def municipalities_meant(text: str) -> list[Territory]:
    """The municipalities in force that a text may mean, by province: one, several to choose from, or none.

    `Torino`, `Comune di Torino`, `TORINO (TO)`, `Bolzano/Bozen`, `Reggio Emilia`, `Pecco` (now Val di Chy), a
    Belfiore or ISTAT code of any time, the slug of a city page. Two queries once the names are cached.
    """
    text = " ".join(clean_text(text).split())
    codes = next((codes for reading in readings(text) if (codes := _names().codes(*reading))), [])
    if not codes:
        by_code = find_municipality(text)
        return [by_code] if by_code else []
    places = Territory.objects.municipalities().current().filter(code__in=codes)
    return list(places.select_related("province", "region").order_by("province__code", "name"))


def readings(text: str) -> Iterator[tuple[str, str]]:
    """`(name, province)` of the ways to read a text, the first that finds something is meant.

    With a province first: `Cameri NO` has the letters of Camerino. The whole before the body is left out, for
    Città di Castello.
    """
    for whole in dict.fromkeys((text, BODY.sub("", text))):
        for pattern in (IN_BRACKETS, AFTER_SIGN, AFTER_BLANK):
            if found := pattern.match(whole):
                yield found["name"], found["place"]
        yield whole, ""


def place_label(place: Territory) -> str:
    """`Torino (TO)`: the name with the province, which distinguishes homonyms. Reads `place.province`."""
    return f"{place.name} ({place.province.code})" if place.province_id else place.name


def read_municipality(text: str) -> Territory:
    """The one municipality in force that a text means, see municipalities_meant().

    Raises ValidationError, which says what to write, when none or several match.
    """
    meant = municipalities_meant(text)
    if len(meant) == 1:
        return meant[0]
    if meant:
        choices = _choices(meant)
        raise ValidationError(
            _("Ci sono più Comuni con questo nome: scrivi %(choices)s"), params={"choices": choices}
        )
    near = ", ".join(place_label(place) for place in nearest(text))
    hint = _(" Forse cerchi: %(near)s") % {"near": near} if near else ""
    raise ValidationError(
        _("Non c’è un Comune che si chiama «%(text)s».%(hint)s"), params={"text": text[:60], "hint": hint}
    )


def _choices(places: Iterable[Territory]) -> str:
    return ", ".join(sorted(place_label(place) for place in places))


def nearest(text: str, limit: int = 3) -> list[Territory]:
    """Municipalities whose name contains the text, or its beginning; to propose, never to choose."""
    name = BODY.sub("", IN_BRACKETS.sub(r"\g<name>", text))
    return suggest_municipalities(name, limit=limit) or suggest_municipalities(name[:4], limit=limit)


def former_name(text: str, place: Territory) -> str:
    """The former name that a text means of a municipality, as `Pecco` of Val di Chy; empty for today's."""
    written = _names().written
    keys = ((place.code, spelled(name)) for name, _place in readings(" ".join(clean_text(text).split())))
    return next((written[key] for key in keys if key in written), "")


def formerly(text: str, *, is_whole: bool = False) -> dict[str, str]:
    """`{code in force: former name}` of the municipalities a former name of which begins with the text.

    `is_whole`: those that had the text as their name.
    """
    key = spelled(BODY.sub("", clean_text(text)))
    if len(key) < MIN_FORMER:
        return {}
    return {
        code: name
        for (code, known), name in _names().written.items()
        if known == key or (not is_whole and known.startswith(key))
    }


def proposed(text: str, limit: int = 10) -> list[Territory]:
    """Municipalities in force to propose for a text: those it means, former names begun, then words in names.

    Each has an attribute `former`, the former name that matched, or an empty text.
    """
    before = formerly(text)
    found = municipalities_meant(text)
    renamed = Territory.objects.municipalities().current().filter(code__in=list(before)[:limit])
    found += [*suggest_municipalities(text, limit=limit)]
    found += renamed.select_related("province") if before else []
    places = list({place.code: place for place in found}.values())[:limit]
    for place in places:
        is_by_name = fold(text) in fold(f"{place.name} {place.name_other}")
        place.former = "" if is_by_name else before.get(place.code, "")
    return places
