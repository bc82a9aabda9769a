"""Base classes of forms: text of any length, and steps that are saved while incomplete."""

from django import forms
from django.utils.translation import gettext_lazy as _

from lib.dates import is_before


def textarea(rows: int, **attrs) -> forms.Textarea:
    """A multi-line input of so many rows."""
    return forms.Textarea(attrs={"rows": rows, **attrs})


def label_empty_choices(form: forms.BaseForm) -> None:
    """Label the empty option of each select «Scegli» instead of Django's dashes."""
    for field in form.fields.values():
        if isinstance(field.widget, forms.Select) and not isinstance(field.widget, forms.RadioSelect):
            choices = list(field.choices)
            if choices and not choices[0][0]:
                field.widget.choices = [("", _("Scegli")), *choices[1:]]


class WholeText:
    """A form without `maxlength`: browsers would cut pasted text, the server says what is too long."""

    fields: dict  # of the form that inherits from this

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("maxlength", None)


class StepForm(WholeText, forms.ModelForm):
    """One step of a long form over a model with a `version` column, which may be saved incomplete.

    No field is required to save; `required_to_submit` only marks the others as optional on the page.
    `version` is the version of the row that the page was rendered from. Of the fields named in one set of
    `together` either all are saved or, when one is wrong, none. `periods` are pairs of partial dates, start
    and end; they are saved together too.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    required_to_submit: tuple[str, ...] = ()
    together: tuple[frozenset[str], ...] = ()
    periods: tuple[tuple[str, str], ...] = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version
        label_empty_choices(self)
        for name, field in self.fields.items():
            field.is_optional = name not in self.required_to_submit
            if name != "version":
                field.required = False

    def clean(self):
        data = super().clean()
        for start, end in self.periods:
            if data.get(start) and data.get(end) and is_before(data[end], data[start]):
                self.add_error(end, _("La data di fine deve essere successiva alla data di inizio"))
        return data

    def save(self, commit=True):
        """Update the columns of this step whose values are valid; gives the instance.

        May be called with errors, unlike Django's: invalid values are stored elsewhere as raw input.
        """
        invalid = set(self.errors)
        for names in (*self.together, *map(set, self.periods)):
            invalid |= names if invalid & names else set()
        valid = [name for name in self._meta.fields if name in self.cleaned_data and name not in invalid]
        if valid:
            self.instance.save(update_fields=valid)
        return self.instance

    def is_field_valid(self, name: str) -> bool:
        """Whether the value of a field that is no column was posted and is valid."""
        return name in self.cleaned_data and name not in self.errors


class ReasonForm(forms.Form):
    """The reason of a decision, required."""

    reason = forms.CharField(
        label=_("Motivo"),
        max_length=500,
        widget=textarea(3),
        error_messages={"required": _("Scrivi il motivo")},
    )
