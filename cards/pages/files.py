"""Attached files: open to all once a published card shows them, to the office and the desk before."""

import orjson
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from projects import rules
from projects.models import Document


@require_safe
def document_file(request, pk):
    """The file under a readable name. Images show in the page, all else is a download in a sandbox."""
    document = get_object_or_404(Document.objects.select_related("project").exclude(file=""), pk=pk)
    if not (_is_public(document) or rules.can_see(request.user, document.project)):
        raise Http404
    return _answer(document.file, document.media_type, document.title, is_public=_is_public(document))


def _answer(file, media_type: str, title: str, *, is_public: bool) -> FileResponse:
    extension = file.name.rpartition(".")[2]
    try:
        content = file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(
        content,
        as_attachment=not media_type.startswith("image/"),
        content_type=media_type,
        filename=f"{slugify(title)[:80] or 'documento'}.{extension}",
    )
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "public, max-age=3600" if is_public else "private, no-store"
    return response


def _is_public(document: Document) -> bool:
    """Whether an edition that still stands shows it; not so where only withdrawn ones did."""
    if document.published_at is None or not document.project.cards.current().exists():
        return False
    standing = document.project.cards.filter(withdrawn_at=None).values_list("document", flat=True)
    return any(shown["id"] == document.pk for text in standing for shown in orjson.loads(text)["documents"])
