"""The officer's workbook: a template made of the form's fields, read back with its errors in the cells.

XLSX: sheet «Progetti», one project a row, and one sheet for each repeated group, joined by «Riferimento». CSV
holds the first sheet alone. A project is recognised by its reference (else its title) within its body: the
same file twice changes nothing.
"""

import hashlib
import io
import json
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from django import forms
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override
from openpyxl import load_workbook

from imports.comparing import ImportFailed
from imports.models import Row, Run
from lib.forms.fields import CheckboxList, CupListField, ListField
from lib.tables.reader import MAX_BYTES, TableError, read_table
from lib.text import NOT_TEXT, clean_text, fold
from lib.workflow import WrongMove
from municipalities.models import Organisation
from municipalities.places import MunicipalityListField
from projects import api_drafts
from projects.completeness import REQUIRED
from projects.models import Project
from projects.workflow import EDITABLE

NAME = "workbook"
SHEET, REFERENCE, ERRORS = "Progetti", "Riferimento", "Errori"
MAX_PROJECTS = 2000
XLSX = b"PK\x03\x04"
MAX_UNPACKED = 200_000_000


@dataclass(frozen=True)
class Cell:
    """Where an error belongs: a sheet, a row (from 1, the header), a name of a column."""

    sheet: str
    row: int
    column: str


@dataclass
class Draft:
    """One project of the workbook: its texts, its rows, and the cells they come from."""

    number: int
    reference: str
    raw: dict[str, str]
    texts: dict = field(default_factory=dict)
    rows: dict[str, list[dict]] = field(default_factory=dict)
    places: dict[str, list[int]] = field(default_factory=dict)
    errors: list[tuple[Cell, str]] = field(default_factory=list)
    outcome: str = ""
    key: str = ""
    sha256: str = ""
    # Of the stored draft.
    code: str = ""
    version: int = 0


def columns() -> dict[str, forms.Field]:
    """The fields of the first sheet, required ones first."""
    first = [name for name in REQUIRED if name in api_drafts.FIELDS]
    return {name: api_drafts.FIELDS[name] for name in [*first, *api_drafts.FIELDS]}


def labels_of(fields: Mapping[str, forms.Field]) -> dict[str, str]:
    """`{name: label}` in Italian, without a final question mark."""
    with override("it"):
        return {name: str(one.label or name).rstrip("?").strip() for name, one in fields.items()}


def sheets() -> dict[str, str]:
    """`{name of a repeated group: name of its sheet}`."""
    with override("it"):
        return {name: str(rows.title)[:31] for name, rows in api_drafts.ROWS.items()}


def choices_of(one: forms.Field) -> list[tuple[str, str]]:
    """`[(value, Italian label)]` of a field with choices, and of a box to tick."""
    with override("it"):
        if isinstance(one, forms.BooleanField):
            return [("on", "Sì"), ("", "No")]
        return [(str(value), str(label)) for value, label in getattr(one, "choices", []) if value != ""]


