"""What is derived from a document and stored beside it: columns, list item, search text, facets, CSV row."""

from collections.abc import Mapping
from decimal import Decimal

import orjson

from cardindex.analysis import line_of
from cards.document.build import serialise
from cards.document.csv_row import csv_row
from cards.document.places import Place, place_dict, promoting_municipality
from cards.presentation.stages import known_on
from cards.vocabulary.facets import COST_BANDS
from lib.dates import year_of
from lib.text import fold

MAX_YEARS = 60


def derive_columns(document: Mapping, places: Mapping[str, Place]) -> dict:
    """Typed columns, list item, search text, facet values and CSV row of a document. Pure.

    `places` maps the Belfiore codes of the document to the current municipalities; a code without one stays
    as it is, unnamed. Returns `{columns: {...}, facets: {(facet, value), …}, csv_row: "…"}`; the
    column `facet_values` holds the facets too, as they are stored.
    """
    lead = places.get(document["lead_municipality"])
    others = [places[c] for c in document["other_municipalities"] if c in places]
    facets = _facets(document, [p for p in (lead, *others) if p])
    columns = {
        "code": document["code"],
        "slug": document["slug"],
        "title": document["title"],
        "title_key": fold(document["title"])[:120],
        "primary_area": document["primary_area"] or "",
        "kind": document["kind"] or "",
        "stage": document["stage"] or "",
        "municipality_code": lead.code if lead else (document["lead_municipality"] or ""),
        "own_municipality_code": _own_municipality(document, places),
        "part_of": document["part_of"] or "",
        "province_code": lead.province if lead else "",
        "region_code": lead.region if lead else "",
        "year_from": document["year_from"],
        "year_to": document["year_to"],
        "total_cost": document["total_cost"] and Decimal(document["total_cost"]),
        "latitude": document["latitude"] and Decimal(document["latitude"]),
        "longitude": document["longitude"] and Decimal(document["longitude"]),
        "origin": document["origin"],
        "has_solution": bool(document["solution"]),
        "item": serialise(_item(document, lead, others)),
        "search_text": _search_text(document, [lead, *others] if lead else others),
        "facet_values": orjson.dumps(sorted(facets)).decode(),
    }
    return {"columns": columns, "facets": facets, "csv_row": _csv_row(document, lead, others)}


def _own_municipality(document: Mapping, places: Mapping[str, Place]) -> str:
    """The municipality that a project is of: its promoter, the lead without one; empty for another body's."""
    code = promoting_municipality(document) if document["promoter"] else document["lead_municipality"]
    return places[code].code if code and code in places else code or ""


def _item(document: Mapping, lead: Place | None, others: list[Place]) -> dict:
    """The list item of a card, the same for page, API and JSON file."""
    keys = (
        "code",
        "slug",
        "title",
        "title_en",
        "acronym",
        "summary",
        "summary_en",
        "kind",
        "primary_area",
        "other_areas",
        "stage",
        "stage_as_of",
        "year_from",
        "year_to",
        "total_cost",
        "cost_unknown",
        "technologies",
        "cup_codes",
        "part_of",
        "latitude",
        "longitude",
        "place_name",
        "origin",
        "edition",
        "published_at",
    )
    item = {key: document[key] for key in keys}
    item["lead_municipality"] = lead and place_dict(lead)
    item["other_municipalities"] = [place_dict(place) for place in others]
    item["promoter"] = document["promoter"]
    image = next((d for d in document["documents"] if d["type"] == "image"), None)
    item["image"] = image and {"id": image["id"], "alt_text": image["alt_text"]}
    return item


def _csv_row(document: Mapping, lead: Place | None, others: list[Place]) -> str:
    municipality = {"code": document["lead_municipality"]}
    if lead:
        municipality = {
            "code": lead.code,
            "istat_code": lead.istat_code,
            "name": lead.name,
            "province_code": lead.province,
            "region_code": lead.region,
        }
    return csv_row(document, municipality, sorted({place.code for place in others}))


def _search_text(document: Mapping, places: list[Place]) -> str:
    """Folded words in three lines: title, summary, the rest."""
    title = (document["title"], document["acronym"], document["title_en"])
    summary = (document["summary"], document["summary_en"])
    keys = (
        "need",
        "objectives",
        "solution",
        "description",
        "place_name",
        "policy",
        "beneficiaries",
        "what_worked",
        "code",
    )
    rest = [document[key] for key in keys]
    rest += [*document["technologies"], *document["cup_codes"], *(p.name for p in places)]
    rest += [i["name"] for i in document["indicators"]] + [p["name"] for p in document["partners"]]
    rest.append((document["promoter"] or {}).get("name"))
    return "\n".join(map(line_of, (title, summary, rest)))


def _facets(document: Mapping, places: list[Place]) -> set[tuple[str, str]]:
    facets = {("stage", document["stage"]), ("kind", document["kind"]), ("origin", document["origin"])}
    facets.add(("cost_band", cost_band(document["total_cost"])))
    areas = (document["primary_area"], *document["other_areas"])
    facets |= {("area", area) for area in areas}
    for place in places:
        facets |= {("municipality", place.code), ("province", place.province), ("region", place.region)}
    first, last = _years(document)
    last = last or first
    if first and last:
        facets |= {("year", str(year)) for year in range(first, min(last, first + MAX_YEARS) + 1)}
    facets |= {("funding_source", line["source"]) for line in document["funding_lines"]}
    facets |= {("technology", fold(tag)[:80]) for tag in document["technologies"]}
    facets |= {("sdg", str(goal)) for goal in document["sdgs"]}
    # Not filters of pages: suitability scores cards by them (suitability/card_columns.py).
    if known := known_on(document):
        facets.add(("stage_year", known[:4]))
    facets |= {("body", (document["promoter"] or {}).get("kind")), ("scale", document["scale"])}
    return {(facet, value) for facet, value in facets if value}


def _years(document: Mapping) -> tuple[int | None, int | None]:
    """The years to search a project by: of its dates, or the one for which its stage is known."""
    if document["year_from"] or document["year_to"]:
        return document["year_from"], document["year_to"]
    return year_of(document["stage_as_of"] or ""), None


def cost_band(total_cost: str | None) -> str:
    """Key of the band a decimal euro string falls in; `unknown` without one."""
    if total_cost is None:
        return "unknown"
    amount = Decimal(total_cost)
    return next((key for key, limit, _label in COST_BANDS if limit and amount < limit), "over_20m")


def csv_row_of(document: Mapping, places: Mapping[str, Place]) -> str:
    """The CSV row of a document, with the municipalities of `places_of`."""
    others = [places[code] for code in document["other_municipalities"] if code in places]
    return _csv_row(document, places.get(document["lead_municipality"]), others)
