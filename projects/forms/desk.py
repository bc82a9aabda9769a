"""What the desk writes to an office and what the office answers."""

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.forms.base import WholeText, area
from projects.forms.stepper import STEPS


class CommentForm(forms.Form):
    field = forms.ChoiceField(label=_("Campo"), choices=[], error_messages={"required": _("Scegli il campo")})
    text = forms.CharField(
        label=_("Commento"),
        max_length=2000,
        widget=area(3),
        error_messages={"required": _("Scrivi il commento")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["field"].choices = commentable_fields()


def commentable_fields() -> list[tuple[str, list]]:
    """Fields a reviewer can speak about, grouped by step, with the words of the form."""
    groups = []
    for step in STEPS:
        if not step.form:
            continue
        own = [(n, f.label or n) for n, f in step.form.base_fields.items() if n != "version"]
        own += [(rows.key, rows.title) for rows in step.rows]
        groups.append((step.title, own))
    return groups


def field_label(name: str) -> str:
    """The words a field has on screen."""
    for _group, fields in commentable_fields():
        for key, label in fields:
            if key == name:
                return label
    return name


class AnswerForm(WholeText, forms.Form):
    """The office's answer to one comment."""

    answer = forms.CharField(
        label=_("La tua risposta"),
        max_length=2000,
        required=False,
        widget=area(2, **{"data-counter": 2000}),
        error_messages={
            "max_length": _(
                "La risposta può avere al massimo %(limit_value)d caratteri: ne hai scritti %(show_value)d"
            )
        },
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Motivo"), max_length=500, widget=area(3), error_messages={"required": _("Scrivi il motivo")}
    )


class MessageForm(forms.Form):
    message = forms.CharField(label=_("Messaggio all’ente"), max_length=4000, required=False, widget=area(3))
