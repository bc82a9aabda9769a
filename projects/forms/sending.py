"""Creating a draft, submitting it, and rating how easy that was."""

from django import forms
from django.utils.translation import gettext_lazy as _

from lib.forms.base import WholeText, textarea
from municipalities.models import Organisation


class NewProjectForm(WholeText, forms.Form):
    """A title and, for users with several bodies, the owner."""

    title = forms.CharField(
        label=_("Titolo"),
        max_length=120,
        help_text=_("Per esempio «Sensori di qualità dell’aria nelle scuole»: potrai cambiarlo"),
        error_messages={
            "required": _("Scrivi il titolo del progetto"),
            "max_length": _(
                "Il titolo può avere al massimo %(limit_value)d caratteri: ne hai scritti %(show_value)d"
            ),
        },
    )
    owner = forms.ModelChoiceField(
        label=_("Ente che inserisce la scheda"),
        queryset=Organisation.objects.none(),
        error_messages={"required": _("Scegli l’ente"), "invalid_choice": _("Scegli un ente dell’elenco")},
    )
    idempotency_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args, bodies, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = bodies
        self.fields["owner"].empty_label = None if len(bodies) == 1 else _("Scegli l’ente")


class CopyForm(WholeText, forms.Form):
    """The title of a copy."""

    title = forms.CharField(
        label=_("Titolo del nuovo progetto"),
        max_length=120,
        help_text=_("Per esempio «Illuminazione a LED, secondo lotto»"),
        error_messages={
            "required": _("Scrivi il titolo del progetto"),
            "max_length": _(
                "Il titolo può avere al massimo %(limit_value)d caratteri: ne hai scritti %(show_value)d"
            ),
        },
    )
    idempotency_key = forms.UUIDField(widget=forms.HiddenInput)


class SubmitForm(WholeText, forms.Form):
    note = forms.CharField(
        label=_("Messaggio per la redazione"),
        required=False,
        max_length=2000,
        widget=textarea(3, **{"data-counter": 2000}),
    )
    declaration = forms.BooleanField(
        label=_(
            "Dichiaro che i dati sono corretti e che il mio ente ne autorizza la pubblicazione "
            "con licenza CC BY 4.0"
        ),
        error_messages={"required": _("Conferma la dichiarazione per inviare la scheda")},
    )
    idempotency_key = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)


class EaseForm(WholeText, forms.Form):
    """How easy it was to submit a card, and a note."""

    ease = forms.TypedChoiceField(
        label=_("Quanto è stato facile inviare la scheda?"),
        coerce=int,
        choices=[
            (5, _("5 – molto facile")),
            (4, _("4 – facile")),
            (3, _("3 – così così")),
            (2, _("2 – difficile")),
            (1, _("1 – molto difficile")),
        ],
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Scegli un voto da 1 a 5"),
            "invalid_choice": _("Scegli un voto da 1 a 5"),
        },
    )
    note = forms.CharField(
        label=_("Che cosa possiamo migliorare?"),
        required=False,
        max_length=500,
        widget=textarea(2),
        help_text=_("Per esempio una domanda poco chiara"),
    )
