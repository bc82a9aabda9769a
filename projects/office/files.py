"""Files of working copies, for the officers of the owning body and for reviewers."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from lib.files.serving import filename_of, serve
from projects import rules
from projects.models import Document


@login_required
@require_safe
def draft_file(request, pk):
    """The file of a document, published or not. Raises Http404 for a user who may not see its project."""
    document = get_object_or_404(Document.objects.select_related("project__record").exclude(file=""), pk=pk)
    if not rules.can_see(request.user, document.project):
        raise Http404
    filename = filename_of(document.file, document.title)
    return serve(document.file, filename=filename, media_type=document.media_type, is_public=False)
