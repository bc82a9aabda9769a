"""Steps one and two: description, places and dates."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from cards.document.shape import LABELS
from cards.reads.programmes import programme_meant, programmes_above
from cards.vocabulary.areas import AREA_CHOICES
from cards.vocabulary.lists import SDG_CHOICES, Kind, Stage, TargetGroup
from lib.forms.base import StepForm, textarea
from lib.forms.fields import CheckboxList, DegreesField, PartialDateField
from municipalities.places import MunicipalityField, MunicipalityListField
from projects.models import Project


class ProjectStepForm(StepForm):
    required_to_submit = ("title", "summary", "kind", "need", "stage")
    kind = forms.ChoiceField(label=_("Che cos’è"), choices=Kind, widget=forms.RadioSelect)
    stage = forms.ChoiceField(label=_("A che punto è"), choices=Stage, widget=forms.RadioSelect)
    stage_as_of = PartialDateField(label=_("Stato riferito al"), help_text=_("Per esempio 11/2026"))
    # Longer than the stored code: an address or a title may be pasted.
    part_of = forms.CharField(
        label=capfirst(LABELS["part_of"]),
        max_length=300,
        help_text=_("Il codice della sua scheda, per esempio TO-2026-0003: nelle somme conta una volta"),
    )

    class Meta:
        model = Project
        fields = [
            "title",
            "summary",
            "kind",
            "stage",
            "need",
            "solution",
            "objectives",
            "description",
            "acronym",
            "stage_as_of",
            "stage_reason",
            "starting_situation",
            "policy",
            "part_of",
            "title_en",
            "summary_en",
            "website",
        ]
        labels = {
            "title": _("Titolo"),
            "summary": _("Sintesi"),
            "need": _("A quale problema risponde"),
            "solution": _("Come lo risolve"),
            "description": _("Descrizione estesa"),
        }
        help_texts = {
            "title": _("Al massimo 120 caratteri, per esempio «Illuminazione pubblica a LED»"),
            "summary": _("Che cos’è e a chi serve, in due frasi: al massimo 500 caratteri"),
            "need": _("Che cosa non andava prima, per chi"),
            "solution": _("Che cosa fa il progetto, con quali mezzi"),
            "description": _("Puoi usare elenchi e grassetti in Markdown"),
            "website": _("Per esempio https://www.comune.esempio.it/progetto"),
        }
        error_messages = {
            "title": {
                "max_length": _(
                    "Il titolo può avere al massimo %(limit_value)d caratteri: ne hai scritti %(show_value)d"
                )
            },
            "summary": {
                "max_length": _(
                    "La sintesi può avere al massimo %(limit_value)d caratteri: ne hai scritti %(show_value)d"
                )
            },
        }
        widgets = {
            "title": forms.TextInput(attrs={"data-counter": 120}),
            "summary": textarea(4, **{"data-counter": 500}),
            "need": textarea(5, **{"data-counter": 6000}),
            "solution": textarea(7, **{"data-counter": 6000}),
            "objectives": textarea(4),
            "description": textarea(8),
            "starting_situation": textarea(4),
            "summary_en": textarea(4),
        }

    def clean_part_of(self):
        """The code of the programme, from a code, an address of its card or its whole title."""
        text = self.cleaned_data["part_of"].strip()
        if not text:
            return ""
        if (code := programme_meant(text)) is None:
            raise ValidationError(
                _("Non c’è una scheda pubblica «%(text)s»: scrivi il codice che è in fondo alla scheda"),
                params={"text": text[:60]},
            )
        if self.instance.pk and self.instance.code in (code, *programmes_above(code)):
            raise ValidationError(_("Un progetto non può fare parte di sé stesso o di una sua parte"))
        return code


# `45.0703393, 7.6868565`, as maps copy it; `45,07; 7,68`.
PAIR = re.compile(
    r"^\s*\(?(?P<latitude>[-−]?\d+[.,]?\d*)°?\s*(?:[;\s]|,\s)\s*(?P<longitude>[-−]?\d+[.,]?\d*)°?\)?\s*$"
)


class PlacesStepForm(StepForm):
    required_to_submit = ("primary_area", "lead_municipality")
    together = (frozenset({"latitude", "longitude"}),)
    periods = (("start_planned", "end_planned"), ("start_actual", "end_actual"))
    primary_area = forms.ChoiceField(
        label=_("Qual è l’area principale?"),
        choices=AREA_CHOICES,
        widget=forms.RadioSelect,
        help_text=_("Scegline una sola. Nel campo successivo puoi indicare le altre"),
    )
    other_areas = CheckboxList(label=_("Quali altre aree tocca?"), choices=AREA_CHOICES)
    lead_municipality = MunicipalityField(
        label=_("Comune capofila"),
        help_text=_("Scrivi il nome, per esempio Ivrea o Samone (TO)"),
    )
    other_municipalities = MunicipalityListField(label=_("Altri Comuni"), help_text=_("Uno per riga"))
    start_planned = PartialDateField(
        label=_("Inizio previsto"), help_text=_("Per esempio 1/3/2024, o solo 2024")
    )
    start_actual = PartialDateField(
        label=_("Inizio effettivo"), help_text=_("Per esempio 1/3/2024, o solo 2024")
    )
    end_planned = PartialDateField(label=_("Fine prevista"), help_text=_("Per esempio 31/12/2028"))
    end_actual = PartialDateField(label=_("Fine effettiva"), help_text=_("Per esempio 31/12/2028"))
    latitude = DegreesField(
        label=capfirst(LABELS["latitude"]),
        least=35,
        most=48,
        help_text=_("In gradi decimali, per esempio 45,07; puoi incollare qui la coppia"),
    )
    longitude = DegreesField(label=capfirst(LABELS["longitude"]), least=6, most=19)
    target_groups = CheckboxList(label=_("A chi si rivolge?"), choices=TargetGroup)
    sdgs = CheckboxList(label=_("Obiettivi di sviluppo sostenibile"), choices=SDG_CHOICES, coerce=int)

    class Meta:
        model = Project
        fields = [
            "primary_area",
            "other_areas",
            "lead_municipality",
            "place_name",
            "scale",
            "start_planned",
            "start_actual",
            "end_planned",
            "end_actual",
            "target_groups",
            "sdgs",
            "latitude",
            "longitude",
        ]
        help_texts = {
            "place_name": _("Quartiere, via o edificio, per esempio «Borgo Campidoglio»"),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            others = self.instance.other_municipalities.select_related("province").order_by("name")
            self.fields["other_municipalities"].initial = list(others)

    def full_clean(self):
        """A pair of degrees pasted into the latitude fills both fields."""
        pair = PAIR.match(self.data.get(self.add_prefix("latitude"), "")) if self.is_bound else None
        if pair and not self.data.get(self.add_prefix("longitude"), "").strip():
            self.data = self.data.copy()
            for name in ("latitude", "longitude"):
                self.data[self.add_prefix(name)] = pair[name]
        super().full_clean()

    def clean_other_areas(self):
        return [a for a in self.cleaned_data["other_areas"] if a != self.cleaned_data.get("primary_area")]

    def clean(self):
        data = super().clean()
        is_half = (data.get("latitude") is None) != (data.get("longitude") is None)
        if is_half and not {"latitude", "longitude"} & set(self.errors):
            self.add_error("longitude", _("Scrivi sia la latitudine sia la longitudine, o nessuna delle due"))
        return data

    def save(self, commit=True):
        project = super().save(commit)
        if self.is_field_valid("other_municipalities"):
            lead, others = project.lead_municipality_id, self.cleaned_data["other_municipalities"]
            project.other_municipalities.set(place for place in others if place.pk != lead)
        return project
