"""The description of an export, as a Frictionless Data Package with labels in two languages. Pure."""

from collections.abc import Mapping
from datetime import date

from django.utils.translation import override

from lib.tables.csv_text import LIST_DELIMITER
from lib.tables.schema import BOOLEAN, DAY, INTEGER, LIST, MOMENT, NUMBER, PARTIAL_DATE, TEXT, Column, Table

NAME = "osservatorio-smart-city"
WORKBOOK, PACKAGE, SUMS = "osservatorio.xlsx", "datapackage.json", "SHA256SUMS"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
TYPES = {
    TEXT: "string",
    PARTIAL_DATE: "string",
    INTEGER: "integer",
    NUMBER: "number",
    BOOLEAN: "boolean",
    LIST: "list",
    MOMENT: "datetime",
    DAY: "date",
}
MEDIA_TYPES = {
    "csv": "text/csv",
    "jsonl": "application/jsonl",
    "geojson": "application/geo+json",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
PARTIAL_DATE_PATTERN = r"^\d{4}(-\d{2}(-\d{2})?)?$"


def describe(
    tables: tuple[Table, ...], files: Mapping[str, dict], rows: Mapping[str, int], day: date | None
) -> dict:
    """The `datapackage.json` of an export. `files` is `{name: {bytes, hash}}`, `rows` `{table: rows}`."""
    by_name = {table.name: table for table in tables}
    resources = []
    for name in sorted(files):
        stem, _dot, suffix = name.rpartition(".")
        resource = {
            "name": stem if suffix == "csv" else f"{stem}-{suffix}",
            "path": name,
            "format": suffix,
            "mediatype": MEDIA_TYPES[suffix],
            **files[name],
        }
        if table := by_name.get(stem):
            resource |= _words(table.title, table.about) | {"rows": rows[table.name]}
            if suffix == "csv":
                resource |= _tabular(table)
        resources.append(resource)
    package = {
        "$schema": PROFILE,
        "name": NAME,
        **_words(
            ("Osservatorio Smart City: esportazione nazionale", "Osservatorio Smart City: national export"),
            (
                "Schede dei progetti e delle città italiane. Nei file CSV le celle di testo che un foglio di "
                "calcolo prenderebbe per formule cominciano con un apostrofo.",
                "Sheets of Italian smart-city projects and cities. In CSV files, cells of text that a "
                "spreadsheet would take for formulas start with an apostrophe.",
            ),
        ),
        "licenses": [
            {
                "name": "CC-BY-4.0",
                "title": "Creative Commons Attribution 4.0",
                "path": "https://creativecommons.org/licenses/by/4.0/",
            }
        ],
        "keywords": ["smart city", "comuni", "progetti"],
    }
    if day:
        package["reference_date"] = day.isoformat()
    return package | {"resources": resources}


def _words(title: tuple[str, str], about: tuple[str, str]) -> dict:
    """Italian where the standard has one language, and both beside it."""
    words = {"title": title[0], "titles": dict(zip(("it", "en"), title, strict=True))}
    if any(about):
        words |= {"description": about[0], "descriptions": dict(zip(("it", "en"), about, strict=True))}
    return words


def _tabular(table: Table) -> dict:
    schema = {"fields": [_field(column) for column in table.columns], "primaryKey": list(table.key)}
    if table.parents:
        schema["foreignKeys"] = [
            {"fields": [mine], "reference": {"resource": parent, "fields": [theirs]}}
            for mine, parent, theirs in table.parents
        ]
    dialect = {
        "delimiter": ",",
        "lineTerminator": "\r\n",
        "quoteChar": '"',
        "doubleQuote": True,
        "header": True,
    }
    return {"type": "table", "encoding": "utf-8", "dialect": dialect, "schema": schema}


def _field(column: Column) -> dict:
    field = {"name": column.name, "type": TYPES[column.type], **_words(column.label, column.about)}
    if column.type == LIST:
        field |= {"delimiter": LIST_DELIMITER, "itemType": "string"}
    constraints: dict = {"required": True} if column.is_required else {}
    if column.type == PARTIAL_DATE:
        constraints["pattern"] = PARTIAL_DATE_PATTERN
    if column.choices:
        field["codes"] = _codes(column.choices)
        if column.type != LIST:
            constraints["enum"] = [value for value, _label in column.choices]
    return field | ({"constraints": constraints} if constraints else {})


def _codes(choices) -> list[dict]:
    """What each code means, in both languages."""
    codes = []
    for value, label in choices:
        with override("it"):
            italian = str(label)
        with override("en"):
            codes.append({"value": value, "it": italian, "en": str(label)})
    return codes
