"""The public request to join a protocol."""

import uuid

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lib.forms.fields import DayField
from municipalities.models import Organisation
from municipalities.places import MunicipalityField
from protocols.models import Adhesion, Protocol


class AdhesionForm(forms.ModelForm):
    """Who asks, for which body, with which act. The idempotency key makes a double click one request."""

    kind = forms.ChoiceField(
        label=_("Che tipo di ente sei?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Scegli il tipo di ente")},
    )
    municipality = MunicipalityField(
        label=_("Comune"),
        required=False,
        help_text=_("Per i Comuni: scrivi il nome, per esempio Ivrea o Samone (TO)"),
    )
    protocol_date = DayField(
        label=_("Data di protocollo"), required=False, help_text=_("Per esempio 1/3/2026")
    )
    idempotency_key = forms.UUIDField(widget=forms.HiddenInput)
    website_url = forms.CharField(required=False, label=_("Lascia vuoto questo campo"))

    class Meta:
        model = Adhesion
        fields = [
            "kind",
            "municipality",
            "body_name",
            "office",
            "officer_name",
            "email",
            "protocol_number",
            "protocol_date",
            "signed_document",
            "note",
        ]
        labels = {"signed_document": _("Documento firmato (PDF)")}
        help_texts = {
            "body_name": _("Per gli altri enti: il nome per esteso"),
            "officer_name": _("La persona che avrà il primo accesso"),
            "email": _("L’indirizzo di lavoro: riceverà il collegamento di conferma e sarà il nome utente"),
            "protocol_number": _("Se il tuo ente ha già protocollato la richiesta"),
            "signed_document": _("Delibera o lettera firmata, al massimo 10 MB"),
        }
        error_messages = {
            "office": {"required": _("Scrivi l’ufficio")},
            "officer_name": {"required": _("Scrivi nome e cognome del referente")},
            "email": {
                "required": _("Scrivi l’e-mail dell’ufficio"),
                "invalid": _("Scrivi un’e-mail, per esempio innovazione@comune.esempio.it"),
            },
        }
        widgets = {
            "officer_name": forms.TextInput(attrs={"autocomplete": "name"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
            "signed_document": forms.FileInput(attrs={"accept": "application/pdf"}),
            "note": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args, protocol: Protocol, **kwargs):
        kwargs.setdefault("initial", {"idempotency_key": uuid.uuid4()})
        super().__init__(*args, **kwargs)
        self.instance.protocol = protocol
        # One of the two is due, by the kind of body: neither is called optional.
        self.fields["municipality"].is_optional = self.fields["body_name"].is_optional = False
        self.fields["kind"].choices = [(k, Organisation.Kind(k).label) for k in protocol.admitted_kinds]

    def clean_website_url(self):
        """A field people do not see: only programs fill it in."""
        if self.cleaned_data["website_url"]:
            raise ValidationError(_("Lascia vuoto questo campo"))
        return ""

    def clean_signed_document(self):
        file = self.cleaned_data["signed_document"]
        if file and file.size > settings.MAX_UPLOAD_BYTES:
            raise ValidationError(
                _("Il file è di %(size)s MB: il massimo è 10 MB"), params={"size": -(-file.size // 1024**2)}
            )
        if file and not file.read(5) == b"%PDF-":
            raise ValidationError(_("Carica un file PDF"))
        return file

    def clean(self):
        data = super().clean()
        is_municipality = data.get("kind") == Organisation.Kind.MUNICIPALITY
        if is_municipality and not data.get("municipality") and "municipality" not in self.errors:
            self.add_error("municipality", _("Scegli il Comune"))
        if data.get("kind") and not is_municipality and not data.get("body_name"):
            self.add_error("body_name", _("Scrivi la denominazione dell’ente"))
        if is_municipality:
            data["body_name"] = ""
        return data

    def save(self, commit=True):
        self.instance.idempotency_key = self.cleaned_data["idempotency_key"]
        return super().save(commit)


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label=_("Motivo"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Scrivi il motivo")},
    )
