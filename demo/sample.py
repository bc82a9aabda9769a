"""Loads real projects described from public sources, one JSON entry each.

The load is idempotent by `origin_key`. An entry that did not change since it was loaded is not loaded again,
so that what an office or the desk has edited in the meantime stays.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from cards import records
from cards.document.build import build_card, serialise
from cards.document.shape import OWN_FIELDS, ROWS
from cards.vocabulary.lists import IdentifierScheme, Origin
from lib.audit import history
from lib.cup import normalise_cup
from lib.dates import parse_partial_date
from municipalities.actions import body_of_municipality, open_body
from municipalities.models import Organisation, Territory
from municipalities.search import find_municipality
from projects.history import record
from projects.models import Project
from projects.publishing import issue_project
from projects.workflow import Status
from protocols.models import Protocol
from reuse.actions import adopting, assessing

LOAD = "load"
# The municipality with this code.
Find = Callable[[str], Territory | None]
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
PLAIN = (
    "title",
    "acronym",
    "summary",
    "description",
    "title_en",
    "summary_en",
    "kind",
    "place_name",
    "scale",
    "primary_area",
    "other_areas",
    "target_groups",
    "technologies",
    "sdgs",
    "need",
    "objectives",
    "solution",
    "policy",
    "stage",
    "cost_is_estimate",
    "cost_note",
    "financing_instrument",
    "beneficiaries",
    "what_worked",
    "what_did_not",
    "participation",
)
DATES = ("stage_as_of", "start_planned", "start_actual", "end_planned", "end_actual")
AMOUNTS = ("total_cost", "running_cost_per_year", "savings_per_year")
LISTS = ("other_areas", "target_groups", "technologies", "sdgs", "platforms")
FLAGS = ("cost_unknown", "cost_is_estimate")
NUMBERS = (*AMOUNTS, "latitude", "longitude", "amount", "baseline", "target", "value")
# key of the entry → kind of row
ROW_KEYS = {
    "partners": "partners",
    "funding": "funding_lines",
    "indicators": "indicators",
    "sources": "sources",
}


class BadEntry(Exception):
    """An entry that cannot be loaded: its key and why."""


@dataclass
class Report:
    """What one run did: keys of the entries by outcome, and the messages of those not loaded."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    edited: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def load_protocols(path: Path) -> int:
    """Publish the protocols of the file that are missing; existing ones stay as staff may have edited them.

    Gives how many were created.
    """
    created = 0
    for entry in json.loads(path.read_text("utf-8")):
        slug, code = entry.pop("slug"), entry.pop("territory", "")
        entry["territory"] = Territory.objects.exclude(level="municipality").filter(code=code).first()
        defaults = {**entry, "published_at": timezone.now()}
        created += Protocol.objects.get_or_create(slug=slug, defaults=defaults)[1]
    return created


def load_projects(path: Path) -> Report:
    """Load every entry of the file, each in its own transaction; a bad one is reported and skipped."""
    # Many entries name the same municipalities, each of them several times.
    report, find = Report(), cache(find_municipality)
    for entry in json.loads(path.read_text("utf-8")):
        try:
            getattr(report, load_entry(entry, find)).append(entry["key"])
        except BadEntry as error:
            report.problems.append(str(error))
    return report


@transaction.atomic
def load_entry(entry: Mapping, find: Find = find_municipality) -> str:
    """Create or update one project and publish its card. Gives `created`, `updated`, `unchanged` or `edited`.

    `edited`: the entry has changed, but people have edited the project since, and their texts stay.
    Raises BadEntry.
    """
    source = source_of(entry, find)
    checksum = _checksum(source)
    project = Project.objects.filter(origin_key=entry["key"]).first()
    if project and _is_loaded(project, checksum):
        return "unchanged"
    if project and _is_edited(project):
        return "edited"
    outcome = "updated" if project else "created"
    project = _write(entry["key"], source, project, find)
    record(project, LOAD, None, {"sha256": checksum})
    issue_project(project, by=None)
    return outcome


def _is_loaded(project: Project, checksum: str) -> bool:
    last = history(records.RECORD, project.code).filter(verb=LOAD).order_by("-pk").first()
    return bool(last and last.changes.get("sha256") == checksum and project.record.editions.exists())


def _is_edited(project: Project) -> bool:
    others = [LOAD, *assessing.EVENTS, *adopting.EVENTS]
    return history(records.RECORD, project.code).exclude(verb__in=others).exists()


