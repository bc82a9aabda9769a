"""The rows of a project in its form: partners, funding, milestones, indicators, codes."""

from django.utils.translation import gettext_lazy as _

from cards.vocabulary.lists import IdentifierScheme
from lib.forms.fields import EuroField, PartialDateField
from lib.forms.rows import RowForm, RowFormSet
from projects.codes import clean_code
from projects.models import FundingLine, Identifier, Indicator, Milestone, Partner


class ProjectRows(RowFormSet):
    parent_field = "project"


class CodeRows(ProjectRows):
    """All codes but the CUP, which have a field of their own (resources.py)."""

    def rows_of(self, parent):
        return super().rows_of(parent).exclude(scheme=IdentifierScheme.CUP)

    def clean(self):
        """Refuse a code that is written twice: it can be stored once."""
        seen = set()
        for form in self.forms:
            key = (form.cleaned_data.get("scheme"), form.cleaned_data.get("value"))
            if all(key) and not self._should_delete_form(form):
                if key in seen:
                    form.add_error("value", _("Hai scritto due volte questo codice"))
                seen.add(key)


class PartnerRow(RowForm):
    required_messages = {"name": _("Scrivi la denominazione"), "role": _("Scegli il ruolo")}

    class Meta:
        model = Partner
        fields = ["name", "role"]
        help_texts = {"name": _("Per esempio CSI Piemonte")}


class FundingRow(RowForm):
    required_messages = {"source": _("Scegli la fonte")}
    amount = EuroField(label=_("Importo in euro"), required=False, help_text=_("Per esempio 250.000"))

    class Meta:
        model = FundingLine
        fields = ["source", "programme", "amount"]
        help_texts = {"programme": _("Per esempio FESR 2021–2027")}


class MilestoneRow(RowForm):
    required_messages = {"title": _("Scrivi il nome della tappa")}
    date = PartialDateField(label=_("Data"), required=False, help_text=_("Per esempio 6/2026"))

    class Meta:
        model = Milestone
        fields = ["title", "date", "is_done"]
        help_texts = {"title": _("Per esempio «Collaudo degli impianti»")}


class IndicatorRow(RowForm):
    required_messages = {"name": _("Scrivi il nome dell’indicatore")}
    date = PartialDateField(label=_("Data della misura"), required=False, help_text=_("Per esempio 12/2026"))

    class Meta:
        model = Indicator
        fields = ["name", "kind", "unit", "baseline", "value", "target", "date", "source"]
        localized_fields = ["baseline", "target", "value"]
        help_texts = {
            "name": _("Per esempio «Consumo annuo di energia»"),
            "unit": _("Per esempio MWh"),
            "source": _("Per esempio «Bollette del Comune»"),
        }


class CodeRow(RowForm):
    required_messages = {"scheme": _("Scegli il tipo di codice"), "value": _("Scrivi il codice")}

    class Meta:
        model = Identifier
        fields = ["scheme", "value"]
        help_texts = {"value": _("Per esempio il CIG Z1A2B3C4D5")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        schemes = [choice for choice in IdentifierScheme.choices if choice[0] != IdentifierScheme.CUP]
        self.fields["scheme"].choices = [("", _("Scegli")), *schemes]
        self.fields["value"].widget.attrs["data-check"] = "scheme"

    def clean_value(self):
        return clean_code(self.cleaned_data.get("scheme", ""), self.cleaned_data["value"])
