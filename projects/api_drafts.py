"""Drafts sent as JSON or as a table, validated by the forms of the six steps, so that the rules are the same.

Values become the raw input of a browser; the errors of the forms are returned with a JSON pointer.
"""

import uuid
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation

from django import forms
from django.db import transaction
from django.http import QueryDict
from django.utils.formats import get_format
from django.utils.translation import gettext as _

from cards.models import Record
from lib.forms.fields import CheckboxList, DegreesField, EuroField, ListField
from lib.text import NOT_TEXT, clean_text
from municipalities.models import Organisation
from municipalities.places import MunicipalityListField
from projects import actions
from projects.completeness import missing_required
from projects.forms import STEPS
from projects.models import Project

# Fields of the forms that are no input of the API: set from the token and the new draft.
SERVER_FIELDS = ("version", "promoter")
ALIASES = {"funding": "funding_lines"}
FORMS = [step for step in STEPS if step.form]
FIELDS = {
    name: field
    for step in FORMS
    for name, field in step.form.base_fields.items()
    if name not in SERVER_FIELDS
}
ROWS = {ALIASES.get(rows.key, rows.key): rows for step in FORMS for rows in step.rows}
MAX_DIGITS = 20


class Invalid(Exception):
    """Invalid JSON: `errors` is `[(JSON pointer, message)]`."""

    def __init__(self, errors: list[tuple[str, str]]):
        super().__init__(errors)
        self.errors = errors


class WrongType(Exception):
    """A JSON value of another type than its field; the message says which one is expected."""


def missing_fields(project: Project) -> list[tuple[str, str]]:
    """`[(JSON pointer, message)]` of what a draft lacks before it can be submitted."""
    return [(f"/{name}", str(text)) for name, (_step, text) in missing_required(project).items()]


@transaction.atomic
def create_draft(data: Mapping, *, by, owner: Organisation, idempotency_key: uuid.UUID) -> Project:
    """Create a draft from the JSON object of body_schema, all of it or nothing. Raises Invalid."""
    errors, raw_input, rows = [], {}, {}
    for name, value in data.items():
        if name in FIELDS:
            _read(FIELDS[name], value, f"/{name}", name, raw_input, errors)
        elif name in ROWS:
            rows[name] = _read_rows(name, value, errors)
        else:
            errors.append((f"/{_escaped(name)}", _("Questo campo non esiste")))
    title = raw_input.get("title", "").strip()
    if not title and not any(pointer == "/title" for pointer, _message in errors):
        errors.append(("/title", _("Scrivi il titolo del progetto")))
    if errors:
        raise Invalid(errors)
    project = actions.create_project(by=by, owner=owner, idempotency_key=idempotency_key, title=title[:120])
    _save(project, by, raw_input, rows)
    return project


def _save(project: Project, by, raw_input: dict, rows: dict) -> None:
    if "lead_municipality" not in raw_input and project.lead_municipality:
        raw_input["lead_municipality"] = project.lead_municipality.code
    forms_of, errors = _bound(project, project.owner, raw_input, rows)
    if errors:
        raise Invalid(errors)
    changes = {"step": "api", "fields": sorted({*raw_input, *rows} - set(SERVER_FIELDS))}
    actions.save_draft(project, by=by, version=project.version, changes=changes)
    for form in forms_of:
        form.save()


def _bound(project: Project, owner: Organisation, raw_input: Mapping, rows: Mapping) -> tuple[list, list]:
    """The forms of all steps with this input, those of rows among them, and their errors with pointers."""
    values = {**raw_input, "version": str(project.version), "promoter": str(owner.pk)}
    posted = _form_data(values, rows)
    bound = [step.form(posted, instance=project) for step in FORMS]
    parts = [
        (ALIASES.get(part.key, part.key), part.formset(posted, parent=project, prefix=part.key))
        for step in FORMS
        for part in step.rows
    ]
    errors = [error for form in bound for error in _errors_of(form, "")]
    for name, formset in parts:
        formset.is_valid()
        errors += [(f"/{name}", text) for text in formset.non_form_errors()]
        for number, form in enumerate(formset.forms):
            errors += _errors_of(form, f"/{name}/{number}")
    return [*bound, *(formset for _name, formset in parts)], errors


def errors_of_texts(raw_input: Mapping, rows: Mapping, *, owner: Organisation) -> list[tuple[str, str]]:
    """`[(pointer, message)]` of what a person wrote in a table, as the forms judge it; nothing is stored.

    Values are texts, or lists of texts, as a browser posts them.
    """
    # No row has the key 0: the formsets find none.
    record = Record(pk=0, owner=owner)
    project = Project(record=record, promoter=owner, lead_municipality=owner.territory)
    return _bound(project, owner, raw_input, rows)[1]


