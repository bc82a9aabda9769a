"""The six steps of a project, each saved as it is: drafts may be partial, sending may not.

A step is a model form, its repeated rows are inline formsets; what is required is told on the summary.
"""

from dataclasses import dataclass, field

from django import forms
from django.forms import inlineformset_factory
from django.utils.translation import gettext_lazy as _

from municipalities.models import Organisation
from municipalities.places import MunicipalityField, MunicipalityListField
from projects.areas import AREA_CHOICES
from projects.dates import is_before
from projects.fields import (
    CheckboxList,
    CupListField,
    EuroField,
    PartialDateField,
    WordListField,
)
from projects.models import (
    Document,
    FundingLine,
    Identifier,
    Indicator,
    Milestone,
    Partner,
    Project,
)
from projects.uploads import check_upload
from projects.vocabulary import (
    SDG_CHOICES,
    DocumentType,
    IdentifierScheme,
    Kind,
    Platform,
    Stage,
    TargetGroup,
)


def _area(rows: int, **attrs):
    return forms.Textarea(attrs={"rows": rows, **attrs})


def name_blanks(form) -> None:
    """Say «Scegli» where Django draws a line of dashes."""
    for choice in form.fields.values():
        if isinstance(choice.widget, forms.Select) and not isinstance(choice.widget, forms.RadioSelect):
            choices = list(choice.choices)
            if choices and not choices[0][0]:
                choice.widget.choices = [("", _("Scegli")), *choices[1:]]


class StepForm(forms.ModelForm):
    """Nothing is required to save; `version` guards against a colleague's save."""

    version = forms.IntegerField(widget=forms.HiddenInput)
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


class ProjectStepForm(StepForm):
    required_to_submit = ("title", "summary", "kind", "need", "stage")
    kind = forms.ChoiceField(label=_("Che cos’è"), choices=Kind, widget=forms.RadioSelect)
    stage = forms.ChoiceField(label=_("A che punto è"), choices=Stage, widget=forms.RadioSelect)
    stage_as_of = PartialDateField(label=_("Stato riferito al"), help_text=_("Per esempio 11/2026"))

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
            "summary": _area(4, **{"data-counter": 500}),
            "need": _area(5),
            "solution": _area(7),
            "objectives": _area(4),
            "description": _area(8),
            "starting_situation": _area(4),
            "summary_en": _area(4),
        }


