"""What differs between the step that a person posted and the same step in the database."""

from collections.abc import Iterable
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.forms import BaseForm, BoundField
from django.utils.translation import gettext as _

from lib.forms.rows import RowForm, RowFormSet
from lib.forms.steps import Rows, Step


def differences(
    step: Step, saved: Model, form: BaseForm, formsets: Iterable[tuple[Rows, RowFormSet]]
) -> list[dict]:
    """`[{label, theirs, yours, id}]` of the fields and rows that differ; values as a person reads them.

    `saved` is the instance in the database, `form` and `formsets` are bound to what was posted. `id` is the
    HTML id of the field. One query a formset.
    """
    theirs = step.form(instance=saved)
    found = []
    for name in step.form.base_fields:
        their_text, your_text = _as_text(theirs[name]), _as_text(form[name])
        if name != "version" and their_text != your_text:
            found.append(
                {
                    "label": form[name].label,
                    "theirs": their_text,
                    "yours": your_text,
                    "id": html_id(form[name]),
                }
            )
    for rows, formset in formsets:
        found += _row_differences(rows, rows.formset(parent=saved, prefix=rows.key), formset)
    return found


def html_id(bound: BoundField) -> str:
    """The id of the first input of a field: of a group, its first choice."""
    return f"{bound.auto_id}_0" if bound.use_fieldset else bound.auto_id


def _row_differences(rows: Rows, saved: RowFormSet, formset: RowFormSet) -> list[dict]:
    deleted_forms = set(map(id, formset.deleted_rows))
    yours = {str(row.instance.uid): row for row in formset.forms if id(row) not in deleted_forms}
    deleted = {str(row.instance.uid) for row in formset.forms if id(row) in deleted_forms and not row.is_new}
    theirs = {str(row.instance.uid): row for row in saved.forms if not row.is_new}
    found = []
    for uid in [*theirs, *(uid for uid in yours if uid not in theirs)]:
        their_text = _row_as_text(theirs[uid]) if uid in theirs else _("riga tolta o mai salvata")
        your_text = _row_as_text(yours[uid]) if uid in yours else ""
        if uid in deleted:
            your_text = _("riga tolta")
        elif uid not in yours:
            your_text = _("riga che non avevi: resta")
        if their_text != your_text:
            found.append(
                {
                    "label": rows.title,
                    "theirs": their_text,
                    "yours": your_text,
                    "id": f"{formset.prefix}-rows",
                }
            )
    return found


def _row_as_text(form: RowForm) -> str:
    texts = (_as_text(bound) for bound in form if bound.name not in ("uid", "DELETE"))
    return ", ".join(text for text in texts if text)


def _as_text(bound: BoundField) -> str:
    """A value as a person reads it, equal for a saved value and for the same value as it was typed."""
    value = bound.value()
    choices = {str(key): str(label) for key, label in getattr(bound.field, "choices", None) or ()}
    if value in (None, "", [], False):
        return ""
    if value is True or value == "on":
        return _("sì")
    if isinstance(value, list | tuple):
        return ", ".join(choices.get(str(v), str(v)) for v in value)
    if str(value) in choices:
        return choices[str(value)]
    return "\n".join(str(_normalised(bound, value)).split("\r\n")).strip()


def _normalised(bound: BoundField, value):
    """The value parsed and formatted again: `1250000` and `1.250.000` are the same amount."""
    try:
        parsed = bound.field.to_python(value)
        if isinstance(parsed, Decimal):
            return f"{parsed.normalize():f}"
        return bound.field.prepare_value(parsed)
    except ValidationError:
        return value
