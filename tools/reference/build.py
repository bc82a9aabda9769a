"""Writes fixtures/territory: regions, provinces, municipalities, dated codes, changes and boundaries.

    python tools/reference/build.py             # writes the fixtures
    python tools/reference/build.py --check     # says whether they would change, writes nothing

Nothing is written when a known fact does not hold (see `checks`). The bytes are the same at every run.
"""

import argparse
import csv
import gzip
import io
import json
import sys
from pathlib import Path

import history
import shapes
from sources import facts, istat_list

ROOT = Path(__file__).resolve().parents[2]
DAY = "2026-08-14"  # the reference day: the newest official list known when the facts were written
POPULATION_YEAR = "2021"
COLUMNS = {
    "regions": "code name name_other latitude longitude",
    "provinces": "code sigla uts_code istat_code kind name name_other region_code valid_from valid_to",
    "municipalities": "belfiore name name_other valid_from valid_to population population_year area_km2 altitude_m "
    "altitude_zone urbanisation_degree latitude longitude ipa_code",
    "codes": "belfiore istat_code province_code name valid_from valid_to",
    "changes": "date kind predecessor successor note",
}


def holds(row: dict, day: str) -> bool:
    return row["valid_from"] <= day and (not row["valid_to"] or row["valid_to"] > day)


class Reference:
    """All tables, computed once."""

    def __init__(self):
        listed = istat_list()
        self.provinces = history.provinces(listed)
        self.history = history.intervals(listed, self.provinces)
        self.changes = history.changes(self.history, self.provinces)
        self.codes = [row for rows in self.history.values() for row in rows]
        self.in_force = {row["belfiore"]: row for row in self.codes if holds(row, DAY)}
        self.dimensions = dimensions(self.changes)
        self._draw()
        self.regions = self._regions(listed)
        self.municipalities = [self._municipality(belfiore) for belfiore in self.history]

    def _draw(self):
        self.topology = shapes.topology(shapes.current_shapes(self.changes, set(self.in_force)))
        groups: dict[str, dict[str, list[str]]] = {"provinces": {}, "regions": {}}
        for belfiore, row in self.in_force.items():
            province = self.provinces[row["province_code"]]
            groups["provinces"].setdefault(province["code"], []).append(belfiore)
            groups["regions"].setdefault(province["region_code"], []).append(belfiore)
        self.layers = {"municipalities": self.topology.objects} | {
            name: {key: self.topology.merge(members) for key, members in sorted(group.items())}
            for name, group in groups.items()
        }
        self.points = {
            belfiore: shapes.point(self.topology.polygon(parts)) for belfiore, parts in self.topology.objects.items()
        }
        for year in (shapes.BASE_YEAR, shapes.BASE_YEAR - 1):
            for belfiore, shape in shapes.shapes(year).items():
                if belfiore not in self.points:
                    self.points[belfiore] = shapes.point(shape)

    def _regions(self, listed: list[dict]) -> list[dict]:
        names = {row["region_code"]: history.split_name(row["region"]) for row in listed}
        rows = []
        for code, (name, other) in sorted(names.items()):
            latitude, longitude = shapes.point(self.topology.polygon(self.layers["regions"][code]))
            rows.append(
                {"code": code, "name": name, "name_other": other, "latitude": latitude, "longitude": longitude}
            )
        return rows

    def _municipality(self, belfiore: str) -> dict:
        first, last = self.history[belfiore][0], self.history[belfiore][-1]
        size = self.dimensions.get(belfiore, {})
        latitude, longitude = self.points.get(belfiore, ("", ""))
        exceptions = {row["belfiore"]: row["ipa_code"] for row in facts("ipa_exceptions")}
        return {
            "belfiore": belfiore, "name": last["name"], "name_other": last["name_other"],
            "valid_from": first["valid_from"], "valid_to": last["valid_to"],
            "population_year": POPULATION_YEAR if size.get("population") else "",
            "latitude": latitude, "longitude": longitude, **size,
            "ipa_code": exceptions.get(belfiore, f"c_{belfiore.lower()}") if belfiore in self.in_force else "",
        }  # fmt: skip

    def files(self) -> dict[str, bytes]:
        tables = {
            "regions": self.regions, "provinces": self.provinces.values(), "municipalities": self.municipalities,
            "codes": self.codes, "changes": self.changes,
        }  # fmt: skip
        written = {f"{name}.csv": table(name, rows) for name, rows in tables.items()}
        text = json.dumps(self.topology.encode(self.layers), separators=(",", ":"))
        return written | {"boundaries.json.gz": gzip.compress(text.encode(), 9, mtime=0)}


