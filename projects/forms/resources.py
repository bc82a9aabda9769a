"""Steps three, four and five: funding, results, contacts."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cards.vocabulary.lists import IdentifierScheme, Platform
from lib.forms.base import StepForm, textarea
from lib.forms.fields import CheckboxList, CupListField, EuroField, WordListField
from municipalities.models import Organisation
from projects.models import Identifier, Project


class ResourcesStepForm(StepForm):
    required_to_submit = ("promoter", "total_cost")
    together = (frozenset({"total_cost", "cost_unknown"}),)
    promoter = forms.ModelChoiceField(label=_("Ente titolare"), queryset=Organisation.objects.none())
    total_cost = EuroField(label=_("Costo totale in euro"), help_text=_("Per esempio 1.250.000"))
    running_cost_per_year = EuroField(label=_("Costo annuo di gestione in euro"))
    savings_per_year = EuroField(label=_("Risparmio annuo in euro"))
    cup_codes = CupListField(
        label=_("CUP"),
        widget=forms.TextInput(attrs={"data-check": "cup", "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("15 caratteri, per esempio C19I21000130001; più codici separati da virgola"),
    )

    class Meta:
        model = Project
        fields = [
            "promoter",
            "total_cost",
            "cost_unknown",
            "cost_is_estimate",
            "cost_note",
            "running_cost_per_year",
            "savings_per_year",
            "financing_instrument",
        ]
        labels = {"cost_unknown": _("Il costo non è ancora disponibile")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        project = self.instance
        mine = {project.owner_id, project.promoter_id} - {None}
        self.fields["promoter"].queryset = Organisation.objects.filter(pk__in=mine).order_by("name")
        cups = project.identifiers.filter(scheme=IdentifierScheme.CUP).order_by("pk")
        self.fields["cup_codes"].initial = list(cups.values_list("value", flat=True))

    def clean(self):
        data = super().clean()
        if data.get("cost_unknown") and data.get("total_cost") is not None:
            self.add_error(
                "total_cost", _("Scrivi il costo oppure indica che non è disponibile, non entrambi")
            )
        return data

    def save(self, commit=True):
        project = super().save(commit)
        if self.is_field_valid("cup_codes"):
            self._save_cups(project, self.cleaned_data["cup_codes"])
        return project

    def _save_cups(self, project, codes) -> None:
        cups = project.identifiers.filter(scheme=IdentifierScheme.CUP)
        cups.exclude(value__in=codes).delete()
        known = set(cups.values_list("value", flat=True))
        Identifier.objects.bulk_create(
            Identifier(project=project, scheme=IdentifierScheme.CUP, value=c) for c in codes if c not in known
        )


class ResultsStepForm(StepForm):
    technologies = WordListField(
        label=_("Tecnologie"), help_text=_("Separate da virgola, per esempio sensori, led, open data")
    )
    platforms = CheckboxList(label=_("Piattaforme nazionali usate"), choices=Platform)

    class Meta:
        model = Project
        fields = [
            "beneficiaries",
            "technologies",
            "success_conditions",
            "what_worked",
            "what_did_not",
            "would_do_differently",
            "risks",
            "participation",
            "components",
            "standards",
            "open_apis",
            "data_produced",
            "data_licence",
            "platforms",
            "repository_url",
        ]
        help_texts = {
            "beneficiaries": _("Chi ne ha beneficio e quanti sono, per esempio «1.500 abbonati»"),
            "success_conditions": _("Competenze, dati, accordi, infrastrutture"),
        }
        widgets = {
            name: textarea(4)
            for name in (
                "success_conditions",
                "what_worked",
                "what_did_not",
                "would_do_differently",
                "risks",
                "participation",
                "components",
                "data_produced",
            )
        }


class ContactsStepForm(StepForm):
    class Meta:
        model = Project
        fields = ["contact_office", "contact_email", "contact_is_public"]
        help_texts = {
            "contact_office": _("L’ufficio, non una persona"),
            "contact_email": _("Un indirizzo dell’ufficio, per esempio innovazione@comune.esempio.it"),
        }
