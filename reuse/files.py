"""Downloads that are no part of a card: files of the demonstration kit, evidence of ratings."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from lib.files.serving import filename_of, serve
from reuse import rules
from reuse.models import Assessment, DemonstrationDocument, EvidenceFile


@require_safe
def demonstration_file(request, pk):
    """A file of a demonstration kit; 404 outside a demonstration and without a current card."""
    files = DemonstrationDocument.objects.visible().filter(record__editions__is_current=True).exclude(file="")
    document = get_object_or_404(files, pk=pk)
    filename = filename_of(document.file, document.title)
    return serve(document.file, filename=filename, media_type=document.media_type, is_public=True)


@require_safe
def evidence_file(request, pk):
    """A file that proves a rating, public once a completed assessment names it; else 404 for others."""
    evidence = get_object_or_404(EvidenceFile.objects.select_related("record"), pk=pk, withdrawn_at=None)
    is_public = _is_public(evidence)
    if not (is_public or rules.can_use_evidence(request.user, evidence)):
        raise Http404
    filename = filename_of(evidence.file, evidence.name)
    return serve(evidence.file, filename=filename, media_type=evidence.media_type, is_public=is_public)


def _is_public(evidence: EvidenceFile) -> bool:
    """Whether a completed assessment of a record with a current card names it."""
    completed = Assessment.objects.visible().filter(ratings__evidence_file=evidence)
    return evidence.record.editions.current().exists() and completed.exists()