@transaction.atomic
def write_texts(raw_input: Mapping, rows: Mapping, *, by, owner: Organisation, key: str) -> Project:
    """Create the draft whose `origin_key` is `key`, or replace its content. Raises Invalid, WrongMove."""
    project = Project.objects.filter(origin_key=key).first()
    values = {"lead_municipality": owner.territory.code if owner.territory else "", **raw_input}
    if project is None:
        title = str(raw_input.get("title", ""))[:120]
        project = actions.create_project(
            by=by, owner=owner, idempotency_key=uuid.uuid4(), title=title, origin_key=key
        )
    for part in ROWS.values():
        part.formset.form._meta.model.objects.filter(project=project).delete()
    _save(project, by, dict(values), dict(rows))
    return project


def _errors_of(form, pointer: str) -> list[tuple[str, str]]:
    """The errors of a form, with pointers below `pointer`; those of no field have `pointer` itself."""
    return [
        (pointer if name == "__all__" else f"{pointer}/{name}", text)
        for name, texts in form.errors.items()
        for text in texts
    ]


def _form_data(raw_input: Mapping, rows: Mapping) -> QueryDict:
    """The form data that a browser would post for all six steps."""
    posted = QueryDict(mutable=True)
    for name, value in raw_input.items():
        posted.setlist(name, value if isinstance(value, list) else [value])
    for name, part in ROWS.items():
        part_rows = rows.get(name, [])
        posted[f"{part.key}-TOTAL_FORMS"], posted[f"{part.key}-INITIAL_FORMS"] = str(len(part_rows)), "0"
        for number, row in enumerate(part_rows):
            for field, value in row.items():
                posted[f"{part.key}-{number}-{field}"] = value
    return posted


def row_fields(name: str) -> dict[str, forms.Field]:
    """The form fields of one row of a list in ROWS."""
    return {key: field for key, field in ROWS[name].formset.form.base_fields.items() if key != "uid"}


def _read_rows(name: str, value, errors: list) -> list[dict]:
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        errors.append((f"/{name}", _("Serve una lista di oggetti")))
        return []
    rows, known = [], row_fields(name)
    for number, json_row in enumerate(value):
        row = {}
        for field, json_value in json_row.items():
            pointer = f"/{name}/{number}/{_escaped(field)}"
            if field in known:
                _read(known[field], json_value, pointer, field, row, errors)
            else:
                errors.append((pointer, _("Questo campo non esiste")))
        rows.append(row)
    return rows


def _escaped(name: str) -> str:
    """A name as a token of a JSON pointer (RFC 6901)."""
    return name[:60].replace("~", "~0").replace("/", "~1")


def _read(field: forms.Field, value, pointer: str, name: str, into: dict, errors: list) -> None:
    try:
        into[name] = _raw_value(field, value)
    except WrongType as error:
        errors.append((pointer, str(error)))


def _raw_value(field: forms.Field, value) -> str | list[str]:
    """The raw input of a form field for a JSON value. Raises WrongType."""
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
            raise WrongType(_("Serve true o false"))
        return "on" if value else ""
    if isinstance(field, EuroField):
        return _amount(value)
    if isinstance(field, forms.DecimalField | DegreesField):
        return _number(value).replace(".", get_format("DECIMAL_SEPARATOR"))
    return _text(value)


def _list(value) -> list:
    if not isinstance(value, list):
        raise WrongType(_("Serve una lista"))
    return value


def _text(value) -> str:
    if not isinstance(value, str):
        raise WrongType(_("Serve un testo"))
    if NOT_TEXT.search(value):
        raise WrongType(_("Il testo contiene un carattere non ammesso"))
    return clean_text(value)


def _number(value) -> str:
    """A JSON number, or a string with one, as decimal digits without an exponent. Raises WrongType."""
    wrong = WrongType(_("Serve un numero, per esempio 1250.50"))
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
    """An amount in euro with two decimals, so that its point is never parsed as a thousands separator."""
    number = Decimal(_number(value))
    if number != round(number, 2):
        raise WrongType(_("Al massimo due decimali"))
    return f"{number:.2f}"


def body_schema() -> dict:
    """The JSON Schema of the object that create_draft takes, from the fields of the forms."""
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
        label = str(field.label or "")
        yield name, {**_json_type(field), **({"description": label} if label else {})}


def _json_type(field: forms.Field) -> dict:
    if isinstance(field, forms.MultipleChoiceField):
        values = [value for value, _label in field.choices]
        json_type = "integer" if all(isinstance(value, int) for value in values) else "string"
        return {"type": "array", "maxItems": len(values), "items": {"type": json_type, "enum": values}}
    if isinstance(field, MunicipalityListField | ListField):
        return {"type": "array", "maxItems": 400, "items": {"type": "string", "maxLength": 120}}
    if isinstance(field, forms.BooleanField):
        return {"type": "boolean"}
    if isinstance(field, forms.DecimalField | DegreesField | EuroField):
        return {"type": ["number", "string", "null"]}
    if isinstance(field, forms.ChoiceField):
        return {"type": ["string", "null"], "enum": [value for value, _label in field.choices] + [None]}
    max_length = getattr(field, "max_length", None)
    return {"type": ["string", "null"], **({"maxLength": max_length} if max_length else {})}
