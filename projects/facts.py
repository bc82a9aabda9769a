"""The rows of a project as plain values: all that a card is made of (projects.cards.build_card)."""

from django.db.models import QuerySet

from projects.compiled import KEY, Compiled, executed
from projects.models import Document, Project

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
    "promoter_id",
    "promoter__slug",
    "promoter__name",
    "promoter__kind",
    "contact_email",
    "contact_is_public",
)


def _project() -> QuerySet:
    return Project.objects.filter(pk=KEY).values_list(*OWN_FIELDS, *BESIDE)


def _rows(name: str, fields: tuple[str, ...]) -> Compiled:
    return Compiled(
        lambda: (
            getattr(Project, name)
            .rel.related_model.objects.filter(project=KEY)
            .order_by("pk")
            .values_list(*fields)
        )
    )


PROJECT, PROJECT_HELD = Compiled(_project), Compiled(_project, held=True)
LISTS = {name: _rows(name, fields) for name, fields in ROWS.items()}
DOCUMENTS = Compiled(
    lambda: Document.objects.filter(project=KEY, removed_at=None).order_by("pk").values_list(*DOCUMENT_FIELDS)
)
OTHER_TOWNS = Compiled(
    lambda: Project.other_municipalities.through.objects.filter(project=KEY).values_list("territory__code")
)


def collect(project_id: int, *, is_held: bool = False) -> dict:
    """All rows of a project as plain values, ready for build_card; `slug` too, None before the first card.

    `is_held`: nobody else changes the project's own row until the end of the transaction. Raises
    Project.DoesNotExist. Two queries, one more per kind of row.
    """
    found = (PROJECT_HELD if is_held else PROJECT).first(project_id)
    if found is None:
        raise Project.DoesNotExist(project_id)
    facts = dict(zip((*OWN_FIELDS, *BESIDE), found, strict=True))
    promoter = {key: facts.pop(f"promoter__{key}") for key in ("slug", "name", "kind")}
    facts["promoter"] = promoter if facts.pop("promoter_id") else None
    facts["lead_municipality"] = facts.pop("lead_municipality__code")
    facts["contact_email"] = facts["contact_email"] if facts.pop("contact_is_public") else ""
    there = _kinds_of_rows(project_id)
    facts[OTHERS] = sorted(code for (code,) in OTHER_TOWNS.rows(project_id)) if OTHERS in there else []
    for name, fields in ROWS.items():
        facts[name] = _named(fields, LISTS[name], project_id) if name in there else []
    facts["documents"] = _named(DOCUMENT_FIELDS, DOCUMENTS, project_id) if "documents" in there else []
    return facts


def _named(fields: tuple[str, ...], query: Compiled, project_id: int) -> list[dict]:
    return [dict(zip(fields, row, strict=True)) for row in query.rows(project_id)]


def _kinds_of_rows(project_id: int) -> set[str]:
    """Which lists of a project hold anything. Most hold nothing, and each asked for is a round trip."""
    tables = {name: getattr(Project, name).rel.related_model._meta.db_table for name in (*ROWS, "documents")}
    tables[OTHERS] = Project.other_municipalities.through._meta.db_table
    asked = [
        f"SELECT '{n}' WHERE EXISTS (SELECT 1 FROM {t} WHERE project_id = %s)" for n, t in tables.items()
    ]
    return {name for (name,) in executed(" UNION ALL ".join(asked), [project_id] * len(asked))}
