"""The public shape of a project: the only place that knows it, and an allow-list.

facts.collect reads the rows, build_card makes the document (pure), derive_columns makes from it what
lists, search and files read (pure). The document keeps codes of its neighbours; names are resolved on derive.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import orjson
from django.utils import timezone

from cardindex.analysis import line_of
from lib.dates import year_of
from municipalities.models import Territory
from municipalities.search import SHEETS, fold, municipalities_of, successor_of
from projects.facts import OTHERS, OWN_FIELDS, ROWS, collect
from projects.lines import csv_line
from projects.models import Card, Project
from projects.texts import put_line

COST_BANDS = (
    ("unknown", None),
    ("under_50k", 50_000),
    ("50k_250k", 250_000),
    ("250k_1m", 1_000_000),
    ("1m_5m", 5_000_000),
    ("5m_20m", 20_000_000),
    ("over_20m", None),
)
FACETS = (
    "area",
    "municipality",
    "province",
    "region",
    "stage",
    "kind",
    "year",
    "funding_source",
    "cost_band",
    "technology",
    "sdg",
    "origin",
    "replicability_band",
    "adopted",
)
MAX_YEARS = 60
LEAD = "lead_municipality"
PLACE_CODES = re.compile(r'null|"[^"]*"|\[[^]]*\]')


@dataclass(frozen=True)
class Place:
    """A municipality as a card needs it; `code` is that of the one in force today."""

    code: str
    name: str
    slug: str
    istat_code: str
    province: str
    region: str


def build_card(facts: Mapping, *, slug: str, edition: int, published_at: datetime) -> dict:
    """The public document of a project: plain JSON values, every key always present, empty as null.

    Pure: the same facts give the same document. Money is a decimal string in euro, dates are ISO
    (reduced precision where the day is not known), codes are official.
    """
    document = {"slug": slug, "edition": edition, "published_at": published_at.isoformat()}
    keys = (*OWN_FIELDS, "lead_municipality", "other_municipalities", "promoter", "contact_email", *ROWS)
    # Most values are texts: asking here saves fifty calls.
    document.update({k: (v or None) if type(v := facts[k]) is str else _plain(v) for k in keys})
    document["documents"] = _plain(facts["documents"])
    document["cup_codes"] = [i["value"] for i in document["identifiers"] if i["scheme"] == "cup"]
    document["year_from"] = year_of(facts["start_actual"] or facts["start_planned"] or facts["stage_as_of"])
    document["year_to"] = year_of(facts["end_actual"] or facts["end_planned"])
    return document


def _plain(value):
    if isinstance(value, str):
        return value or None
    if isinstance(value, Decimal):
        return _decimal(value)
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value


def _decimal(value: Decimal) -> str:
    """`12.50` → `12.5`, `14000000.00` → `14000000`: one spelling for one number."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def serialise(document: Mapping) -> str:
    """JSON text, keys sorted: the same document gives the same bytes."""
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS).decode()