def read(content: bytes) -> tuple[list[Draft], list[tuple[Cell, str]]]:
    """The projects of a workbook or CSV, and errors of the file's shape. Raises ImportFailed."""
    if len(content) > MAX_BYTES:
        raise ImportFailed(
            _("Il file supera i %(most)s MB: dividilo in più file.") % {"most": MAX_BYTES // 10**6}
        )
    with override("it"):
        return _read(content)


def _read(content: bytes) -> tuple[list[Draft], list[tuple[Cell, str]]]:
    tables = dict(_tables(content))
    if SHEET not in tables:
        raise ImportFailed(_("Nel file non c’è il foglio «{}»: parti dal modello.").format(SHEET))
    errors: list[tuple[Cell, str]] = []
    fields = columns()
    codes = _codes_of(fields)
    drafts, by_reference = [], {}
    for number, cells in _records(SHEET, tables[SHEET], fields, errors):
        reference = cells.pop(REFERENCE, "").strip()
        if fold(reference) == "esempio":
            continue
        draft = Draft(number, reference, {REFERENCE: reference, **cells})
        if reference and fold(reference) in by_reference:
            told = _("Il riferimento è già alla riga {}").format(by_reference[fold(reference)].number)
            draft.errors.append((Cell(SHEET, number, REFERENCE), told))
        elif reference:
            by_reference[fold(reference)] = draft
        for name, text in cells.items():
            if text:
                draft.texts[name] = _value(fields[name], codes[name], text)
        drafts.append(draft)
        if len(drafts) > MAX_PROJECTS:
            raise ImportFailed(_("Il file ha più di {} progetti: dividilo in più file.").format(MAX_PROJECTS))
    for name, title in sheets().items():
        row_fields = api_drafts.row_fields(name)
        codes = _codes_of(row_fields)
        for number, cells in _records(title, tables.get(title, []), row_fields, errors):
            reference = fold(cells.pop(REFERENCE, ""))
            draft = by_reference.get(reference)
            if draft is None:
                told = _("Nel foglio «{}» nessun progetto ha questo riferimento").format(SHEET)
                errors.append((Cell(title, number, REFERENCE), told))
                continue
            values = {key: _value(row_fields[key], codes[key], text) for key, text in cells.items() if text}
            draft.rows.setdefault(name, []).append(values)
            draft.places.setdefault(name, []).append(number)
    return drafts, errors


def _tables(content: bytes) -> Iterator[tuple[str, list[tuple[int, list[str]]]]]:
    """`(sheet, [(number of the row, texts)])`."""
    try:
        if not content.startswith(XLSX):
            table = read_table(content)
            yield SHEET, [(1, table.header), *table.rows]
            return
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
                raise TableError(_("Il foglio di calcolo è troppo grande: dividilo in più file."))
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            if sheet.title not in {SHEET, *sheets().values()}:
                continue
            sheet.reset_dimensions()
            rows = []
            for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
                texts = [_text(cell) for cell in cells[:300]]
                if any(texts):
                    rows.append((number, texts))
                if len(rows) > MAX_PROJECTS * 20:
                    raise TableError(_("Il foglio di calcolo è troppo grande: dividilo in più file."))
            yield sheet.title, rows
    except TableError as error:
        raise ImportFailed(str(error)) from error
    except Exception as error:
        # openpyxl raises what it meets: KeyError, ValueError, BadZipFile, ParseError…
        raise ImportFailed(
            _("Il foglio di calcolo non si apre: salvalo di nuovo come XLSX o CSV.")
        ) from error


def _text(value) -> str:
    """A cell as an Italian would type it: a decimal comma, a day as 31/12/2026."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Sì" if value else "No"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        number = round(Decimal(str(value)), 6).normalize()
        return f"{number:f}".replace(".", ",")
    if hasattr(value, "strftime"):
        return value.strftime("%d/%m/%Y")
    text = str(value)
    return clean_text(NOT_TEXT.sub("", text)).strip()


def _records(title, table, fields, errors) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a sheet by name of field; a column that is not known is told once, not dropped silently."""
    if not table:
        return
    by_label = {fold(label): name for name, label in labels_of(fields).items()}
    by_label |= {fold(name): name for name in fields} | {fold(REFERENCE): REFERENCE, fold(ERRORS): ERRORS}
    _number, header = table[0]
    names = []
    for label in header:
        name = by_label.get(fold(label))
        if name is None and label.strip():
            errors.append((Cell(title, 1, label), _("Questa colonna non esiste: «{}»").format(label)))
        names.append(name)
    known = [name for name in names if name]
    for name in {name for name in known if known.count(name) > 1}:
        raise ImportFailed(_("Il foglio «{}» ha due volte la colonna «{}».").format(title, name))
    for number, texts in table[1:]:
        cells = {
            name: text.strip() for name, text in zip(names, texts, strict=False) if name and name != ERRORS
        }
        if any(cells.values()):
            yield number, cells


def _codes_of(fields: Mapping[str, forms.Field]) -> dict[str, dict[str, str]]:
    """`{name of a field: {folded label or code: code}}` of the fields with choices."""
    codes = {}
    for name, one in fields.items():
        choices = choices_of(one)
        codes[name] = {fold(code): code for code, _l in choices} | {
            fold(label): code for code, label in choices
        }
    return codes


def _value(one: forms.Field, known: Mapping[str, str], text: str):
    """What a browser would post for a cell: codes of choices for their labels."""
    if isinstance(one, CheckboxList):
        parts = [part.strip() for part in text.replace("\n", ";").split(";") if part.strip()]
        return [known.get(fold(part), part) for part in parts]
    if isinstance(one, forms.BooleanField):
        return {"si": "on", "x": "on", "true": "on", "1": "on", "vero": "on"}.get(fold(text), "")
    if isinstance(one, MunicipalityListField):
        return text.replace(";", "\n")
    if isinstance(one, ListField | CupListField):
        return text.replace(";", ",")
    return known.get(fold(text), text) if known else text


def check(drafts: list[Draft], *, owner: Organisation) -> None:
    """Give each draft its outcome and its errors, in the cells they belong to. Nothing is written."""
    titles = Counter(fold(draft.texts.get("title", "")) for draft in drafts if not draft.reference)
    labels = labels_of(columns())
    with override("it"):
        for draft in drafts:
            _check(draft, owner, titles, labels)
        valid = {draft.key: draft for draft in drafts if not draft.errors}
        _compare(valid)


def _check(draft: Draft, owner: Organisation, titles: Counter, labels: Mapping[str, str]) -> None:
    """The errors of a draft, and the key under which it is stored."""
    title = draft.texts.get("title", "")
    if not title:
        draft.errors.append((Cell(SHEET, draft.number, labels["title"]), str(REQUIRED["title"][1])))
    elif not draft.reference and titles[fold(title)] > 1:
        told = _("Due righe hanno lo stesso titolo: dai a ognuna un riferimento")
        draft.errors.append((Cell(SHEET, draft.number, REFERENCE), told))
    errors = api_drafts.errors_of_texts(draft.texts, draft.rows, owner=owner)
    draft.errors += [(_cell(draft, pointer, labels), text) for pointer, text in errors]
    draft.outcome = Row.Outcome.REFUSED if draft.errors else Row.Outcome.CREATED
    name = fold(draft.reference or title)
    key = f"{NAME}:{owner.pk}:{name}"
    draft.key = key if len(key) <= 120 else f"{NAME}:{owner.pk}:{hashlib.sha256(name.encode()).hexdigest()}"
    said = json.dumps([draft.texts, draft.rows], sort_keys=True, ensure_ascii=False)
    draft.sha256 = hashlib.sha256(said.encode()).hexdigest()


def _compare(drafts: Mapping[str, Draft]) -> None:
    """The outcome of valid drafts by key that are stored already. Two queries."""
    lines = Row.objects.filter(key__in=list(drafts), run__state=Run.State.APPLIED)
    lines = lines.exclude(outcome=Row.Outcome.REFUSED).order_by("pk")
    last = dict(lines.values_list("key", "changes"))
    for project in Project.objects.filter(origin_key__in=list(drafts)):
        draft, before = drafts[project.origin_key], last.get(project.origin_key)
        draft.code, draft.version = project.code, project.version
        if before and before.get("sha256") == draft.sha256:
            draft.outcome = Row.Outcome.UNCHANGED
        elif before and (project.status not in EDITABLE or project.version != before.get("version")):
            told = _("{}: la scheda è stata inviata o modificata nel portale, e il file non la copre")
            draft.outcome = Row.Outcome.WAITING
            draft.errors.append((Cell(SHEET, draft.number, REFERENCE), told.format(project.code)))
        else:
            draft.outcome = Row.Outcome.UPDATED


def _cell(draft: Draft, pointer: str, labels: Mapping[str, str]) -> Cell:
    parts = pointer.strip("/").split("/")
    if parts[0] in sheets():
        number = draft.places.get(parts[0], [1])[int(parts[1])] if len(parts) > 1 else draft.number
        inner = labels_of(api_drafts.row_fields(parts[0]))
        name = inner.get(parts[2], REFERENCE) if len(parts) > 2 else REFERENCE
        return Cell(sheets()[parts[0]] if len(parts) > 1 else SHEET, number, name)
    return Cell(SHEET, draft.number, labels.get(parts[0], REFERENCE))


@transaction.atomic
def apply(run: Run, drafts: list[Draft]) -> Run:
    """Write the drafts without errors and the run with all rows, once. All of it or nothing.

    Raises WrongMove when a second request has applied the run, or a draft may no longer be edited.
    """
    if run.pk is None:
        run.save()
    elif not Run.objects.filter(pk=run.pk, state=Run.State.CHECKED).update(state=Run.State.APPLIED):
        raise WrongMove
    rows = []
    with override("it"):
        for draft in drafts:
            changes = {"sha256": draft.sha256}
            if draft.outcome in (Row.Outcome.CREATED, Row.Outcome.UPDATED):
                project = api_drafts.write_texts(
                    draft.texts, draft.rows, by=run.by, owner=run.owner, key=draft.key
                )
                draft.code = project.code
                changes |= {"version": project.version, "code": project.code}
            elif draft.outcome == Row.Outcome.UNCHANGED:
                changes |= {"version": draft.version, "code": draft.code}
            reason = "; ".join(f"{cell.column}: {text}" for cell, text in draft.errors)
            rows.append(
                Row(
                    run=run,
                    number=draft.number,
                    raw=draft.raw,
                    key=draft.key,
                    outcome=draft.outcome,
                    reason=reason,
                    changes=changes,
                )
            )
    Row.objects.bulk_create(rows)
    for outcome, count in Counter(draft.outcome for draft in drafts).items():
        setattr(run, outcome, count)
    run.rows, run.state = len(drafts), Run.State.APPLIED
    run.save()
    return run


def counts_of(drafts: list[Draft]) -> dict[str, int]:
    """`{"rows": …}` and the number of drafts of each outcome."""
    found = Counter(str(draft.outcome) for draft in drafts)
    return {"rows": len(drafts), **{value: found[value] for value in Row.Outcome.values}}


def run_file(
    path: Path,
    *,
    owner: Organisation,
    by,
    is_applied: bool,
    is_partial: bool,
    report: Callable[[str], object],
) -> dict[str, int]:
    """The command: check a file and, where asked, write its drafts; gives the counts. Raises ImportFailed."""
    content = path.read_bytes()
    drafts, errors = read(content)
    check(drafts, owner=owner)
    for cell, text in [*errors, *(error for draft in drafts for error in draft.errors)]:
        report(f"{cell.sheet}, riga {cell.row}, {cell.column}: {text}")
    counts = counts_of(drafts)
    stopped = errors or counts["refused"]
    if is_applied and stopped and not is_partial:
        raise ImportFailed(
            _("Ci sono errori e non è stato scritto niente; --partial prende le righe giuste.")
        )
    if is_applied:
        digest = hashlib.sha256(content).hexdigest()
        run = Run(profile=NAME, file_name=path.name, sha256=digest, owner=owner, by=by)
        try:
            apply(run, drafts)
        except WrongMove as error:
            raise ImportFailed(_("Una scheda è cambiata nel frattempo: riprova.")) from error
    return counts
