from django import forms
from django.utils.translation import gettext_lazy as _

from lib.dates import is_before

# Answers that make sense only together.
PAIRS = (
    {"total_cost", "cost_unknown"},
    {"latitude", "longitude"},
    {"start_planned", "end_planned"},
    {"start_actual", "end_actual"},
)


def area(rows: int, **attrs):
    return forms.Textarea(attrs={"rows": rows, **attrs})


def name_blanks(form) -> None:
    """Say «Scegli» where Django draws a line of dashes."""
    for choice in form.fields.values():
        if isinstance(choice.widget, forms.Select) and not isinstance(choice.widget, forms.RadioSelect):
            choices = list(choice.choices)
            if choices and not choices[0][0]:
                choice.widget.choices = [("", _("Scegli")), *choices[1:]]


class WholeText:
    """Text too long is refused in words, and never cut by the browser while it is pasted."""

    fields: dict  # of the form that inherits from this

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for choice in self.fields.values():
            choice.widget.attrs.pop("maxlength", None)


class StepForm(WholeText, forms.ModelForm):
    """Nothing is required to save; `version` guards against a colleague's save."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    required_to_submit: tuple[str, ...] = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version
        name_blanks(self)
        for name, bound in self.fields.items():
            bound.is_optional = name not in self.required_to_submit
            if name != "version":
                bound.required = False

    def clean(self):
        data = super().clean()
        for first, second in (("start_planned", "end_planned"), ("start_actual", "end_actual")):
            if data.get(first) and data.get(second) and is_before(data[second], data[first]):
                self.add_error(second, _("La data di fine deve essere successiva alla data di inizio"))
        return data

    @property
    def own_fields(self) -> list[str]:
        """Fields that are columns of the project."""
        return list(self._meta.fields)

    def save(self, commit=True):
        """Write what could be read, and of the project only the columns of this step.

        Called also when some answers are wrong: they are kept as typed (drafting.keep_typed) and of a pair
        that holds together neither half is written.
        """
        wrong = set(self.errors)
        for pair in PAIRS:
            wrong |= pair if wrong & pair else set()
        names = [name for name in self.own_fields if name in self.cleaned_data and name not in wrong]
        if names:
            self.instance.save(update_fields=names)
        return self.instance

    def readable(self, name: str) -> bool:
        """Whether an answer that is no column may be written."""
        return name in self.cleaned_data and name not in self.errors


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Motivo"), max_length=500, widget=area(3), error_messages={"required": _("Scrivi il motivo")}
    )