class PlacesStepForm(StepForm):
    required_to_submit = ("primary_area", "lead_municipality")
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
        widget=forms.TextInput(attrs={"list": "municipalities", "autocomplete": "off"}),
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
        localized_fields = ["latitude", "longitude"]
        help_texts = {
            "place_name": _("Quartiere, via o edificio, per esempio «Borgo Campidoglio»"),
            "latitude": _("In gradi decimali, per esempio 45,07"),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            others = self.instance.other_municipalities.select_related("province").order_by("name")
            self.fields["other_municipalities"].initial = list(others)

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
        lead = project.lead_municipality_id
        project.other_municipalities.set(p for p in self.cleaned_data["other_municipalities"] if p.pk != lead)
        return project


class ResourcesStepForm(StepForm):
    required_to_submit = ("promoter", "total_cost")
    promoter = forms.ModelChoiceField(label=_("Ente titolare"), queryset=Organisation.objects.none())
    total_cost = EuroField(label=_("Costo totale in euro"), help_text=_("Per esempio 1.250.000"))
    running_cost_per_year = EuroField(label=_("Costo annuo di gestione in euro"))
    savings_per_year = EuroField(label=_("Risparmio annuo in euro"))
    cup_codes = CupListField(
        label=_("CUP"),
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
        codes = self.cleaned_data["cup_codes"]
        cups = project.identifiers.filter(scheme=IdentifierScheme.CUP)
        cups.exclude(value__in=codes).delete()
        known = set(cups.values_list("value", flat=True))
        Identifier.objects.bulk_create(
            Identifier(project=project, scheme=IdentifierScheme.CUP, value=c) for c in codes if c not in known
        )
        return project


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
            name: _area(4)
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


class DocumentForm(forms.ModelForm):
    """One file or one link, with its type and title. The file is checked and images made anew."""

    file = forms.FileField(
        label=_("File"), required=False, help_text=_("PDF, ODF, CSV o immagine, al massimo 10 MB")
    )
    date = PartialDateField(label=_("Data"), required=False)

    class Meta:
        model = Document
        fields = ["type", "title", "file", "url", "alt_text", "credit", "date", "licence"]
        error_messages = {
            "type": {"required": _("Scegli il tipo di documento")},
            "title": {"required": _("Scrivi il titolo del documento")},
        }
        help_texts = {
            "alt_text": _("Per le immagini: che cosa si vede"),
            "url": _("In alternativa al file"),
            "licence": _("Per esempio CC BY 4.0"),
        }

    upload = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        name_blanks(self)

    def clean_file(self):
        file = self.cleaned_data.get("file")
        if file:
            self.upload = check_upload(file)
        return file

    def clean(self):
        data = super().clean()
        if not self.errors and bool(data.get("file")) == bool(data.get("url")):
            self.add_error("file", _("Carica un file oppure scrivi un collegamento"))
        is_image = self.upload is not None and self.upload.media_type.startswith("image/")
        if (data.get("type") == DocumentType.IMAGE) != is_image and "file" not in self.errors:
            if is_image:
                self.add_error("type", _("Per un’immagine scegli il tipo «Immagine»"))
            elif not self.errors:
                self.add_error("file", _("Carica un’immagine JPEG, PNG o WebP"))
        if is_image and not data.get("alt_text"):
            self.add_error("alt_text", _("Descrivi che cosa si vede nell’immagine"))
        return data

    def save(self, commit=True):
        if self.upload:
            up = self.upload
            self.instance.extension, self.instance.media_type = up.extension, up.media_type
            self.instance.size, self.instance.sha256 = len(up.content), up.sha256
            self.instance.width, self.instance.height = up.width, up.height
            self.instance.file = up.as_file()
        return super().save(commit)


class RowForm(forms.ModelForm):
    """One row of a repeated part: a row left empty is no row."""

    required_words = {
        "name": _("Scrivi la denominazione"),
        "role": _("Scegli il ruolo"),
        "source": _("Scegli la fonte"),
        "title": _("Scrivi il nome della tappa"),
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        name_blanks(self)
        for name, words in self.required_words.items():
            if name in self.fields:
                self.fields[name].error_messages["required"] = words


class FundingRow(RowForm):
    amount = EuroField(label=_("Importo in euro"), required=False)


class MilestoneRow(RowForm):
    date = PartialDateField(label=_("Data"), required=False)


class IndicatorRow(RowForm):
    required_words = {"name": _("Scrivi il nome dell’indicatore")}

    class Meta:
        localized_fields = ["baseline", "target", "value"]

    date = PartialDateField(label=_("Data della misura"), required=False)


def _rows(model, form, fields, limit):
    return inlineformset_factory(
        Project,
        model,
        form=form,
        fields=fields,
        extra=2,
        max_num=limit,
        absolute_max=limit + 10,
        validate_max=True,
        can_delete=True,
    )


@dataclass(frozen=True)
class Rows:
    """A repeated part of a step: its prefix, its title and its formset."""

    key: str
    title: object
    formset: type


@dataclass(frozen=True)
class Step:
    key: str
    slug: str
    title: object
    lead: object
    form: type | None
    rows: tuple[Rows, ...] = ()
    folded: tuple[str, ...] = field(default=())


STEPS = (
    Step(
        "project",
        "progetto",
        _("Il progetto"),
        _("Racconta che cos’è e perché serve."),
        ProjectStepForm,
        folded=(
            "objectives",
            "description",
            "acronym",
            "stage_as_of",
            "stage_reason",
            "starting_situation",
            "policy",
            "title_en",
            "summary_en",
            "website",
        ),
    ),
    Step(
        "places",
        "territorio",
        _("Aree e territorio"),
        _("Indica di che cosa si occupa, dove e quando."),
        PlacesStepForm,
        rows=(
            Rows("milestones", _("Tappe"), _rows(Milestone, MilestoneRow, ["title", "date", "is_done"], 20)),
        ),
        folded=("place_name", "scale", "target_groups", "sdgs", "latitude", "longitude"),
    ),
    Step(
        "resources",
        "risorse",
        _("Soggetti e risorse"),
        _("Indica chi partecipa e quanto costa."),
        ResourcesStepForm,
        rows=(
            Rows("partners", _("Partner"), _rows(Partner, RowForm, ["name", "role"], 40)),
            Rows(
                "funding",
                _("Fonti di finanziamento"),
                _rows(FundingLine, FundingRow, ["source", "programme", "amount"], 20),
            ),
        ),
        folded=(
            "cost_is_estimate",
            "cost_note",
            "running_cost_per_year",
            "savings_per_year",
            "financing_instrument",
        ),
    ),
    Step(
        "results",
        "risultati",
        _("Risultati e riuso"),
        _("Di’ che cosa è cambiato e che cosa serve per rifarlo."),
        ResultsStepForm,
        rows=(
            Rows(
                "indicators",
                _("Indicatori"),
                _rows(
                    Indicator,
                    IndicatorRow,
                    ["name", "unit", "baseline", "value", "target", "date", "source"],
                    10,
                ),
            ),
        ),
        folded=(
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
        ),
    ),
    Step(
        "documents",
        "documenti",
        _("Documenti e contatti"),
        _("Allega ciò che aiuta chi vuole rifarlo."),
        ContactsStepForm,
    ),
    Step("summary", "riepilogo", _("Riepilogo e invio"), _("Controlla le risposte e invia la scheda."), None),
)
STEP_BY_SLUG = {step.slug: step for step in STEPS}
STEP_OF_FIELD = {
    name: step for step in STEPS if step.form for name in step.form.base_fields if name != "version"
} | {rows.key: step for step in STEPS for rows in step.rows}


class NewProjectForm(forms.Form):
    """The first screen: a title and, for who belongs to more bodies, which of them."""

    title = forms.CharField(
        label=_("Titolo"),
        max_length=120,
        help_text=_("Potrai cambiarlo"),
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
    nonce = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args, bodies, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = bodies
        self.fields["owner"].empty_label = None if len(bodies) == 1 else _("Scegli l’ente")


class SubmitForm(forms.Form):
    note = forms.CharField(
        label=_("Messaggio per la redazione"), required=False, max_length=2000, widget=_area(3)
    )
    declaration = forms.BooleanField(
        label=_(
            "Dichiaro che i dati sono corretti e che il mio ente ne autorizza la pubblicazione "
            "con licenza CC BY 4.0"
        ),
        error_messages={"required": _("Conferma la dichiarazione per inviare la scheda")},
    )
    nonce = forms.UUIDField(widget=forms.HiddenInput)


class CommentForm(forms.Form):
    field = forms.ChoiceField(label=_("Campo"), choices=[], error_messages={"required": _("Scegli il campo")})
    text = forms.CharField(
        label=_("Commento"),
        max_length=2000,
        widget=_area(3),
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


class AnswerForm(forms.Form):
    answer = forms.CharField(label=_("La tua risposta"), max_length=2000, required=False, widget=_area(2))


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Motivo"), max_length=500, widget=_area(3), error_messages={"required": _("Scrivi il motivo")}
    )


class MessageForm(forms.Form):
    message = forms.CharField(label=_("Messaggio all’ente"), max_length=4000, required=False, widget=_area(3))
