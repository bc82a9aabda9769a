"""Drafts that another program sends as JSON, read by the very forms of the six steps: the rules are the same.

A value is turned into what a person would have typed; what the forms say comes back with a JSON pointer.
"""

import uuid
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation

from django import forms
from django.db import transaction
from django.http import QueryDict
from django.utils.formats import get_format
from django.utils.translation import gettext as _

from lib.forms.fields import CONTROL, CheckboxList, EuroField, ListField, tidied
from municipalities.models import Organisation
from municipalities.places import MunicipalityListField
from projects import actions
from projects.completeness import missing_required
from projects.forms import STEPS
from projects.models import Project

# What the body itself decides, or the portal.
OWN = ("version", "promoter")
ALIASES = {"funding": "funding_lines"}
FORMS = [step for step in STEPS if step.form]
FIELDS = {name: field for step in FORMS for name, field in step.form.base_fields.items() if name not in OWN}
ROWS = {ALIASES.get(rows.key, rows.key): rows for step in FORMS for rows in step.rows}
MAX_DIGITS = 20


class Invalid(Exception):
    """What cannot be taken in: `errors` is `[(JSON pointer, what to do)]`."""

    def __init__(self, errors: list[tuple[str, str]]):
        super().__init__(errors)
        self.errors = errors


class WrongKind(Exception):
    """A JSON value of another kind than its field; the text tells which is wanted."""


def missing_in(project: Project) -> list[tuple[str, str]]:
    """`(JSON pointer, what to write)` of what a draft still needs before it can be sent."""
    return [(f"/{name}", str(text)) for name, (_step, text) in missing_required(project).items()]


@transaction.atomic
def take_in(data: Mapping, *, by, owner: Organisation, nonce: uuid.UUID) -> Project:
    """Make a draft of what was sent, all of it or nothing. Raises Invalid."""
    errors, typed, rows = [], {}, {}
    for name, value in data.items():
        if name in FIELDS:
            _read(FIELDS[name], value, f"/{name}", name, typed, errors)
        elif name in ROWS:
            rows[name] = _read_rows(name, value, errors)
        else:
            errors.append((f"/{_escaped(name)}", _("Questo campo non esiste")))
    title = typed.get("title", "").strip()
    if not title and not any(pointer == "/title" for pointer, _words in errors):
        errors.append(("/title", _("Scrivi il titolo del progetto")))
    if errors:
        raise Invalid(errors)
    project = actions.create_project(by=by, owner=owner, nonce=nonce, title=title[:120])
    _save(project, by, typed, rows)
    return project


def _save(project: Project, by, typed: dict, rows: dict) -> None:
    if "lead_municipality" not in typed and project.lead_municipality:
        typed["lead_municipality"] = project.lead_municipality.code
    typed |= {"version": str(project.version), "promoter": str(project.owner_id)}
    posted = _posted(typed, rows)
    bound = [step.form(posted, instance=project) for step in FORMS]
    parts = [
        (ALIASES.get(part.key, part.key), part.formset(posted, parent=project, prefix=part.key))
        for step in FORMS
        for part in step.rows
    ]
    errors = [found for form in bound for found in _told(form, "")]
    for name, formset in parts:
        formset.is_valid()
        errors += [(f"/{name}", text) for text in formset.non_form_errors()]
        errors += [e for number, form in enumerate(formset.forms) for e in _told(form, f"/{name}/{number}")]
    if errors:
        raise Invalid(errors)
    changes = {"step": "api", "fields": sorted({*typed, *rows} - set(OWN))}
    actions.save_draft(project, by=by, version=project.version, changes=changes)
    for form in [*bound, *(formset for _name, formset in parts)]:
        form.save()


def _told(form, pointer: str) -> list[tuple[str, str]]:
    """The errors of a form; those of the form as a whole point at what holds it."""
    return [
        (pointer if name == "__all__" else f"{pointer}/{name}", text)
        for name, texts in form.errors.items()
        for text in texts
    ]


def _posted(typed: Mapping, rows: Mapping) -> QueryDict:
    """The query string that a browser would have sent for all six steps."""
    posted = QueryDict(mutable=True)
    for name, value in typed.items():
        posted.setlist(name, value if isinstance(value, list) else [value])
    for name, part in ROWS.items():
        given = rows.get(name, [])
        posted[f"{part.key}-TOTAL_FORMS"], posted[f"{part.key}-INITIAL_FORMS"] = str(len(given)), "0"
        for number, row in enumerate(given):
            for field, value in row.items():
                posted[f"{part.key}-{number}-{field}"] = value
    return tidied(posted)


def row_fields(name: str) -> dict[str, forms.Field]:
    """The fields of one row of a repeated part."""
    return {key: field for key, field in ROWS[name].formset.form.base_fields.items() if key != "uid"}


