"""The form with which an office sends its workbook."""

from django import forms
from django.utils.translation import gettext_lazy as _

from municipalities.models import Organisation


class WorkbookForm(forms.Form):
    """The file, and the body where a person has several."""

    owner = forms.ModelChoiceField(
        label=_("Ente che inserisce le schede"),
        queryset=Organisation.objects.none(),
        error_messages={"required": _("Scegli l’ente"), "invalid_choice": _("Scegli un ente dell’elenco")},
    )
    file = forms.FileField(
        label=_("File compilato"),
        help_text=_("XLSX del modello, oppure CSV: prima si controlla, non scrive ancora nulla"),
        error_messages={
            "required": _("Scegli il file"),
            "empty": _("Il file è vuoto"),
            "missing": _("Scegli il file"),
        },
    )

    def __init__(self, *args, bodies, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = bodies
        if len(bodies) == 1:
            self.fields["owner"].widget = forms.HiddenInput()
            self.fields["owner"].initial = bodies[0].pk
