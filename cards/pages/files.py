"""Attached files: open to all once a published card shows them, to the office and the desk before."""

import orjson
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from lib.files.serving import filename_of, serve
from projects import rules
from projects.models import Document


@require_safe
def document_file(request, pk):
    """The file under a readable name. Images show in the page, all else is a download in a sandbox."""
    document = get_object_or_404(Document.objects.select_related("project").exclude(file=""), pk=pk)
    if not (_is_public(document) or rules.can_see(request.user, document.project)):
        raise Http404
    return serve(
        document.file,
        filename=filename_of(document.file, document.title),
        media_type=document.media_type,
        is_public=_is_public(document),
    )


def _is_public(document: Document) -> bool:
    """Whether an edition that still stands shows it; not so where only withdrawn ones did."""
    if document.published_at is None or not document.project.cards.current().exists():
        return False
    standing = document.project.cards.filter(withdrawn_at=None).values_list("document", flat=True)
    return any(shown["id"] == document.pk for text in standing for shown in orjson.loads(text)["documents"])
