"""What differs between the step a person wants to save and the one that is saved."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from lib.forms.steps import Step
from projects.models import Project


def differing(step: Step, current: Project, form, formsets) -> list[dict]:
    """`[{label, theirs, yours, id}]` of fields and rows that are not the same; values in words."""
    theirs = step.form(instance=current)
    found = []
    for name in step.form.base_fields:
        shown, typed = _words(theirs[name]), _words(form[name])
        if name != "version" and shown != typed:
            found.append(
                {"label": form[name].label, "theirs": shown, "yours": typed, "id": _anchor(form[name])}
            )
    for rows, formset in formsets:
        saved = rows.formset(project=current, prefix=rows.key)
        found += _differing_rows(rows, saved, formset)
    return found


def _differing_rows(rows, saved, formset) -> list[dict]:
    deleted = set(map(id, formset.deleted_rows))
    yours = {str(row.instance.uid): row for row in formset.forms if id(row) not in deleted}
    gone = {str(row.instance.uid) for row in formset.forms if id(row) in deleted and not row.is_new}
    theirs = {str(row.instance.uid): row for row in saved.forms if not row.is_new}
    found = []
    for uid in [*theirs, *(uid for uid in yours if uid not in theirs)]:
        shown = _row_words(theirs[uid]) if uid in theirs else _("riga tolta o mai salvata")
        typed = _row_words(yours[uid]) if uid in yours else ""
        if uid in gone:
            typed = _("riga tolta")
        elif uid not in yours:
            typed = _("riga che non avevi: resta")
        if shown != typed:
            found.append(
                {"label": rows.title, "theirs": shown, "yours": typed, "id": f"{formset.prefix}-rows"}
            )
    return found


def _row_words(form) -> str:
    hidden = ("uid", "DELETE")
    return ", ".join(words for f in form if f.name not in hidden and (words := _words(f)))


def _words(bound) -> str:
    """A value as a person reads it; the same words for what was saved and for what was typed."""
    value, choices = bound.value(), _choices(bound)
    if value in (None, "", [], False):
        return ""
    if value is True or value == "on":
        return _("sì")
    if isinstance(value, list | tuple):
        return ", ".join(choices.get(str(v), str(v)) for v in value)
    if str(value) in choices:
        return choices[str(value)]
    return "\n".join(str(_read(bound, value)).split("\r\n")).strip()


def _choices(bound) -> dict[str, str]:
    return {str(key): str(label) for key, label in getattr(bound.field, "choices", None) or ()}


def _read(bound, value):
    """`1250000` and `1.250.000` are the same amount: typed text is read and shown as saved ones are."""
    try:
        read = bound.field.to_python(value)
        if isinstance(read, Decimal):
            return f"{read.normalize():f}"
        return bound.field.prepare_value(read)
    except ValidationError:
        return value


def _anchor(bound) -> str:
    return f"{bound.auto_id}_0" if bound.use_fieldset else bound.auto_id