def derive_columns(document: Mapping, places: Mapping[str, Place]) -> dict:
    """Typed columns, list item, search text, facet values and CSV line of a document. Pure.

    `places` maps the Belfiore codes of the document to the municipalities in force; a code it lacks
    keeps its own value and no name. Returns `{columns: {...}, facets: {(facet, value), …}, line: "…"}`; the
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
        "province_code": lead.province if lead else "",
        "region_code": lead.region if lead else "",
        "year_from": document["year_from"],
        "year_to": document["year_to"],
        "total_cost": document["total_cost"] and Decimal(document["total_cost"]),
        "latitude": document["latitude"] and Decimal(document["latitude"]),
        "longitude": document["longitude"] and Decimal(document["longitude"]),
        "origin": document["origin"],
        "item": serialise(_item(document, lead, others)),
        "search_text": _search_text(document, [lead, *others] if lead else others),
        "facet_values": orjson.dumps(sorted(facets)).decode(),
    }
    return {"columns": columns, "facets": facets, "line": _line(document, lead, others)}


def _item(document: Mapping, lead: Place | None, others: list[Place]) -> dict:
    """What a list shows of a card, the same for page, API and file."""
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
        "latitude",
        "longitude",
        "place_name",
        "origin",
        "edition",
        "published_at",
    )
    item = {key: document[key] for key in keys}
    item["lead_municipality"] = lead and named_place(lead)
    item["other_municipalities"] = [named_place(place) for place in others]
    item["promoter"] = document["promoter"]
    image = next((d for d in document["documents"] if d["type"] == "image"), None)
    item["image"] = image and {"id": image["id"], "alt_text": image["alt_text"]}
    return item


def _line(document: Mapping, lead: Place | None, others: list[Place]) -> str:
    town = {"code": document["lead_municipality"]}
    if lead:
        town = {
            "code": lead.code,
            "istat_code": lead.istat_code,
            "name": lead.name,
            "province_code": lead.province,
            "region_code": lead.region,
        }
    return csv_line(document, town, sorted({place.code for place in others}))


def named_place(place: Place) -> dict:
    return {
        "code": place.code,
        "istat_code": place.istat_code,
        "name": place.name,
        "slug": place.slug,
        "province": place.province,
        "region": place.region,
    }


def _search_text(document: Mapping, places: list[Place]) -> str:
    """Folded words in three lines: what stands in the title, in the summary, in the rest."""
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


def passages(document: Mapping) -> list[str]:
    """The texts of a card in which a reader looks for the words of a search, the summary first."""
    keys = (
        "summary",
        "need",
        "objectives",
        "solution",
        "description",
        "beneficiaries",
        "what_worked",
        "policy",
        "summary_en",
    )
    return [document[key] for key in keys if document[key]]


def _facets(document: Mapping, places: list[Place]) -> set[tuple[str, str]]:
    found = {("stage", document["stage"]), ("kind", document["kind"]), ("origin", document["origin"])}
    found.add(("cost_band", cost_band(document["total_cost"])))
    areas = (document["primary_area"], *document["other_areas"])
    found |= {("area", area) for area in areas}
    for place in places:
        found |= {("municipality", place.code), ("province", place.province), ("region", place.region)}
    first, last = document["year_from"], document["year_to"] or document["year_from"]
    if first and last:
        found |= {("year", str(year)) for year in range(first, min(last, first + MAX_YEARS) + 1)}
    found |= {("funding_source", line["source"]) for line in document["funding_lines"]}
    found |= {("technology", fold(tag)[:80]) for tag in document["technologies"]}
    found |= {("sdg", str(goal)) for goal in document["sdgs"]}
    # No filter of a page: what the fit for a municipality is worked out from (projects/fit/table.py).
    found |= {("body", (document["promoter"] or {}).get("kind")), ("scale", document["scale"])}
    return {(facet, value) for facet, value in found if value}


def cost_band(total_cost: str | None) -> str:
    """Key of the band a decimal euro string falls in; `unknown` without one."""
    if total_cost is None:
        return "unknown"
    amount = Decimal(total_cost)
    return next((key for key, limit in COST_BANDS if limit and amount < limit), "over_20m")


def places_of(documents: list[Mapping]) -> dict[str, Place]:
    """The municipalities in force today for every code the documents name. Constant queries
    but for merged municipalities, each of which is followed to its successor."""
    return _in_force(_codes_of(documents))


def _codes_of(documents: list[Mapping]) -> set[str | None]:
    codes = {d["lead_municipality"] for d in documents}
    return codes | {c for d in documents for c in d["other_municipalities"]}


def _in_force(codes: set[str | None]) -> dict[str, Place]:
    rows = municipalities_of(codes - {None})
    found = {code: Place(code, *told) for code, *told, end in rows if not end}
    if ended := [code for code, *_told, end in rows if end]:
        towns = Territory.objects.municipalities().filter(code__in=ended)
        found |= {t.code: _place(successor_of(t)) for t in towns.select_related("province", "region")}
    return found


def _places_today(codes: set[str | None]) -> dict[str, Place]:
    """The municipalities in force for these codes, each asked for once while no place changes."""
    known = SHEETS.memory("places")
    if missing := codes - known.keys() - {None}:
        known |= dict.fromkeys(missing) | _in_force(missing)
    return {code: known[code] for code in codes if known.get(code)}


def places_at_hand(document: Mapping) -> dict[str, Place]:
    """places_of one document. A town that is not known is asked for each time: a card stays."""
    codes = {document["lead_municipality"], *document["other_municipalities"]}
    found = _places_today(codes)
    return found if codes - {None} <= found.keys() else _in_force(codes)


def _place(territory: Territory) -> Place:
    return Place(
        territory.code,
        territory.name,
        territory.slug,
        territory.istat_code,
        territory.province.code if territory.province else "",
        territory.region.code if territory.region else "",
    )


def sheet_line(document: Mapping, places: Mapping[str, Place]) -> str:
    """The CSV line of a document whose municipalities in force are known."""
    others = [places[code] for code in document["other_municipalities"] if code in places]
    return _line(document, places.get(document["lead_municipality"]), others)


def write_card(card: Card, document: Mapping, places: Mapping[str, Place]) -> None:
    """Store document and derived columns of one card; the index is the caller's (index.change)."""
    card.document = serialise(document)
    derive_into(card, document, places)


