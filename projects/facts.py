"""The rows of a project as plain values: all that a card is made of (projects.cards.build_card)."""

from lib.sql import models_with
from projects.models import Project

OWN_FIELDS = (
    "code",
    "title",
    "acronym",
    "summary",
    "description",
    "title_en",
    "summary_en",
    "kind",
    "website",
    "place_name",
    "scale",
    "latitude",
    "longitude",
    "primary_area",
    "other_areas",
    "target_groups",
    "technologies",
    "sdgs",
    "need",
    "objectives",
    "starting_situation",
    "policy",
    "stage",
    "stage_as_of",
    "stage_reason",
    "start_planned",
    "start_actual",
    "end_planned",
    "end_actual",
    "contact_office",
    "total_cost",
    "cost_unknown",
    "cost_is_estimate",
    "cost_note",
    "running_cost_per_year",
    "savings_per_year",
    "financing_instrument",
    "solution",
    "components",
    "standards",
    "open_apis",
    "data_produced",
    "data_licence",
    "platforms",
    "repository_url",
    "beneficiaries",
    "what_worked",
    "what_did_not",
    "risks",
    "success_conditions",
    "would_do_differently",
    "participation",
    "origin",
)
ROWS = {
    "identifiers": ("scheme", "value"),
    "milestones": ("title", "date", "is_done"),
    "partners": ("name", "role"),
    "funding_lines": ("source", "programme", "amount"),
    "reuse_costs": ("line", "amount", "driver", "is_yearly"),
    "indicators": ("name", "unit", "baseline", "target", "value", "date", "method", "source"),
    "sources": ("url", "title"),
}
DOCUMENT_FIELDS = (
    "id",
    "type",
    "title",
    "url",
    "media_type",
    "size",
    "sha256",
    "width",
    "height",
    "alt_text",
    "credit",
    "date",
    "licence",
)
OTHERS = "other_municipalities"
# Beside its own fields: what names its neighbours, and what is not for every eye.
BESIDE = (
    "slug",
    "lead_municipality__code",
    "promoter__slug",
    "promoter__name",
    "promoter__kind",
    "contact_email",
    "contact_is_public",
)


def collect(project_id: int, *, is_held: bool = False) -> dict:
    """All rows of a project as plain values, ready for build_card; `slug` too, None before the first card.

    `is_held`: nobody else changes the project's own row until the end of the transaction. Raises
    Project.DoesNotExist. Two queries, one more per kind of row.
    """
    rows = Project.objects.select_related("lead_municipality", "promoter").only(*OWN_FIELDS, *BESIDE)
    if is_held:
        rows = rows.select_for_update(of=("self",), no_key=True)
    project = rows.get(pk=project_id)
    facts = {name: getattr(project, name) for name in (*OWN_FIELDS, "slug")}
    promoter, lead = project.promoter, project.lead_municipality
    facts["promoter"] = promoter and {"slug": promoter.slug, "name": promoter.name, "kind": promoter.kind}
    facts["lead_municipality"] = lead and lead.code
    facts["contact_email"] = project.contact_email if project.contact_is_public else ""
    present = _kinds_of_rows(project_id)
    others = project.other_municipalities.values_list("code", flat=True) if OTHERS in present else ()
    facts[OTHERS] = sorted(others)
    for name, fields in ROWS.items():
        there = name in present
        facts[name] = list(getattr(project, name).order_by("pk").values(*fields)) if there else []
    facts["documents"] = []
    if "documents" in present:
        documents = project.documents.filter(removed_at=None).order_by("pk")
        facts["documents"] = list(documents.values(*DOCUMENT_FIELDS))
    return facts


def _kinds_of_rows(project_id: int) -> set[str]:
    """Which lists of a project hold anything. Most hold nothing, and each query is a round trip."""
    models = {name: getattr(Project, name).rel.related_model for name in (*ROWS, "documents")}
    models[OTHERS] = Project.other_municipalities.through
    return models_with("project_id", project_id, models)
