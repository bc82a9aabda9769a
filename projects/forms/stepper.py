"""The six steps of a project in their order, with their rows and the fields in a closed disclosure."""

from django.utils.translation import gettext_lazy as _

from lib.forms.rows import row_formset
from lib.forms.steps import Rows, Step
from projects.forms.project import PlacesStepForm, ProjectStepForm
from projects.forms.resources import ContactsStepForm, ResourcesStepForm, ResultsStepForm
from projects.forms.rows import (
    CodeRow,
    CodeRows,
    FundingRow,
    IndicatorRow,
    MilestoneRow,
    PartnerRow,
    ProjectRows,
)

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
            "part_of",
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
        rows=(Rows("milestones", _("Tappe"), row_formset(MilestoneRow, 20, ProjectRows)),),
        folded=("place_name", "scale", "target_groups", "sdgs", "latitude", "longitude"),
    ),
    Step(
        "resources",
        "risorse",
        _("Soggetti e risorse"),
        _("Indica chi partecipa e quanto costa."),
        ResourcesStepForm,
        rows=(
            Rows("partners", _("Partner"), row_formset(PartnerRow, 40, ProjectRows)),
            Rows("funding", _("Fonti di finanziamento"), row_formset(FundingRow, 20, ProjectRows)),
            Rows("codes", _("Altri codici"), row_formset(CodeRow, 20, CodeRows)),
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
        rows=(Rows("indicators", _("Indicatori"), row_formset(IndicatorRow, 10, ProjectRows)),),
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
