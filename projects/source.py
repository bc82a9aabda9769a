"""The source of an edition: the rows of a project as plain values, with the keys of cards.document.shape."""

from django.utils import timezone

from cards.document.build import build_card
from cards.document.places import resolve_places
from cards.document.shape import DOCUMENT_FIELDS, OTHERS, OWN_FIELDS, ROWS
from cards.vocabulary.lists import IdentifierScheme
from lib.sql import models_with
from municipalities.models import Organisation
from projects.models import Project

# Beside OWN_FIELDS: code and names of related rows, and the contact address with its consent.
RELATED_FIELDS = (
    "record__code",
    "lead_municipality__code",
    "promoter__slug",
    "promoter__name",
    "promoter__kind",
    "promoter__territory__code",
    "contact_email",
    "contact_is_public",
)


def collect(project_id: int, *, is_locked: bool = False) -> dict:
    """The source of an edition and two more keys: `files`, `{document id: storage name}` of documents with a
    file, and `notify_email`, which no edition shows.

    `is_locked`: lock the project's own row until the end of the transaction. Raises Project.DoesNotExist.
    Two queries, one more for each kind of row that the project has.
    """
    own = [name for name in OWN_FIELDS if name != "code"]
    rows = Project.objects.select_related("lead_municipality", "promoter__territory").only(
        *own, *RELATED_FIELDS
    )
    if is_locked:
        rows = rows.select_for_update(of=("self",), no_key=True)
    project = rows.get(pk=project_id)
    source = {name: getattr(project, name) for name in OWN_FIELDS}
    source["notify_email"] = project.contact_email
    promoter, lead = project.promoter, project.lead_municipality
    source["promoter"] = promoter and {
        "slug": promoter.slug,
        "name": promoter.name,
        "kind": promoter.kind,
        "municipality": promoter.territory.code if promoter.kind == Organisation.Kind.MUNICIPALITY else None,
    }
    source["lead_municipality"] = lead and lead.code
    source["contact_email"] = project.contact_email if project.contact_is_public else ""
    existing = _kinds_of_rows(project_id)
    others = project.other_municipalities.values_list("code", flat=True) if OTHERS in existing else ()
    source[OTHERS] = sorted(others)
    for name, fields in ROWS.items():
        has_rows = name in existing
        source[name] = list(getattr(project, name).order_by("pk").values(*fields)) if has_rows else []
    documents = []
    if "documents" in existing:
        documents = list(
            project.documents.filter(removed_at=None).order_by("pk").values(*DOCUMENT_FIELDS, "file")
        )
    names = {document["id"]: document.pop("file") for document in documents}
    source["documents"] = documents
    source["files"] = {number: name for number, name in names.items() if name}
    return source


def _kinds_of_rows(project_id: int) -> set[str]:
    """The related lists of a project that have rows, in one query: most are empty."""
    models = {name: getattr(Project, name).rel.related_model for name in (*ROWS, "documents")}
    models[OTHERS] = Project.other_municipalities.through
    return models_with("project_id", project_id, models)


def draft_document(project: Project) -> dict:
    """The document of the edition that publishing now would issue, with names of places: for previews."""
    document = build_card(
        collect(project.pk),
        slug=project.slug or "",
        edition=project.record.editions.count() + 1,
        published_at=timezone.now(),
    )
    return resolve_places(document)


# Names of the form that are others in the document of a card.
DOCUMENT_KEYS = {"funding": "funding_lines", "codes": "identifiers"}


def shown_value(document: dict | None, name: str) -> tuple[str, object]:
    """`(key of the document, value)` of a field of the form; of codes, those that have no field."""
    key = DOCUMENT_KEYS.get(name, name)
    value = (document or {}).get(key)
    if name == "codes":
        return key, [row for row in value or () if row["scheme"] != IdentifierScheme.CUP]
    return key, value