def source_of(entry: Mapping, find: Find = find_municipality) -> dict:
    """The entry in the shape of projects.source.collect, without code. Raises BadEntry for unknown places."""
    source = {name: [] if name in LISTS else False if name in FLAGS else "" for name in OWN_FIELDS}
    source |= {name: entry[name] for name in PLAIN if entry.get(name) is not None}
    source |= {name: _date(entry, name) for name in DATES}
    source |= {name: _decimal(entry.get(name)) for name in (*AMOUNTS, "latitude", "longitude")}
    source |= {
        "cost_unknown": source["total_cost"] is None,
        "origin": Origin.SAMPLE.value,
        "contact_email": "",
    }
    source["lead_municipality"] = _place(entry, entry["lead_municipality"], find).code
    source["other_municipalities"] = sorted(
        _place(entry, c, find).code for c in entry.get("other_municipalities") or []
    )
    source["promoter"] = _promoter(entry, find)
    source["part_of"] = _code_of(entry)
    source |= {rows: [] for rows in (*ROWS, "documents")}
    for key, rows in ROW_KEYS.items():
        source[rows] = [_row(rows, values) for values in entry.get(key) or []]
    source["identifiers"] = [
        {"scheme": IdentifierScheme.CUP.value, "value": normalise_cup(code)}
        for code in entry.get("cup_codes") or []
    ]
    return source


def _promoter(entry: Mapping, find: Find) -> dict:
    """The promoter with the code of its municipality where it is one."""
    promoter, code = entry["promoter"], entry["promoter"].get("municipality")
    is_municipality = promoter["kind"] == Organisation.Kind.MUNICIPALITY
    return promoter | {"municipality": _place(entry, code, find).code if is_municipality and code else code}


def _code_of(entry: Mapping) -> str:
    """The code of the programme of an entry, which comes before it in the file. Raises BadEntry."""
    if not (key := entry.get("part_of")):
        return ""
    code = Project.objects.filter(origin_key=key).values_list("record__code", flat=True).first()
    if code is None:
        raise BadEntry(f"{entry['key']}: il programma {key} non è stato caricato prima")
    return code


def _date(entry: Mapping, name: str) -> str:
    text = str(entry.get(name) or "")
    try:
        return parse_partial_date(text) if text else ""
    except ValueError as error:
        raise BadEntry(f"{entry['key']}: {name} non è una data: {text}") from error


def _place(entry: Mapping, code: str, find: Find) -> Territory:
    place = find(code)
    if place is None:
        raise BadEntry(f"{entry['key']}: il Comune {code} non è nell’elenco")
    return place


def _row(rows: str, values: Mapping) -> dict:
    row = {}
    for name in ROWS[rows]:
        value = values.get(name)
        row[name] = _decimal(value) if name in NUMBERS else str(value or "")
    return row


def _decimal(value) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _checksum(source: Mapping) -> str:
    document = build_card(source, slug="", edition=0, published_at=EPOCH)
    return hashlib.sha256(serialise(document).encode()).hexdigest()


def _write(key: str, source: Mapping, project: Project | None, find: Find) -> Project:
    """Write the source into the rows of the project, a new one or one loaded before."""
    lead, is_new = find(source["lead_municipality"]), project is None
    promoter = body_of(source["promoter"], key, find)
    if project is None:
        owner = promoter if promoter.kind == Organisation.Kind.MUNICIPALITY else body_of_municipality(lead)
        project = Project(origin_key=key, record=records.open_record(owner))
    for name in OWN_FIELDS:
        if name != "code":
            setattr(project, name, source[name])
    project.lead_municipality, project.promoter, project.status = lead, promoter, Status.PUBLISHED
    _validate(project, key)
    project.save()
    codes = source["other_municipalities"]
    project.other_municipalities.set(Territory.objects.municipalities().filter(code__in=codes))
    for rows in ROWS:
        if not is_new:
            getattr(project, rows).all().delete()
        _add_rows(project, rows, source[rows], key)
    return project


def _add_rows(project: Project, rows: str, values: list[dict], key: str) -> None:
    manager = getattr(project, rows)
    objects = [manager.model(project=project, **value) for value in values]
    for row in objects:
        _validate(row, key)
    manager.bulk_create(objects)


def _validate(row, key: str) -> None:
    try:
        row.clean_fields()
    except ValidationError as error:
        raise BadEntry(f"{key}: {type(row).__name__} {error.message_dict}") from error


def body_of(promoter: Mapping, key: str, find: Find = find_municipality) -> Organisation:
    """The organisation that promotes a project, from `{kind, name, municipality}`; created when missing.

    Raises BadEntry for an unknown kind or municipality.
    """
    if promoter["kind"] not in Organisation.Kind.values:
        raise BadEntry(f"{key}: tipo di ente sconosciuto: {promoter['kind']}")
    place = find(promoter["municipality"]) if promoter.get("municipality") else None
    if promoter["kind"] == Organisation.Kind.MUNICIPALITY:
        if place is None:
            raise BadEntry(f"{key}: del Comune {promoter['name']} manca il codice")
        return body_of_municipality(place)
    existing = Organisation.objects.filter(kind=promoter["kind"], name=promoter["name"]).first()
    return existing or open_body(kind=promoter["kind"], name=promoter["name"], territory=place)
