"""Names, provinces and ISTAT codes of each municipality as contiguous dated intervals."""

import re
import unicodedata
from datetime import date, timedelta
from itertools import pairwise

from sources import belfiore_history, facts

START = "1991-01-01"
DAY = "2026-08-14"  # the reference day: the newest official list known when the facts were written
REFORM = "2026-01-01"  # ISTAT uses the new Sardinian codes from this day
SARDINIA = "20"
# two siglas changed while the province stayed the same
RENAMED_SIGLAS = {"PS": "PU", "FO": "FC"}
# siglas that in Sardinia mean different provinces at different times, up to the reform
OLD_SARDINIA = {
    "CA": "CA-092", "CI": "CI-107", "NU": "NU-091", "OG": "OG-105", "OR": "OR-095",
    "OT": "OT-104", "SS": "SS-090", "SU": "SU-111", "VS": "VS-106",
}  # fmt: skip
LOWER = {
    "di", "del", "dello", "della", "dei", "degli", "delle", "da", "dal", "dalla", "in", "nel", "nella", "con",
    "e", "ed", "a", "al", "allo", "alla", "ai", "alle", "sul", "sullo", "sulla", "sui", "su", "per", "tra",
}  # fmt: skip


def holds(row: dict, day: str) -> bool:
    return row["valid_from"] <= day and (not row["valid_to"] or row["valid_to"] > day)


def fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[^a-z]", "", plain)


def italian_case(name: str) -> str:
    """`Val Di Chy` as it is officially written: `Val di Chy`."""
    first, *rest = name.split(" ")
    return " ".join([first, *map(_word, rest)])


def _word(word: str) -> str:
    if word.lower() in LOWER:
        return word.lower()
    elided = re.match(r"(d|dell|nell|all|sull|dall)(['’])(.+)$", word, re.IGNORECASE)
    if elided:
        return elided[1].lower() + elided[2] + elided[3][0].upper() + elided[3][1:]
    return word


def split_name(text: str) -> tuple[str, str]:
    name, _, other = text.partition("/")
    return name.strip(), other.strip()


def provinces(listed: list[dict]) -> dict[str, dict]:
    """All UTS since 1991 by key: those of the list, completed by `facts/provinces.csv`."""
    units = {}
    for row in listed:
        if row["region_code"] == SARDINIA:
            continue
        name, other = split_name(row["province"])
        units.setdefault(
            row["sigla"],
            {
                "code": row["sigla"], "sigla": row["sigla"], "uts_code": row["uts_code"],
                "istat_code": historic(row["uts_code"]), "kind": row["kind"], "name": name,
                "name_other": other, "region_code": row["region_code"], "valid_from": "", "valid_to": "",
            },
        )  # fmt: skip
    for fact in facts("provinces"):
        stated = {key: value for key, value in fact.items() if value}
        units[fact["code"]] = dict(fact) if fact["sigla"] else units[fact["code"]] | stated
    return dict(sorted(units.items()))


def historic(uts_code: str) -> str:
    """The historic province code of a metropolitan city: 201 gives 001."""
    return f"{int(uts_code) - 200:03d}" if int(uts_code) > 200 else uts_code


class Names:
    """Official spelling of the names in the history of cadastral codes."""

    def __init__(self, listed: list[dict]):
        self.official = {row["belfiore"]: (row["name"], row["name_other"]) for row in listed}
        self.exceptions = {}
        for fact in facts("names"):
            if fact["spelled"]:
                self.exceptions[fact["belfiore"], fact["spelled"]] = (fact["name"], fact["name_other"])
                if "\ufffd" in self.official.get(fact["belfiore"], ("", ""))[1] or fact["name_other"]:
                    self.official[fact["belfiore"]] = (fact["name"], fact["name_other"])

    def of(self, row: dict) -> tuple[str, str]:
        belfiore, spelled = row["code"], row["name"]
        if (belfiore, spelled) in self.exceptions:
            return self.exceptions[belfiore, spelled]
        name, other = self.official.get(belfiore, ("", ""))
        if fold(spelled) in {fold(name), fold(name + other)}:
            return name, other
        return italian_case(spelled), ""


