"""Loads the territory of Italy from fixtures/territory. Loading twice changes nothing.

These tables belong to the fixtures: dated codes and changes that are not in the files are removed;
territories never are, because projects and bodies point to them. What the files lack (website) is left alone.
"""

import csv
import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.db import models, transaction
from django.utils.text import slugify

from lib.content_version import bump_content_version
from lib.text import fold
from municipalities.importers.topojson import Outline, outlines
from municipalities.models import Territory, TerritoryBoundary, TerritoryChange, TerritoryCode

BATCH = 500
LEVELS = {
    "regions": Territory.Level.REGION,
    "provinces": Territory.Level.PROVINCE,
    "municipalities": Territory.Level.MUNICIPALITY,
}
TERRITORY_FIELDS = (
    "name", "name_other", "search_name", "slug", "province_id", "region_id", "valid_from", "valid_to",
    "istat_code", "uts_code", "kind", "population", "population_year", "area_km2", "altitude_m",
    "altitude_zone", "urbanisation_degree", "latitude", "longitude", "ipa_code",
)  # fmt: skip
CODE_FIELDS = ("territory_id", "istat_code", "province_id", "name", "search_name", "valid_from", "valid_to")
CHANGE_FIELDS = ("kind", "effective_date", "predecessor_id", "successor_id", "note")
BOUNDARY_FIELDS = ("geojson", "svg_path", "min_x", "min_y", "max_x", "max_y")


@dataclass(frozen=True)
class Outcome:
    """What a load did to one table."""

    created: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0

    def __str__(self):
        written = f"{self.created} creati, {self.changed} cambiati, {self.removed} tolti"
        return f"{written}, {self.unchanged} invariati"


class Files:
    """The fixtures, read once; codes grouped by municipality."""

    def __init__(self, folder: Path):
        self.regions, self.provinces, self.municipalities, self.codes, self.changes = (
            _rows(folder / f"{name}.csv")
            for name in ("regions", "provinces", "municipalities", "codes", "changes")
        )
        self.history = defaultdict(list)
        for row in self.codes:
            self.history[row["belfiore"]].append(row)
        with gzip.open(folder / "boundaries.json.gz", "rt", encoding="utf-8") as file:
            self.topology = json.load(file)


def _rows(path: Path) -> list[dict]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def load_reference(folder: Path, report: Callable[[str, Outcome], None] = lambda table, outcome: None) -> int:
    """Brings the database to the fixtures in one transaction; returns how many rows it wrote or removed."""
    files = Files(folder)
    written = 0
    with transaction.atomic():
        for table, step in STEPS:
            outcome = step(files)
            report(table, outcome)
            written += outcome.created + outcome.changed + outcome.removed
        if written:
            bump_content_version()
    return written


def _load_regions(files: Files) -> Outcome:
    totals = Totals(files)
    wanted = {
        row["code"]: _place(
            row, istat_code=row["code"], slug=_slug(row["name"]), **totals.of_region(row["code"])
        )
        for row in files.regions
    }
    return _upsert_territories(Territory.Level.REGION, wanted)


def _load_provinces(files: Files) -> Outcome:
    regions, totals = _ids(Territory.Level.REGION), Totals(files)
    wanted = {}
    for row in files.provinces:
        tail = f"-{row['code'].lower()}" if row["valid_to"] else ""
        wanted[row["code"]] = _place(
            row, istat_code=row["istat_code"], uts_code=row["uts_code"], kind=_number(row["kind"]),
            region_id=regions[row["region_code"]], slug=_slug(row["name"]) + tail,
            **totals.of_province(row["code"]),
        )  # fmt: skip
    return _upsert_territories(Territory.Level.PROVINCE, wanted)


def _load_municipalities(files: Files) -> Outcome:
    regions, provinces = _ids(Territory.Level.REGION), _ids(Territory.Level.PROVINCE)
    region_of = {row["code"]: regions[row["region_code"]] for row in files.provinces}
    slugs = municipality_slugs(files)
    wanted = {}
    for row in files.municipalities:
        last = files.history[row["belfiore"]][-1]
        wanted[row["belfiore"]] = _place(
            row, istat_code=last["istat_code"], province_id=provinces[last["province_code"]],
            region_id=region_of[last["province_code"]], slug=slugs[row["belfiore"]],
            population=_number(row["population"]), population_year=_number(row["population_year"]),
            area_km2=_area(row["area_km2"]), altitude_m=_number(row["altitude_m"]),
            altitude_zone=_number(row["altitude_zone"]), ipa_code=row["ipa_code"],
            urbanisation_degree=_number(row["urbanisation_degree"]),
        )  # fmt: skip
    return _upsert_territories(Territory.Level.MUNICIPALITY, wanted)


def _place(row: dict, **more) -> dict:
    """Field values of a territory; what neither the row nor `more` gives is empty."""
    names = f"{fold(row['name'])} {fold(row['name_other'])}".strip()
    values = {
        **{field: None for field in TERRITORY_FIELDS},
        "istat_code": "", "uts_code": "", "ipa_code": "",
        "name": row["name"], "name_other": row["name_other"], "search_name": names,
        "valid_from": _day(row.get("valid_from")), "valid_to": _day(row.get("valid_to")),
        "latitude": _decimal(row.get("latitude")), "longitude": _decimal(row.get("longitude")),
    }  # fmt: skip
    return values | more


