"""Records and editions for tests of cards alone, without a working copy."""

from collections.abc import Mapping

from cards import issuing, records
from cards.document.shape import DOCUMENT_FIELDS, OWN_FIELDS, ROWS
from cards.models import Edition, Record
from municipalities.actions import body_of_municipality
from municipalities.models import Territory

NUMBERS = ("total_cost", "running_cost_per_year", "savings_per_year", "latitude", "longitude")
LISTS = ("other_areas", "target_groups", "technologies", "sdgs", "platforms", "other_municipalities")
EMPTY = {
    **dict.fromkeys(OWN_FIELDS, ""),
    **dict.fromkeys(NUMBERS),
    **{name: [] for name in (*LISTS, *ROWS, "documents")},
    "cost_unknown": False,
    "cost_is_estimate": False,
    "promoter": None,
    "contact_email": "",
}


def source(record: Record, **fields) -> dict:
    """The source of an edition with title, kind, stage, area and municipality; `fields` replace."""
    return {
        **EMPTY,
        "code": record.code,
        "title": "Orti urbani",
        "kind": "project",
        "stage": "running",
        "primary_area": "environment",
        "origin": "entered",
        "lead_municipality": record.owner.territory.code,
        **fields,
    }


def document(number: int, **fields) -> dict:
    """A document of a source; `number` is that of its file."""
    return {
        **dict.fromkeys(DOCUMENT_FIELDS),
        "id": number,
        "type": "manual",
        "title": f"Manuale {number}",
        "media_type": "application/pdf",
        **fields,
    }


def record(municipality: Territory) -> Record:
    return records.open_record(body_of_municipality(municipality))


def issue(record: Record, files: Mapping[int, str] | None = None, **fields) -> Edition:
    """The next edition of a record; `files` are storage names by number of document."""
    files = files or {}
    fields.setdefault("documents", [document(number) for number in files])
    return issuing.issue(record.pk, source(record, **fields), files=files, by=None)