def intervals(listed: list[dict], units: dict[str, dict]) -> dict[str, list[dict]]:
    """For each cadastral code its intervals since 1991; those that differ in nothing stored are merged."""
    names, ends = Names(listed), {row["belfiore"]: row["valid_to"] for row in facts("ends")}
    result: dict[str, list[dict]] = {}
    for row in belfiore_history():
        last_day = row["date_deleted"][:10]
        if last_day and last_day < START:
            continue
        name, other = names.of(row)
        sigla = RENAMED_SIGLAS.get(row["province"], row["province"])
        first_day = row["date_created"][:10]
        entry = {
            "belfiore": row["code"], "province_code": OLD_SARDINIA.get(sigla, sigla), "name": name,
            "name_other": other, "valid_from": first_day if first_day > START else "",
            "valid_to": (date.fromisoformat(last_day) + timedelta(1)).isoformat() if last_day else "",
        }  # fmt: skip
        result.setdefault(row["code"], []).append(entry)
    for belfiore, end in ends.items():
        result[belfiore][-1]["valid_to"] = end
    _apply_late_names(result)
    _apply_sardinian_reform(result)
    codes = CodeBook(listed, units)
    return {
        belfiore: _merged([codes.coded(row) for row in rows]) for belfiore, rows in sorted(result.items())
    }


def _cut(rows: list[dict], day: str, **changes) -> None:
    """End the open interval on `day` and open another with `changes`."""
    last = rows[-1]
    rows.append({**last, "valid_from": day, **changes})
    last["valid_to"] = day


def _apply_late_names(result: dict) -> None:
    for fact in facts("names"):
        if fact["valid_from"]:
            _cut(result[fact["belfiore"]], fact["valid_from"], name=fact["name"])


def _apply_sardinian_reform(result: dict) -> None:
    keys = {row["istat_code"]: row["code"] for row in facts("provinces") if row["valid_from"] == REFORM}
    for fact in facts("sardinia_2026"):
        _cut(result[fact["belfiore"]], REFORM, province_code=keys[fact["istat_code"][:3]])


class CodeBook:
    """ISTAT code of a municipality in a province: within one province it never changed since 1991."""

    def __init__(self, listed: list[dict], units: dict[str, dict]):
        self.units = units
        self.codes = {(row["belfiore"], code[:3]): code for row in listed for code in row["istat_codes"]}
        for name in ("former_codes", "sardinia_2026"):
            for fact in facts(name):
                self.codes[fact["belfiore"], fact["istat_code"][:3]] = fact["istat_code"]

    def coded(self, row: dict) -> dict:
        province = self.units[row["province_code"]]["istat_code"]
        return {**row, "istat_code": self.codes[row["belfiore"], province]}


def _merged(rows: list[dict]) -> list[dict]:
    merged = [dict(rows[0])]
    for row in rows[1:]:
        same = all(row[key] == merged[-1][key] for key in ("istat_code", "province_code", "name"))
        if same and row["valid_from"] == merged[-1]["valid_to"]:
            merged[-1].update(valid_to=row["valid_to"], name_other=row["name_other"])
        else:
            merged.append(dict(row))
    return merged


def changes(history: dict[str, list[dict]], units: dict[str, dict]) -> list[dict]:
    """Mergers, splits and the like from the facts; renamings and changes of code from the intervals."""
    rows = [
        {**{key: fact[key] for key in ("date", "kind", "predecessor", "successor")}, "note": fact["act"]}
        for fact in facts("events")
    ]
    for belfiore, entries in history.items():
        for before, after in pairwise(entries):
            if before["valid_to"] == after["valid_from"]:
                rows += _steps(belfiore, before, after, units)
    return sorted(rows, key=lambda row: tuple(row.values()))


def _steps(belfiore: str, before: dict, after: dict, units: dict[str, dict]):
    def step(kind: str, key: str) -> dict:
        note = f"{before[key]} → {after[key]}"
        return {
            "date": after["valid_from"],
            "kind": kind,
            "predecessor": belfiore,
            "successor": belfiore,
            "note": note,
        }

    if before["name"] != after["name"]:
        yield step("renaming", "name")
    if units[before["province_code"]]["name"] != units[after["province_code"]]["name"]:
        yield step("province_change", "istat_code")
    elif before["istat_code"] != after["istat_code"]:
        yield step("code_change", "istat_code")
