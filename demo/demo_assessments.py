"""Demonstration assessments of the sample projects, each motive written from the published card.

The file is a list of entries:

    {"project": key of the sample project, "rater": "self" | "peer" | "observatory", "date": "2026-10-05",
     "municipality": Belfiore code of the peer city (peer only),
     "ratings": [{"key": criterion, "value": 1–5, "motive": text, "evidence": address, optional}]}

They are marked as a demonstration, are visible only where DEMO is on, and give way to any real assessment.
Loading twice changes nothing; an entry that changed becomes the rater's next version.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path

from django.db import transaction
from django.utils.timezone import localdate, make_aware

from demo.sample import BadEntry, Report
from municipalities.actions import body_of_municipality, open_body
from municipalities.models import Organisation
from municipalities.search import find_municipality
from projects.models import Project
from reuse.actions import assessing
from reuse.criteria import KEYS, PEER, RATER_ORDER, SELF
from reuse.models import Assessment

OBSERVATORY_NAME = "Osservatorio Smart City"


def load_assessments(path: Path) -> Report:
    """Load every entry of the file, each in its own transaction; a bad one is reported and skipped."""
    report = Report()
    for entry in json.loads(path.read_text("utf-8")):
        name = f"{entry.get('project')}/{entry.get('rater')}"
        try:
            getattr(report, load_entry(entry)).append(name)
        except BadEntry as error:
            report.problems.append(f"{name}: {error}")
    return report


@transaction.atomic
def load_entry(entry: Mapping) -> str:
    """Create one completed assessment, or its next version; gives `created` or `unchanged`.

    Raises BadEntry for unknown projects, raters and criteria.
    """
    project = Project.objects.select_related("record__owner").filter(origin_key=entry["project"]).first()
    if project is None:
        raise BadEntry("il progetto non c’è")
    if entry["rater"] not in RATER_ORDER:
        raise BadEntry("chi valuta non è tra quelli previsti")
    ratings = _ratings(entry)
    day = date.fromisoformat(entry["date"])
    rater = {"record": project.record, "rater": entry["rater"], "organisation": _body(entry, project)}
    last = Assessment.objects.completed().filter(**rater, is_demonstration=True).order_by("-version").first()
    if last and _content_of(last) == (day, ratings):
        return "unchanged"
    made_at = make_aware(datetime.combine(day, time(12)))
    assessing.demonstrate(**rater, made_at=made_at, ratings=ratings)
    return "created"


def _ratings(entry: Mapping) -> dict[str, dict]:
    ratings = {}
    for row in entry["ratings"]:
        if row["key"] not in KEYS or row["value"] not in range(1, 6) or not row["motive"].strip():
            raise BadEntry(f"voto da correggere: {row['key']}")
        ratings[row["key"]] = {
            "value": row["value"],
            "motive": row["motive"],
            "evidence_url": row.get("evidence") or "",
        }
    if len(ratings) != len(entry["ratings"]):
        raise BadEntry("un criterio ha due voti")
    return ratings


def _body(entry: Mapping, project: Project) -> Organisation:
    """Who rates: the owner, the peer city, the observatory of the demonstration."""
    if entry["rater"] == SELF:
        return project.owner
    if entry["rater"] == PEER:
        place = find_municipality(entry.get("municipality", ""))
        if place is None:
            raise BadEntry("il Comune che valuta non è nell’elenco")
        return body_of_municipality(place)
    kind = Organisation.Kind.OBSERVATORY
    body = Organisation.objects.filter(kind=kind).order_by("pk").first()
    return body or open_body(kind=kind, name=OBSERVATORY_NAME)


def _content_of(last: Assessment) -> tuple:
    """Day and ratings of a stored assessment, in the shape of an entry."""
    ratings = {
        r.key: {"value": r.value, "motive": r.motive, "evidence_url": r.evidence_url}
        for r in last.ratings.all()
    }
    return localdate(last.made_at), ratings