class Totals:
    """Population and area of provinces and regions: the sum of the municipalities in force."""

    def __init__(self, files: Files):
        region_of = {row["code"]: row["region_code"] for row in files.provinces}
        self.years = {row["population_year"] for row in files.municipalities if row["population_year"]}
        self.people, self.areas = Counter(), defaultdict(Decimal)
        for row in files.municipalities:
            if row["valid_to"] or not row["population"]:
                continue
            province = files.history[row["belfiore"]][-1]["province_code"]
            for key in (("province", province), ("region", region_of[province])):
                self.people[key] += int(row["population"])
                self.areas[key] += Decimal(row["area_km2"])

    def of_region(self, code: str) -> dict:
        return self._of(("region", code))

    def of_province(self, code: str) -> dict:
        return self._of(("province", code))

    def _of(self, key: tuple[str, str]) -> dict:
        if key not in self.people:
            return {}
        return {
            "population": self.people[key],
            "population_year": int(max(self.years)),
            "area_km2": _area(str(self.areas[key])),
        }


def municipality_slugs(files: Files) -> dict[str, str]:
    """The name alone for the only one in force with it; `-to` for homonyms, then the cadastral code."""
    siglas = {row["code"]: row["sigla"].lower() for row in files.provinces}
    namesakes = defaultdict(list)
    for row in files.municipalities:
        namesakes[_slug(row["name"])].append(row)
    slugs = {}
    for plain, rows in namesakes.items():
        in_force = [row for row in rows if not row["valid_to"]]
        for row in in_force + [row for row in rows if row["valid_to"]]:
            alone = len(in_force) == 1 if not row["valid_to"] else len(rows) == 1
            sigla = siglas[files.history[row["belfiore"]][-1]["province_code"]]
            slug = plain if alone else f"{plain}-{sigla}"
            taken = slug in slugs.values() if not alone else False
            slugs[row["belfiore"]] = f"{slug}-{row['belfiore'].lower()}" if taken else slug
    return slugs


def _slug(name: str) -> str:
    return slugify(name.replace("'", "-").replace("’", "-"))


def _upsert_territories(level: str, wanted: dict[str, dict]) -> Outcome:
    rows = Territory.objects.filter(level=level).values_list("code", *TERRITORY_FIELDS)
    found = {code: values for code, *values in rows}
    return _upsert(Territory, found, wanted, TERRITORY_FIELDS, lambda code: {"level": level, "code": code})


def _load_boundaries(files: Files) -> Outcome:
    ids = {layer: _ids(level) for layer, level in LEVELS.items()}
    wanted = {ids[shape.layer][shape.code]: _border(shape) for shape in outlines(files.topology)}
    rows = TerritoryBoundary.objects.values_list("territory_id", *BOUNDARY_FIELDS)
    found = {key: values for key, *values in rows}
    return _upsert(TerritoryBoundary, found, wanted, BOUNDARY_FIELDS, lambda key: {"territory_id": key})


def _border(shape: Outline) -> dict:
    return dict(zip(BOUNDARY_FIELDS, (shape.geojson, shape.svg_path, *shape.box), strict=True))


def _upsert(
    model: type[models.Model], found: dict, wanted: dict, fields: tuple[str, ...], identity: Callable
) -> Outcome:
    """Writes the rows that are new or differ, in one statement a batch; removes none."""
    differing = [key for key, row in wanted.items() if found.get(key) != [row[field] for field in fields]]
    model.objects.bulk_create(
        [model(**identity(key), **wanted[key]) for key in differing],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=[name.removesuffix("_id") for name in identity("")],
        update_fields=[name.removesuffix("_id") for name in fields],
    )
    created = sum(key not in found for key in differing)
    return Outcome(created, len(differing) - created, 0, len(wanted) - len(differing))


def _load_codes(files: Files) -> Outcome:
    places, provinces = _ids(Territory.Level.MUNICIPALITY), _ids(Territory.Level.PROVINCE)
    wanted = (
        (
            places[row["belfiore"]], row["istat_code"], provinces[row["province_code"]], row["name"],
            fold(row["name"]), _day(row["valid_from"]), _day(row["valid_to"]),
        )
        for row in files.codes
    )  # fmt: skip
    return _mirror(TerritoryCode, CODE_FIELDS, wanted)


def _load_changes(files: Files) -> Outcome:
    places = _ids(Territory.Level.MUNICIPALITY)
    wanted = (
        (row["kind"], _day(row["date"]), places[row["predecessor"]], places[row["successor"]], row["note"])
        for row in files.changes
    )
    return _mirror(TerritoryChange, CHANGE_FIELDS, wanted)


def _mirror(model: type[models.Model], fields: tuple[str, ...], wanted: Iterable[tuple]) -> Outcome:
    """Makes a table equal to `wanted`: an interval that differs in anything is another interval."""
    wanted = set(wanted)
    found = {tuple(values): pk for pk, *values in model.objects.values_list("pk", *fields)}
    gone = [pk for values, pk in found.items() if values not in wanted]
    for start in range(0, len(gone), BATCH):
        model.objects.filter(pk__in=gone[start : start + BATCH]).delete()
    # sorted by text because dates may be empty
    new = sorted(wanted - set(found), key=str)
    model.objects.bulk_create([model(**dict(zip(fields, row, strict=True))) for row in new], batch_size=BATCH)
    return Outcome(len(new), 0, len(gone), len(wanted) - len(new))


def _ids(level: str) -> dict[str, int]:
    return dict(Territory.objects.filter(level=level).values_list("code", "pk"))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _number(text: str) -> int | None:
    return int(text) if text else None


def _decimal(text: str | None) -> Decimal | None:
    return Decimal(text) if text else None


def _area(text: str) -> Decimal | None:
    return Decimal(text).quantize(Decimal("0.01")) if text else None


STEPS = (
    ("regioni", _load_regions),
    ("province", _load_provinces),
    ("comuni", _load_municipalities),
    ("codici datati", _load_codes),
    ("variazioni", _load_changes),
    ("confini", _load_boundaries),
)