def derive_into(card: Card, document: Mapping, places: Mapping[str, Place]) -> None:
    """Renew what follows from the document; the document itself is not touched."""
    derived = derive_columns(document, places)
    for name, value in derived["columns"].items():
        setattr(card, name, value)
    card.save()
    put_line(card.pk, derived["line"])


def read_document(card: Card) -> dict:
    """The stored document with its municipalities and promoter named as they are today.

    One query for each municipality that this process did not read since a place changed.
    """
    document = orjson.loads(card.document)
    return _with_places(document, _places_today(_codes_of([document])))


def read_documents(cards: Iterable[Card]) -> list[dict]:
    """read_document of several cards, in one query for all their municipalities."""
    documents = [orjson.loads(card.document) for card in cards]
    places = places_of(documents)
    return [_with_places(document, places) for document in documents]


def served(text: str) -> str:
    """The JSON text of a stored document with its municipalities of today: read_document unparsed."""
    stretches = {key: _value_of(key, text) for key in (LEAD, OTHERS)}
    lead, others = (orjson.loads(text[stretches[key]]) for key in (LEAD, OTHERS))
    places = _places_today({lead, *others})
    named = {
        LEAD: named_place(places[lead]) if lead in places else None,
        OTHERS: [named_place(places[code]) for code in others if code in places],
    }
    # From the end, so that the first stretch still lies where it was found.
    for key, stretch in sorted(stretches.items(), key=lambda found: -found[1].start):
        text = f"{text[: stretch.start]}{orjson.dumps(named[key]).decode()}{text[stretch.stop :]}"
    return text


def _value_of(key: str, text: str) -> slice:
    """Where the codes under a key stand: quotes within strings are escaped, so its spelling finds it."""
    name = f'"{key}":'
    return slice(*PLACE_CODES.match(text, text.index(name) + len(name)).span())


def name_places(document: dict) -> dict:
    """Replace the municipal codes of a document by their places of today."""
    return _with_places(document, places_of([document]))


def _with_places(document: dict, places: Mapping[str, Place]) -> dict:
    lead = places.get(document["lead_municipality"])
    document["lead_municipality"] = lead and named_place(lead)
    document["other_municipalities"] = [
        named_place(places[code]) for code in document["other_municipalities"] if code in places
    ]
    return document


def draft_document(project: Project) -> dict:
    """The card that publishing now would make, with names resolved: what a preview shows."""
    document = build_card(
        collect(project.pk),
        slug=project.slug or "",
        edition=project.cards.count() + 1,
        published_at=timezone.now(),
    )
    return name_places(document)
