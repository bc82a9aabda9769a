"""Lists of municipalities of ISTAT, their sizes, codes of IPA: a report of the differences, then the changes.

`elenco` (Elenco comuni, since 2016) and `situas61` say which municipalities there are; `dimensioni` gives
inhabitants, area, altitude; `ipa` the code and site of the body. Nothing is deleted: what a list lacks is
told. Columns are found by the beginning of their names, since ISTAT adds notes and line breaks to them.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from imports.comparing import ImportFailed
from imports.models import Row
from imports.profiles.base import MISSING, folded
from imports.reading import REPLACEMENT, names_of, rows_of
from lib.content_version import bump_content_version
from lib.tables.reader import TableError
from lib.text import fold
from municipalities.models import Territory, TerritoryCode

Outcome = Row.Outcome
# profile → what it gives → beginnings of the names of columns
COLUMNS = {
    "elenco": {
        "code": ("codice_catastale",),
        "istat": ("codice_comune_formato_alfanumerico",),
        "name": ("denominazione_in_italiano", "solo_denominazione_in_italiano"),
        "other": ("denominazione_altra_lingua", "denominazione_altra", "solo_denominazione_in_tedesco"),
        "province": ("sigla_automobilistica",),
    },
    "situas61": {
        "code": ("codice_catasto",),
        "istat": ("codice_comune_alfanumerico",),
        "name": ("comune_dizione_italiana",),
        "other": ("comune_dizione_straniera",),
        "province": ("sigla_automobilistica",),
    },
    "dimensioni": {
        "istat": ("codice_istat_del_comune_alfanumerico", "cod_istat", "pro_com_t"),
        "area_km2": ("superficie",),
        "population": ("popolazione_legale", "pop_leg"),
        "altitude_m": ("altitudine",),
        "altitude_zone": ("zona_altimetrica",),
        "urbanisation_degree": ("grado_di_urbanizzazione", "grado_urbanizzazione"),
    },
    "ipa": {
        "ipa_code": ("codice_ipa", "cod_amm"),
        "website": ("sito_istituzionale",),
    },
}
OPTIONAL = {"other", "website", "altitude_m", "altitude_zone", "urbanisation_degree", "area_km2"}
LISTS = {"elenco", "situas61"}


@dataclass
class Line:
    """The outcome of one row, and the change to make: `(municipality or None, values)`."""

    number: int
    outcome: str
    reason: str = ""
    place: Territory | None = None
    values: dict = field(default_factory=dict)


@dataclass
class Report:
    """All lines, and the municipalities in force that a list lacks."""

    lines: list[Line] = field(default_factory=list)
    missing: list[Territory] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(str(line.outcome) for line in self.lines)
        return {"rows": len(self.lines), **{value: found[value] for value in Outcome.values}}


def compare(profile: str, path: Path, known_on: date) -> Report:
    """What a file would change. Raises ImportFailed; writes nothing."""
    if profile not in COLUMNS:
        raise ImportFailed(_("Il profilo «{}» non esiste. Ci sono: {}").format(profile, ", ".join(COLUMNS)))
    try:
        columns = _columns(profile, names_of(path))
        rows = list(_rows(path, columns))
    except TableError as error:
        raise ImportFailed(str(error)) from error
    report = Report()
    if profile in LISTS:
        _compare_list(rows, known_on, report)
    else:
        _compare_facts(profile, rows, report)
    return report


def _columns(profile: str, names: list[str]) -> dict[str, str]:
    """`{what: name of the column}`. Raises ImportFailed, naming what is missing."""
    found: dict[str, str] = {}
    for what, beginnings in COLUMNS[profile].items():
        for name in names:
            if folded(name).startswith(beginnings) and what not in found:
                found[what] = name
    missing = [what for what in COLUMNS[profile] if what not in found and what not in OPTIONAL]
    if missing:
        told = ", ".join("/".join(COLUMNS[profile][what]) for what in missing)
        raise ImportFailed(
            _("Al file mancano le colonne del profilo {}: {}. Ci sono: {}.").format(
                profile, told, ", ".join(names)[:500]
            )
        )
    return found


def _rows(path: Path, columns: Mapping[str, str]) -> Iterator[tuple[int, dict[str, str]]]:
    for row in rows_of(path):
        values = {what: row.values.get(name, "") for what, name in columns.items()}
        if any(values.values()):
            yield row.number, values


def _compare_list(rows, known_on: date, report: Report) -> None:
    places = {
        place.code: place for place in Territory.objects.municipalities().select_related("province", "region")
    }
    provinces = {place.code: place for place in Territory.objects.provinces().current()}
    dated: dict[int, set[tuple[str, str]]] = {}
    codes = TerritoryCode.objects.values_list("territory_id", "istat_code", "name")
    for pk, istat, name in codes:
        dated.setdefault(pk, set()).add((istat, fold(name)))
    seen = set()
    for number, row in rows:
        line = _list_line(number, row, places, provinces, dated, known_on)
        seen.add(row["code"].upper())
        report.lines.append(line)
    if report.lines:
        existing = [place for place in places.values() if place.valid_to is None]
        report.missing = [place for place in existing if place.code not in seen]


def _list_line(number, row, places, provinces, dated, known_on) -> Line:
    code, istat, name = row["code"].upper(), row["istat"].zfill(6), row["name"]
    if any(REPLACEMENT in text for text in row.values()):
        return Line(number, Outcome.REFUSED, _("caratteri perduti (�): il file è di un’altra codifica"))
    if not (len(code) == 4 and code[1:].isdigit() and istat.isdigit() and name):
        return Line(number, Outcome.REFUSED, _("mancano codice catastale, codice ISTAT o nome"))
    place, province = places.get(code), provinces.get(row["province"])
    values = {"istat_code": istat, "name": name, "name_other": row.get("other", ""), "province": province}
    if place is None:
        if province is None:
            told = _("{}: la provincia «{}» non si conosce").format(name, row["province"])
            return Line(number, Outcome.WAITING, told)
        return Line(
            number, Outcome.CREATED, _("nuovo: {} ({})").format(name, istat), None, {"code": code, **values}
        )
    if place.valid_to is not None and place.valid_to <= known_on:
        told = _("{} non c’è più dal {}").format(place.name, place.valid_to.strftime("%d/%m/%Y"))
        return Line(number, Outcome.WAITING, told)
    known = dated.get(place.pk, set())
    is_same = (place.istat_code, fold(place.name)) == (istat, fold(name))
    if is_same or (istat, fold(name)) in known or (known and not place.istat_code):
        return Line(number, Outcome.UNCHANGED)
    what = []
    if fold(place.name) != fold(name):
        what.append(_("nome: {} → {}").format(place.name, name))
    if place.istat_code != istat:
        what.append(_("codice ISTAT: {} → {}").format(place.istat_code, istat))
    return Line(number, Outcome.UPDATED, "; ".join(what), place, values)


def _compare_facts(profile: str, rows, report: Report) -> None:
    fields = [what for what in COLUMNS[profile] if what != "istat"]
    places = {place.code: place for place in Territory.objects.municipalities().current()}
    by_istat = dict(
        TerritoryCode.objects.filter(territory__valid_to=None).values_list("istat_code", "territory__code")
    )
    for number, row in rows:
        code = row["ipa_code"].lower().removeprefix("c_").upper() if profile == "ipa" else ""
        is_municipality = profile != "ipa" or (row["ipa_code"].lower().startswith("c_") and len(code) == 4)
        place = places.get(code or by_istat.get(row.get("istat", "").zfill(6), ""))
        if not is_municipality:
            report.lines.append(Line(number, Outcome.UNCHANGED, _("non è un Comune")))
        elif place is None:
            told = _("nessun Comune di oggi ha il codice {}").format(row.get("istat") or row.get("ipa_code"))
            report.lines.append(Line(number, Outcome.WAITING, told))
        else:
            report.lines.append(_facts_line(number, row, place, fields))


def _facts_line(number: int, row: Mapping[str, str], place: Territory, fields: list[str]) -> Line:
    values, told = {}, []
    for name in fields:
        text = row.get(name, "")
        if text.upper() in MISSING:
            continue
        try:
            value = _value(name, text)
        except (InvalidOperation, ValueError):
            return Line(number, Outcome.REFUSED, _("{}: «{}» non è un numero").format(name, text[:40]))
        if value != getattr(place, name):
            values[name] = value
            told.append(f"{place.name}, {name}: {getattr(place, name)} → {value}")
    outcome = Outcome.UPDATED if values else Outcome.UNCHANGED
    return Line(number, outcome, "; ".join(told), place if values else None, values)


def _value(name: str, text: str):
    if name == "ipa_code":
        return text.lower()
    if name == "website":
        return text if text.startswith("http") else f"https://{text}"
    plain = text.replace(".", "").replace(",", ".") if "," in text else text
    number = Decimal(plain)
    return round(number, 2) if name == "area_km2" else int(number)


@transaction.atomic
def apply(report: Report, known_on: date) -> None:
    """Write the changes of a report; dated codes begin on `known_on`."""
    for line in report.lines:
        if line.outcome == Outcome.CREATED:
            _create(line.values, known_on)
        elif line.outcome == Outcome.UPDATED and line.place is not None:
            _update(line.place, line.values, known_on)
    if any(line.outcome in (Outcome.CREATED, Outcome.UPDATED) for line in report.lines):
        bump_content_version()


def _create(values: dict, known_on: date) -> None:
    province = values["province"]
    slug = slugify(values["name"])
    if Territory.objects.municipalities().filter(slug=slug).exists():
        slug = f"{slug}-{values['code'].lower()}"
    search_name = fold(f"{values['name']} {values['name_other']}").strip()
    place = Territory.objects.create(
        level=Territory.Level.MUNICIPALITY,
        slug=slug,
        search_name=search_name,
        region=province.region,
        valid_from=known_on,
        **values,
    )
    _dated(place, values, known_on)


def _update(place: Territory, values: dict, known_on: date) -> None:
    for name, value in values.items():
        if name != "province" or value is not None:
            setattr(place, name, value)
    if "name" in values:
        place.search_name = fold(f"{place.name} {place.name_other}").strip()
        place.codes.filter(valid_to=None).exclude(valid_from__gte=known_on).update(valid_to=known_on)
        _dated(place, values, known_on)
    place.save()


def _dated(place: Territory, values: dict, known_on: date) -> None:
    TerritoryCode.objects.create(
        territory=place,
        istat_code=values["istat_code"],
        province=values["province"] or place.province,
        name=values["name"],
        search_name=fold(values["name"]),
        valid_from=known_on,
    )
