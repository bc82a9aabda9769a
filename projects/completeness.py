"""Completeness of a project: what is required to submit, what is worth adding, how far each step is."""

from collections.abc import Collection
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from cards.vocabulary.lists import Stage
from projects.models import Project

# field → (step of the form, message when it is empty)
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
STEP_KEYS = ("project", "places", "resources", "results", "documents")
STOPPED = {Stage.SUSPENDED, Stage.ABANDONED}
# field → (step, what to add, why), the most useful to a reader first.
WORTH_ADDING = {
    "solution": ("project", _("Racconta come lo risolve"), _("è la prima cosa che legge chi vuole rifarlo")),
    "success_conditions": (
        "results",
        _("Di’ che cosa serve per replicarlo"),
        _("gli altri Comuni capiscono se fa per loro"),
    ),
    "start_actual": (
        "places",
        _("Indica quando è cominciato"),
        _("così il progetto appare nella linea del tempo"),
    ),
    "contact_email": (
        "documents",
        _("Scrivi l’e-mail dell’ufficio"),
        _("chi vuole riusarlo sa a chi chiedere"),
    ),
    "beneficiaries": ("results", _("Di’ chi ne ha beneficio"), _("un numero vale più di un aggettivo")),
    "what_worked": (
        "results",
        _("Racconta che cosa ha funzionato"),
        _("l’esperienza evita errori agli altri"),
    ),
    "technologies": ("results", _("Elenca le tecnologie"), _("il progetto si trova anche cercando quelle")),
    "end_planned": ("places", _("Indica quando finirà"), _("i cittadini sanno che cosa aspettarsi")),
    "objectives": ("project", _("Scrivi gli obiettivi"), _("con quelli si misurano i risultati")),
    "contact_office": (
        "documents",
        _("Indica l’ufficio di contatto"),
        _("resta valido quando cambiano le persone"),
    ),
    "description": (
        "project",
        _("Aggiungi una descrizione estesa"),
        _("c’è posto per ciò che nella sintesi non sta"),
    ),
}
# Filled when the draft is created: they do not show that somebody has begun the step.
PREFILLED = {"promoter", "lead_municipality", "contact_office", "contact_email"}


def missing_required(project: Project) -> dict[str, tuple]:
    """`{field: (step, message)}` of the required fields that are empty, and `{"step:<key>": …}` of steps with
    raw input that is not valid.
    """
    missing = {field: reason for field, reason in REQUIRED.items() if not _is_filled(project, field)}
    if project.stage in STOPPED and not project.stage_reason:
        missing["stage_reason"] = ("project", _("Scrivi perché il progetto è sospeso o abbandonato"))
    for step in STEP_KEYS:
        if step in project.raw_input:
            missing[f"step:{step}"] = (step, _("Correggi le risposte segnate in rosso"))
    return missing


def advice(project: Project) -> list[dict]:
    """What to add next and why, most useful first: `{field, step, text, why, is_required}`."""
    required = [
        {
            "field": field,
            "step": step,
            "text": text,
            "why": _("serve per inviare la scheda"),
            "is_required": True,
        }
        for field, (step, text) in missing_required(project).items()
    ]
    extra = [
        {"field": field, "step": step, "text": text, "why": why, "is_required": False}
        for field, (step, text, why) in WORTH_ADDING.items()
        if not getattr(project, field)
    ]
    return required + extra


def step_state(project: Project, step: str, fields: Collection[str]) -> str:
    """`wrong`, `done`, `begun` or `empty`: how far a step with these fields is."""
    if step in project.raw_input:
        return "wrong"
    if not any(_is_filled(project, field) for field in fields if field not in PREFILLED):
        return "empty"
    return "begun" if any(s == step for s, _text in missing_required(project).values()) else "done"


def _is_filled(project: Project, field: str) -> bool:
    if field == "total_cost":
        return project.total_cost is not None or project.cost_unknown
    if field in ("lead_municipality", "promoter"):
        return getattr(project, f"{field}_id") is not None
    value = getattr(project, field)
    return value is not None if isinstance(value, Decimal) else bool(value)


def completeness(project: Project) -> int:
    """Percentage filled: the required fields weigh two, the rest one."""
    required = sum(2 for field in REQUIRED if _is_filled(project, field))
    extra = sum(1 for field in WORTH_ADDING if getattr(project, field))
    return round(100 * (required + extra) / (2 * len(REQUIRED) + len(WORTH_ADDING)))
