"""Writes what imports.comparing found, undoes a run, and takes the decision on a row that waits."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import islice

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from imports.comparing import Examined, compared, plain, profile_of, stored_projects
from imports.models import FACTS, ImportedProject, Row, Run
from imports.profiles.base import folded
from lib.content_version import bump_content_version
from municipalities.models import Territory

BATCH = 1000
Outcome = Row.Outcome


@transaction.atomic
def apply(run: Run, result: Examined, source: str) -> Run:
    """Write the outcomes: rows, projects, and the run with its sums. All of it or nothing."""
    run.save()
    for lines in _batches(result.lines()):
        _write(run, lines, source)
    for keys in _batches(result.gone):
        ImportedProject.objects.filter(source=source, key__in=keys).update(gone_on=run.reference_date)
    run.gone = result.gone
    _close(run, result.counts, Run.State.APPLIED)
    bump_content_version()
    return run


def _write(run: Run, lines: list[dict], source: str) -> None:
    stored = {
        one.key: one
        for one in ImportedProject.objects.filter(source=source, key__in={line["key"] for line in lines})
    }
    through = ImportedProject.municipalities.through
    places = _codes_of(stored.values())
    codes = {code for line in lines for code in line.get("places", ())}
    pks = dict(Territory.objects.municipalities().filter(code__in=codes).values_list("code", "pk"))
    new, changed, dated, rows, links = [], [], [], [], []
    for line in lines:
        row, outcome = _row(run, line), line["outcome"]
        rows.append(row)
        # Another row tells how the project stands.
        project = None if line.get("is_other") else stored.get(line["key"])
        if outcome == Outcome.CREATED:
            project = ImportedProject(source=source, key=line["key"], run=run)
            _set(project, line["facts"], run)
            new.append(project)
        elif project is not None and outcome in (Outcome.UPDATED, Outcome.UNCHANGED):
            newest = max(project.known_on, project.gone_on or project.known_on)
            if outcome == Outcome.UNCHANGED and newest >= run.reference_date:
                continue
            row.before = _before(project, places[project.pk])
            if outcome == Outcome.UPDATED:
                _set(project, line["facts"], run)
                changed.append(project)
            else:
                dated.append(project)
        if outcome in (Outcome.CREATED, Outcome.UPDATED):
            links.append((project, line["places"]))
    ImportedProject.objects.bulk_create(new)
    _upsert(changed)
    known = [project.pk for project in dated]
    ImportedProject.objects.filter(pk__in=known).update(known_on=run.reference_date)
    through.objects.filter(importedproject__in=[project.pk for project in changed]).delete()
    through.objects.bulk_create(
        [
            through(importedproject_id=project.pk, territory_id=pks[code])
            for project, project_codes in links
            for code in project_codes
        ]
    )
    Row.objects.bulk_create(rows)


def _upsert(projects: Iterable[ImportedProject]) -> None:
    """Replace the facts of stored projects in one statement: bulk_update() has a CASE for every value."""
    names = ["source", "key", *FACTS, "known_on", "gone_on", "run_id"]
    ImportedProject.objects.bulk_create(
        [ImportedProject(**{name: getattr(one, name) for name in names}) for one in projects],
        update_conflicts=True,
        unique_fields=["source", "key"],
        update_fields=[*FACTS, "known_on", "gone_on", "run"],
    )


def _row(run: Run, line: dict) -> Row:
    names = ("number", "key", "outcome", "reason", "raw", "changes")
    return Row(run=run, **{name: line[name] for name in names})


def _set(project: ImportedProject, facts: dict, run: Run) -> None:
    for name in FACTS:
        value = facts[name]
        is_amount = name in ("amount", "total") and value is not None
        setattr(project, name, Decimal(value) if is_amount else value)
    project.known_on, project.gone_on, project.run = run.reference_date, None, run


def _codes_of(projects: Iterable[ImportedProject]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    through = ImportedProject.municipalities.through.objects
    for pk, code in through.filter(importedproject__in=[one.pk for one in projects]).values_list(
        "importedproject_id", "territory__code"
    ):
        found[pk].append(code)
    return found


def _before(project: ImportedProject, codes: list[str]) -> dict:
    names = (*FACTS, "known_on", "gone_on", "run_id")
    return {name: plain(getattr(project, name)) for name in names} | {"places": codes}


def _batches(items: Iterable) -> Iterator[list]:
    iterator = iter(items)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def _close(run: Run, counts: Mapping, state: str) -> None:
    for outcome in Outcome.values:
        setattr(run, outcome, counts.get(outcome, 0))
    run.rows = sum(counts.values())
    run.state = state
    run.save()


class CannotUndo(Exception):
    """A later run stands on what this one wrote; the message says which."""


@transaction.atomic
def undo(run: Run) -> None:
    """Take back all that an applied run wrote. Raises CannotUndo, and then nothing changes."""
    run = Run.objects.select_for_update().get(pk=run.pk)
    if run.state != Run.State.APPLIED:
        raise CannotUndo(_("Questa importazione non è stata eseguita, o è già annullata."))
    source = profile_of(run.profile, run.options).source
    written = run.lines.filter(Q(outcome=Outcome.CREATED) | Q(before__isnull=False))
    later = Row.objects.filter(
        Q(outcome=Outcome.CREATED) | Q(before__isnull=False),
        run__state=Run.State.APPLIED,
        run__pk__gt=run.pk,
        run__profile=run.profile,
        key__in=written.values("key"),
    )
    if after := later.select_related("run").order_by("run").first():
        raise CannotUndo(_("Prima annulla l’importazione {}, che è venuta dopo.").format(after.run_id))
    projects = ImportedProject.objects.filter(source=source)
    projects.filter(key__in=run.gone, gone_on=run.reference_date).update(gone_on=None)
    for rows in _batches(run.lines.filter(before__isnull=False).iterator()):
        _restore(rows, projects)
    for rows in _batches(run.lines.filter(outcome=Outcome.CREATED).iterator()):
        made = projects.filter(run=run, key__in=[row.key for row in rows])
        ImportedProject.municipalities.through.objects.filter(importedproject__in=made).delete()
        made.delete()
    run.state = Run.State.UNDONE
    run.save(update_fields=["state"])
    bump_content_version()


def _restore(rows: list[Row], projects) -> None:
    stored = {one.key: one for one in projects.filter(key__in=[row.key for row in rows])}
    through, links = ImportedProject.municipalities.through, []
    for row in rows:
        project, before = stored[row.key], row.before
        for name in (*FACTS, "known_on", "gone_on", "run_id"):
            setattr(project, name, before[name])
        links += [(project.pk, code) for code in before["places"]]
    _upsert(stored.values())
    through.objects.filter(importedproject__in=[one.pk for one in stored.values()]).delete()
    pks = dict(
        Territory.objects.municipalities()
        .filter(code__in={code for _pk, code in links})
        .values_list("code", "pk")
    )
    through.objects.bulk_create(
        [through(importedproject_id=pk, territory_id=pks[code]) for pk, code in links]
    )


@transaction.atomic
def decide(row: Row, municipality: Territory, *, by) -> ImportedProject:
    """Give a waiting row the municipality that a person chose, and write its project."""
    row = Row.objects.select_for_update().select_related("run").get(pk=row.pk)
    if row.outcome != Outcome.WAITING or row.run.state != Run.State.APPLIED:
        raise CannotUndo(_("Questa riga non aspetta più una decisione."))
    run = row.run
    profile = profile_of(run.profile, run.options)
    item = profile.read({folded(name): text for name, text in row.raw.items()})
    line: dict = {"number": row.number, "raw": row.raw, "key": item.key, "changes": {}}
    before = stored_projects(profile.source, {item.key}).get(item.key)
    line |= compared(item.facts, [municipality.code], before, run.reference_date)
    row.delete()
    _write(run, [line], profile.source)
    told = _("{} ha scelto {}").format(by, municipality)
    Row.objects.filter(run=run, number=line["number"]).update(reason=told)
    counts: dict[str, int] = {value: getattr(run, value) for value in Outcome.values}
    counts[Outcome.WAITING] -= 1
    counts[line["outcome"]] += 1
    _close(run, counts, Run.State.APPLIED)
    bump_content_version()
    return ImportedProject.objects.get(source=profile.source, key=item.key)
