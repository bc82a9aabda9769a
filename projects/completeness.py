"""What a project still lacks: required to submit, or worth adding."""

from django.utils.translation import gettext_lazy as _

from projects.models import Project
from projects.vocabulary import Stage

# field → (step of the form, words of the error)
REQUIRED = {
    "title": ("project", _("Scrivi il titolo del progetto")),
    "summary": ("project", _("Scrivi la sintesi del progetto")),
    "kind": ("project", _("Scegli se è un progetto, un’idea, una sperimentazione o un programma")),
    "need": ("project", _("Scrivi a quale problema risponde il progetto")),
    "stage": ("project", _("Scegli lo stato di avanzamento del progetto")),
    "primary_area": ("places", _("Scegli l’area principale del progetto")),
    "lead_municipality": ("places", _("Scegli il Comune capofila")),
    "promoter": ("resources", _("Scegli l’ente titolare del progetto")),
    "total_cost": ("resources", _("Scrivi il costo totale o indica che non è ancora disponibile")),
}
STOPPED = {Stage.SUSPENDED, Stage.ABANDONED}
WORTH_ADDING = (
    "solution",
    "objectives",
    "description",
    "start_actual",
    "end_planned",
    "technologies",
    "contact_office",
    "contact_email",
    "success_conditions",
    "what_worked",
    "beneficiaries",
)


def missing_required(project: Project) -> dict[str, tuple]:
    """`{field: (step, message)}` of the required fields that are empty."""
    missing = {field: told for field, told in REQUIRED.items() if not _is_filled(project, field)}
    if project.stage in STOPPED and not project.stage_reason:
        missing["stage_reason"] = ("project", _("Scrivi perché il progetto è sospeso o abbandonato"))
    return missing


def _is_filled(project: Project, field: str) -> bool:
    if field == "total_cost":
        return project.total_cost is not None or project.cost_unknown
    if field in ("lead_municipality", "promoter"):
        return getattr(project, f"{field}_id") is not None
    return bool(getattr(project, field))


def completeness(project: Project) -> int:
    """Percentage filled: the required fields weigh two, the rest one."""
    required = sum(2 for field in REQUIRED if _is_filled(project, field))
    extra = sum(1 for field in WORTH_ADDING if getattr(project, field))
    return round(100 * (required + extra) / (2 * len(REQUIRED) + len(WORTH_ADDING)))
