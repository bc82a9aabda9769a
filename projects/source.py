"""The rows of a project as plain values: all that an edition is built from (cards.document.shape)."""

from django.utils import timezone

from cards.document.build import build_card
from cards.document.places import name_places
from cards.document.shape import DOCUMENT_FIELDS, OTHERS, OWN_FIELDS, ROWS
from lib.sql import models_with
from projects.models import Project

# Beside its own fields: what names its neighbours, and what is not for every eye.
BESIDE = (
    "record__code",
    "lead_municipality__code",
    "promoter__slug",
    "promoter__name",
    "promoter__kind",
    "contact_email",
    "contact_is_public",
)


def collect(project_id: int, *, is_locked: bool = False) -> dict:
    """The source of an edition, with two keys more: `files`, `{number: storage name}` of the documents that
    are files, and `notify_email`, which is in no edition.

    `is_locked`: nobody else changes the project's own row until the end of the transaction. Raises
    Project.DoesNotExist. Two queries, one more per kind of row.
    """
    own = [name for name in OWN_FIELDS if name != "code"]
    rows = Project.objects.select_related("lead_municipality", "promoter").only(*own, *BESIDE)
    if is_locked:
        rows = rows.select_for_update(of=("self",), no_key=True)
    project = rows.get(pk=project_id)
    facts = {name: getattr(project, name) for name in OWN_FIELDS}
    facts["notify_email"] = project.contact_email
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
    documents = []
    if "documents" in present:
        documents = list(
            project.documents.filter(removed_at=None).order_by("pk").values(*DOCUMENT_FIELDS, "file")
        )
    names = {document["id"]: document.pop("file") for document in documents}
    facts["documents"] = documents
    facts["files"] = {number: name for number, name in names.items() if name}
    return facts


def _kinds_of_rows(project_id: int) -> set[str]:
    """Which lists of a project hold anything. Most hold nothing, and each query is a round trip."""
    models = {name: getattr(Project, name).rel.related_model for name in (*ROWS, "documents")}
    models[OTHERS] = Project.other_municipalities.through
    return models_with("project_id", project_id, models)


def draft_document(project: Project) -> dict:
    """The card that publishing now would make, with names resolved: what a preview shows."""
    document = build_card(
        collect(project.pk),
        slug=project.slug or "",
        edition=project.record.editions.count() + 1,
        published_at=timezone.now(),
    )
    return name_places(document)
