"""Formsets over the rows of a parent instance, whose rows are identified by a `uid` of their own.

Not by position or primary key: a page that is posted twice adds its rows once, and a row that somebody
else deleted meanwhile is added again by the person who still has it on the page.
"""

import uuid
from collections.abc import Mapping
from typing import ClassVar

from django import forms
from django.db import models
from django.forms.formsets import DELETION_FIELD_NAME

from lib.forms.base import WholeText, label_empty_choices


class RowForm(WholeText, forms.ModelForm):
    """One row, of a model with a `uid`. A blank row is not added; a saved one left blank is deleted."""

    uid = forms.CharField(widget=forms.HiddenInput, required=False)
    # The message of each field that a row cannot miss.
    required_messages: ClassVar[Mapping[str, str]] = {}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        label_empty_choices(self)
        self.fields["uid"].initial = str(self.instance.uid)
        for name, message in self.required_messages.items():
            self.fields[name].error_messages["required"] = message

    @property
    def is_new(self) -> bool:
        """Whether the row is not in the database."""
        return self.instance.pk is None

    @property
    def is_blank(self) -> bool:
        """Whether all its fields are empty."""
        names = [n for n in self.fields if n not in ("uid", DELETION_FIELD_NAME)]
        return not any(self[n].data for n in names)


class RowFormSet(forms.BaseFormSet):
    """The rows of one `parent`, in the order of their keys; `parent_field` is the foreign key to it.

    `saved_rows` are those in the database, one query.
    """

    parent_field = ""

    def __init__(self, data=None, *, parent: models.Model, prefix: str, **kwargs):
        self.parent, self.used = parent, set()
        self.saved_rows = list(self.rows_of(parent).order_by("pk"))
        self.by_uid = {row.uid: row for row in self.saved_rows}
        super().__init__(data, prefix=prefix, **kwargs)

    def rows_of(self, parent: models.Model) -> models.QuerySet:
        """The rows of `parent` that this formset edits."""
        return self.form._meta.model.objects.filter(**{self.parent_field: parent})

    def initial_form_count(self):
        return 0 if self.is_bound else len(self.saved_rows)

    def _construct_form(self, i, **kwargs):
        kwargs["instance"] = self._row(i)
        kwargs["empty_permitted"] = True
        kwargs["use_required_attribute"] = False
        return super()._construct_form(i, **kwargs)

    def _row(self, i: int) -> models.Model:
        if not self.is_bound:
            return self.saved_rows[i] if i < len(self.saved_rows) else self._new_row()
        uid = _parsed_uid(self.data.get(f"{self.prefix}-{i}-uid", ""))
        if uid in self.used:
            uid = uuid.uuid4()
        self.used.add(uid)
        return self.by_uid.get(uid) or self._new_row(uid=uid)

    def _new_row(self, **fields) -> models.Model:
        return self.form._meta.model(**{self.parent_field: self.parent}, **fields)

    def _should_delete_form(self, form):
        return super()._should_delete_form(form) or (self.is_bound and form.is_blank)

    @property
    def deleted_rows(self) -> list[RowForm]:
        """The posted rows that are marked as deleted or blank."""
        return [form for form in self.forms if self.is_bound and self._should_delete_form(form)]

    def save(self) -> None:
        """Add, change and delete the rows that were posted. Saved rows that were not posted stay."""
        for form in self.forms:
            if self._should_delete_form(form):
                if not form.is_new:
                    form.instance.delete()
            elif form.has_changed() or form.is_new:
                form.save()


def _parsed_uid(text: str) -> uuid.UUID:
    """The UUID in `text`, or a new one."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.uuid4()


def row_formset(form: type[RowForm], limit: int, formset: type[RowFormSet]) -> type[RowFormSet]:
    """A formset class of `form` with at most `limit` rows, two blank ones included in the page."""
    return forms.formset_factory(
        form,
        formset=formset,
        extra=2,
        max_num=limit,
        absolute_max=limit + 10,
        validate_max=True,
        can_delete=True,
    )