def _read_rows(name: str, value, errors: list) -> list[dict]:
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        errors.append((f"/{name}", _("Serve una lista di oggetti")))
        return []
    rows, known = [], row_fields(name)
    for number, given in enumerate(value):
        row = {}
        for field, part in given.items():
            pointer = f"/{name}/{number}/{_escaped(field)}"
            if field in known:
                _read(known[field], part, pointer, field, row, errors)
            else:
                errors.append((pointer, _("Questo campo non esiste")))
        rows.append(row)
    return rows


def _escaped(name: str) -> str:
    """A name as RFC 6901 writes it in a pointer."""
    return name[:60].replace("~", "~0").replace("/", "~1")


def _read(field: forms.Field, value, pointer: str, name: str, into: dict, errors: list) -> None:
    try:
        into[name] = _typed(field, value)
    except WrongKind as error:
        errors.append((pointer, str(error)))


def _typed(field: forms.Field, value) -> str | list[str]:
    """What somebody would have typed or ticked for a JSON value. Raises WrongKind."""
    if value is None:
        return ""
    if isinstance(field, CheckboxList):
        return [
            _number(v) if isinstance(v, int) and not isinstance(v, bool) else _text(v) for v in _list(value)
        ]
    if isinstance(field, MunicipalityListField):
        return "\n".join(map(_text, _list(value)))
    if isinstance(field, ListField):
        return ",".join(map(_text, _list(value)))
    if isinstance(field, forms.BooleanField):
        if not isinstance(value, bool):
            raise WrongKind(_("Serve true o false"))
        return "on" if value else ""
    if isinstance(field, EuroField):
        return _amount(value)
    if isinstance(field, forms.DecimalField):
        return _number(value).replace(".", get_format("DECIMAL_SEPARATOR"))
    return _text(value)


def _list(value) -> list:
    if not isinstance(value, list):
        raise WrongKind(_("Serve una lista"))
    return value


def _text(value) -> str:
    if not isinstance(value, str):
        raise WrongKind(_("Serve un testo"))
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise WrongKind(_("Il testo contiene un carattere non ammesso")) from error
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    if CONTROL.search(text):
        raise WrongKind(_("Il testo contiene un carattere non ammesso"))
    return text


def _number(value) -> str:
    """A JSON number, or a text that holds one, with a point; no exponent, no more digits than fit."""
    wrong = WrongKind(_("Serve un numero, per esempio 1250.50"))
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise wrong
    try:
        number = Decimal(value.strip() if isinstance(value, str) else value)
    except InvalidOperation as error:
        raise wrong from error
    if (
        not number.is_finite()
        or abs(number.adjusted()) > MAX_DIGITS
        or len(number.as_tuple().digits) > 2 * MAX_DIGITS
    ):
        raise wrong
    return f"{number:f}"


def _amount(value) -> str:
    """Euro with two decimals at most, so that no point can be taken for one of thousands."""
    number = Decimal(_number(value))
    if number != round(number, 2):
        raise WrongKind(_("Al massimo due decimali"))
    return f"{number:.2f}"


def body_schema() -> dict:
    """The JSON that makes a draft, told by the fields of the forms that read it."""
    properties = dict(_properties(FIELDS))
    for name, rows in ROWS.items():
        row = {
            "type": "object",
            "additionalProperties": False,
            "properties": dict(_properties(row_fields(name))),
        }
        properties[name] = {"type": "array", "maxItems": rows.formset.max_num, "items": row}
    properties["title"] = {"type": "string", "minLength": 1, "maxLength": 120}
    return {"type": "object", "additionalProperties": False, "required": ["title"], "properties": properties}


def _properties(fields: dict) -> Iterator[tuple[str, dict]]:
    for name, field in fields.items():
        about = str(field.label or "")
        yield name, {**_json_type(field), **({"description": about} if about else {})}


def _json_type(field: forms.Field) -> dict:
    if isinstance(field, forms.MultipleChoiceField):
        values = [value for value, _label in field.choices]
        kind = "integer" if all(isinstance(value, int) for value in values) else "string"
        return {"type": "array", "maxItems": len(values), "items": {"type": kind, "enum": values}}
    if isinstance(field, MunicipalityListField | ListField):
        return {"type": "array", "maxItems": 400, "items": {"type": "string", "maxLength": 120}}
    if isinstance(field, forms.BooleanField):
        return {"type": "boolean"}
    if isinstance(field, forms.DecimalField | EuroField):
        return {"type": ["number", "string", "null"]}
    if isinstance(field, forms.ChoiceField):
        return {"type": ["string", "null"], "enum": [value for value, _label in field.choices] + [None]}
    longest = getattr(field, "max_length", None)
    return {"type": ["string", "null"], **({"maxLength": longest} if longest else {})}
