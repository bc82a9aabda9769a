"""Repeated rows of a step: partners, funding, milestones, indicators, codes.

A row is known by its `uid`, not by its place or key: the same page sent twice makes it once, and a row
that a colleague took away meanwhile is simply made again by who still wants it.
"""

from django.utils.translation import gettext_lazy as _

from cards.vocabulary.lists import IdentifierScheme
from lib.forms.fields import EuroField, PartialDateField
from lib.forms.rows import RowForm
from projects.codes import clean_code
from projects.models import FundingLine, Identifier, Indicator, Milestone, Partner


class PartnerRow(RowForm):
    class Meta:
        model = Partner
        fields = ["name", "role"]
        help_texts = {"name": _("Per esempio CSI Piemonte")}


class FundingRow(RowForm):
    amount = EuroField(label=_("Importo in euro"), required=False, help_text=_("Per esempio 250.000"))

    class Meta:
        model = FundingLine
        fields = ["source", "programme", "amount"]
        help_texts = {"programme": _("Per esempio FESR 2021–2027")}


class MilestoneRow(RowForm):
    date = PartialDateField(label=_("Data"), required=False, help_text=_("Per esempio 6/2026"))

    class Meta:
        model = Milestone
        fields = ["title", "date", "is_done"]
        help_texts = {"title": _("Per esempio «Collaudo degli impianti»")}


class IndicatorRow(RowForm):
    required_words = {"name": _("Scrivi il nome dell’indicatore")}
    date = PartialDateField(label=_("Data della misura"), required=False, help_text=_("Per esempio 12/2026"))

    class Meta:
        model = Indicator
        fields = ["name", "unit", "baseline", "value", "target", "date", "source"]
        localized_fields = ["baseline", "target", "value"]
        help_texts = {
            "name": _("Per esempio «Consumo annuo di energia»"),
            "unit": _("Per esempio MWh"),
            "source": _("Per esempio «Bollette del Comune»"),
        }


class CodeRow(RowForm):
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
