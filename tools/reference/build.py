"""Writes fixtures/territory: regions, provinces, municipalities, dated codes, changes and boundaries.

    python tools/reference/build.py             # writes the fixtures
    python tools/reference/build.py --check     # compares with the fixtures, writes nothing

Nothing is written when a known fact does not hold (see `checks.py`). The bytes are the same at every run.
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
from checks import wrong_facts
from history import DAY, holds
from sources import facts, istat_list

ROOT = Path(__file__).resolve().parents[2]
POPULATION_YEAR = "2021"
COLUMNS = {
    "regions": "code name name_other latitude longitude",
    "provinces": "code sigla uts_code istat_code kind name name_other region_code valid_from valid_to",
    "municipalities": "belfiore name name_other valid_from valid_to population population_year area_km2 "
    "altitude_m altitude_zone urbanisation_degree latitude longitude ipa_code",
    "codes": "belfiore istat_code province_code name valid_from valid_to",
    "changes": "date kind predecessor successor note",
}


class Reference:
    """All tables, computed once."""

    def __init__(self):
        listed = istat_list()
        self.provinces = history.provinces(listed)
        self.history = history.intervals(listed, self.provinces)
        self.changes = history.changes(self.history, self.provinces)
        self.codes = [row for rows in self.history.values() for row in rows]
        self.in_force = {row["belfiore"]: row for row in self.codes if holds(row, DAY)}
        self.ipa = {row["belfiore"]: row["ipa_code"] for row in facts("ipa_exceptions")}
        self.dimensions = dimensions(self.changes)
        self._build_boundaries()
        self.regions = self._regions(listed)
        self.municipalities = [self._municipality(belfiore) for belfiore in self.history]

    def _build_boundaries(self):
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
            belfiore: shapes.point(self.topology.polygon(parts))
            for belfiore, parts in self.topology.objects.items()
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
            place = {"latitude": latitude, "longitude": longitude}
            rows.append({"code": code, "name": name, "name_other": other, **place})
        return rows

    def _municipality(self, belfiore: str) -> dict:
        first, last = self.history[belfiore][0], self.history[belfiore][-1]
        size = self.dimensions.get(belfiore, {})
        latitude, longitude = self.points.get(belfiore, ("", ""))
        return {
            "belfiore": belfiore, "name": last["name"], "name_other": last["name_other"],
            "valid_from": first["valid_from"], "valid_to": last["valid_to"],
            "latitude": latitude, "longitude": longitude, **size,
            "ipa_code": self._ipa_code(belfiore),
        }  # fmt: skip

    def _ipa_code(self, belfiore: str) -> str:
        return self.ipa.get(belfiore, f"c_{belfiore.lower()}") if belfiore in self.in_force else ""

    def files(self) -> dict[str, bytes]:
        tables = {
            "regions": self.regions,
            "provinces": self.provinces.values(),
            "municipalities": self.municipalities,
            "codes": self.codes,
            "changes": self.changes,
        }
        written = {f"{name}.csv": table(name, rows) for name, rows in tables.items()}
        text = json.dumps(self.topology.encode(self.layers), separators=(",", ":"))
        return written | {"boundaries.json.gz": gzip.compress(text.encode(), 9, mtime=0)}


def table(name: str, rows) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(
        text, COLUMNS[name].split(), restval="", extrasaction="ignore", lineterminator="\n"
    )
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def dimensions(changes: list[dict]) -> dict[str, dict]:
    """Size of each municipality of 2023-01-01; a later merger has the sum and the shared classes."""
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
    former = {row["belfiore"]: row for row in facts("former_dimensions")}
    return {**former, **{key: {"population_year": POPULATION_YEAR, **size} for key, size in sizes.items()}}


def shared(members: list[dict], key: str) -> str:
    values = {row[key] for row in members}
    return values.pop() if len(values) == 1 else ""


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--output", type=Path, default=ROOT / "fixtures" / "territory")
    parser.add_argument("--check", action="store_true", help="compare with the files there, write nothing")
    options = parser.parse_args()
    reference = Reference()
    wrong = wrong_facts(reference)
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