def table(name: str, rows) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS[name].split(), restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def dimensions(changes: list[dict]) -> dict[str, dict]:
    """Size of each municipality of 2023-01-01; a later merger has the sum, and the classes all members share."""
    sizes = {row.pop("belfiore"): row for row in facts("dimensions")}
    for successor, predecessors in shapes.joined(changes).items():
        members = [sizes[key] for key in [*predecessors, successor] if key in sizes]
        if not set(predecessors) & set(sizes):
            continue  # merged on the base day itself: already listed as one
        sizes[successor] = {
            "population": str(sum(int(row["population"]) for row in members)),
            "area_km2": f"{sum(float(row['area_km2']) for row in members):.4f}",
            "altitude_m": sizes.get(successor, {}).get("altitude_m", ""),
            **{key: shared(members, key) for key in ("altitude_zone", "urbanisation_degree")},
        }
    return sizes


def shared(members: list[dict], key: str) -> str:
    values = {row[key] for row in members}
    return values.pop() if len(values) == 1 else ""


def checks(reference: Reference) -> list[str]:
    """Facts that must hold; the wrong ones, in words."""
    count = lambda day, sigla="": sum(  # noqa: E731
        holds(row, day) and row["province_code"].startswith(sigla) for row in reference.codes
    )
    units = lambda day: sum(holds(row, day) for row in reference.provinces.values())  # noqa: E731
    now = [row for row in reference.municipalities if row["belfiore"] in reference.in_force]
    torino = [row for row in now if reference.in_force[row["belfiore"]]["province_code"] == "TO"]
    links = {(row["date"], row["predecessor"], row["successor"]) for row in reference.changes}
    expected = {
        "municipalities 1991-10-20 (census)": (count("1991-10-20"), 8100),
        "municipalities 2001-10-21 (census)": (count("2001-10-21"), 8101),
        "municipalities 2011-10-09 (census)": (count("2011-10-09"), 8092),
        "municipalities 2023-01-01": (count("2023-01-01"), 7901),
        "municipalities 2024-12-31": (count("2024-12-31"), 7896),
        f"municipalities {DAY}": (count(DAY), 7894),
        "Torino 2015-06-30": (count("2015-06-30", "TO"), 315),
        "Torino 2017-04-17": (count("2017-04-17", "TO"), 315),
        "Torino 2017-04-18": (count("2017-04-18", "TO"), 316),
        "Torino 2019-01-01": (count("2019-01-01", "TO"), 312),
        f"Torino {DAY}": (count(DAY, "TO"), 312),
        "regions": (len(reference.regions), 20),
        "UTS 2025-01-01": (units("2025-01-01"), 107),
        f"UTS {DAY}": (units(DAY), 110),
        "code of Torino": (reference.in_force["L219"]["istat_code"], "001272"),
        "area of Torino's province": (round(sum(float(row["area_km2"]) for row in torino), 1), 6826.9),
        "population of Torino's province": (sum(int(row["population"]) for row in torino), 2_208_370),
        "population of Italy": (sum(int(row["population"]) for row in now), 59_030_133),
        "Val di Chy": ({link for link in links if link[2] == "M405"}, merged("M405", "A199 E727 G396")),
        "Valchiusa": ({link for link in links if link[2] == "M415"}, merged("M415", "F164 L338 L548")),
        "Mappano": (sum(link[:1] == ("2017-04-18",) and link[2] == "M316" for link in links), 4),
        "boundaries": (set(reference.topology.objects), set(reference.in_force)),
        "contiguous intervals": (gaps(reference.history), ["A618"]),
        "successors": (orphans(reference), []),
    }
    return [f"{name}: {found}, expected {wanted}" for name, (found, wanted) in expected.items() if found != wanted]


def merged(successor: str, predecessors: str) -> set[tuple]:
    return {("2019-01-01", predecessor, successor) for predecessor in predecessors.split()}


def gaps(intervals: dict[str, list[dict]]) -> list[str]:
    """Baranzate (A618) is the only one: instituted in 2001, annulled in 2003, instituted again in 2004."""
    return [
        belfiore
        for belfiore, rows in intervals.items()
        if any(a["valid_to"] != b["valid_from"] for a, b in zip(rows, rows[1:], strict=False))
    ]


def orphans(reference: Reference) -> list[str]:
    """Suppressed municipalities without a successor on the day of their end."""
    ended = {(row["belfiore"], row["valid_to"]) for row in reference.municipalities if row["valid_to"]}
    return sorted(belfiore for belfiore, _ in ended - {(row["predecessor"], row["date"]) for row in reference.changes})


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=ROOT / "fixtures" / "territory")
    parser.add_argument("--check", action="store_true", help="compare with the files there, write nothing")
    options = parser.parse_args()
    reference = Reference()
    wrong = checks(reference)
    if wrong:
        print("Not written, facts that do not hold:", *wrong, sep="\n  ")
        return 1
    return write(reference.files(), options.output, only_check=options.check)


def write(files: dict[str, bytes], folder: Path, *, only_check: bool) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    changed = 0
    for name, content in files.items():
        path = folder / name
        same = path.exists() and path.read_bytes() == content
        changed += not same
        print(f"{name}: {len(content):,} bytes, {'unchanged' if same else 'changed'}")
        if not same and not only_check:
            path.write_bytes(content)
    return 1 if only_check and changed else 0


if __name__ == "__main__":
    sys.exit(main())
