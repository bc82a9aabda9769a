"""The steps of a long form: each is a model form, and formsets of rows."""

from dataclasses import dataclass

from django.db.models import Model
from django.forms import ModelForm
from django.http import QueryDict
from django.utils.functional import Promise

from lib.forms.rows import RowFormSet


@dataclass(frozen=True)
class Rows:
    """A repeated part of a step; `key` is the prefix of its fields."""

    key: str
    title: str | Promise
    formset: type[RowFormSet]


@dataclass(frozen=True)
class Step:
    """A page of the form. `key` names it in stored data, `slug` in its address; a summary has no `form`.

    The fields named in `folded` are rendered in a closed disclosure.
    """

    key: str
    slug: str
    title: str | Promise
    lead: str | Promise
    form: type[ModelForm] | None
    rows: tuple[Rows, ...] = ()
    folded: tuple[str, ...] = ()

    def formsets(self, parent: Model, data: QueryDict | None = None) -> list[tuple[Rows, RowFormSet]]:
        """The formsets of its rows, bound to `data` when it is given. One query a formset."""
        return [
            (rows, rows.formset(_with_rows(data, rows.key), parent=parent, prefix=rows.key))
            for rows in self.rows
        ]


def _with_rows(data: QueryDict | None, prefix: str) -> QueryDict | dict | None:
    """`data`, or an empty formset's where it has none: a truncated or older page changes no rows."""
    if data is None or f"{prefix}-TOTAL_FORMS" in data:
        return data
    return {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
