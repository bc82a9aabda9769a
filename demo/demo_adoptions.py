"""Demonstration adoptions among the sample projects, and practices from outside with their real source.

The file holds two lists:

    {"adoptions": [{"project": key of the sample project, "municipality": Belfiore code of who adopts,
                    "from": Belfiore code of an earlier adopter (optional),
                    "result": key of the adopter's own sample project (optional),
                    "steps": [{"move", "on": "2026-03-02", "note", "note_is_public", "what_changed",
                               "what_learnt", "lessons_are_public"}]}],
     "practices": [{"project", "municipality", "name", "city", "country", "url",
                    "adopted_on", "what_changed"}]}

They are marked as a demonstration and visible only where DEMO is on. Loading twice changes nothing.
"""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from django.db import transaction

from demo.sample import BadEntry, Report
from municipalities.actions import body_of_municipality
from municipalities.models import Organisation
from municipalities.search import find_municipality
from projects.models import Project
from reuse.actions import adopting
from reuse.models import Adoption, OutsidePractice
from reuse.transitions import AdoptionTransition

PRACTICE = ("name", "city", "country", "url")


def load_adoptions(path: Path) -> Report:
    """Load every entry of the file, each in its own transaction; a bad one is reported and skipped."""
    report = Report()
    content = json.loads(path.read_text("utf-8"))
    for load, entries in ((load_entry, content["adoptions"]), (load_practice, content["practices"])):
        for entry in entries:
            name = f"{entry['project']}/{entry['municipality']}"
            try:
                getattr(report, load(entry)).append(name)
            except BadEntry as error:
                report.problems.append(f"{name}: {error}")
    return report


@transaction.atomic
def load_entry(entry: Mapping) -> str:
    """Create one adoption with its steps; gives `created` or `unchanged`.

    Raises BadEntry for unknown projects, municipalities, moves.
    """
    project, adopter = _project(entry), _body(entry["municipality"])
    demonstrations = Adoption.objects.filter(record=project.record, is_demonstration=True)
    if demonstrations.filter(adopter=adopter).exists():
        return "unchanged"
    parent = None
    if code := entry.get("from"):
        parent = demonstrations.filter(adopter=_body(code)).first()
        if parent is None:
            raise BadEntry("chi cede non ha ancora adottato il progetto")
    if adopter.pk == project.owner_id:
        raise BadEntry("un ente non riusa un progetto proprio")
    steps = [{**step, "on": date.fromisoformat(step["on"])} for step in entry["steps"]]
    if unknown := [step["move"] for step in steps if step["move"] not in AdoptionTransition.values]:
        raise BadEntry(f"passo sconosciuto: {unknown[0]}")
    result = _result(entry, adopter)
    adopting.demonstrate(
        project.record, adopter=adopter, steps=steps, parent=parent, result=result and result.record
    )
    return "created"


def _result(entry: Mapping, adopter: Organisation) -> Project | None:
    if not (key := entry.get("result")):
        return None
    result = Project.objects.filter(origin_key=key, record__owner=adopter).first()
    if result is None or key == entry["project"]:
        raise BadEntry("il progetto che ne è nato non è di chi riusa")
    return result


@transaction.atomic
def load_practice(entry: Mapping) -> str:
    """Create one practice; gives `created` or `unchanged`.

    Raises BadEntry for unknown projects and municipalities.
    """
    project, adopter = _project(entry), _body(entry["municipality"])
    values = {name: entry[name] for name in PRACTICE}
    if OutsidePractice.objects.filter(
        record=project.record, is_demonstration=True, url=values["url"]
    ).exists():
        return "unchanged"
    extra = {"adopted_on": entry.get("adopted_on", ""), "what_changed": entry.get("what_changed", "")}
    practice = OutsidePractice(
        record=project.record, adopter=adopter, is_demonstration=True, **values, **extra
    )
    adopting.demonstrate_practice(practice)
    return "created"


def _project(entry: Mapping) -> Project:
    project = Project.objects.select_related("record__owner").filter(origin_key=entry["project"]).first()
    if project is None:
        raise BadEntry("il progetto non c’è")
    return project


def _body(code: str) -> Organisation:
    place = find_municipality(code)
    if place is None:
        raise BadEntry(f"il Comune {code} non è nell’elenco")
    return body_of_municipality(place)
