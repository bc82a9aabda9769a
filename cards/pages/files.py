"""Files of public documents: one address for all editions."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from cards.models import File
from lib.files.serving import filename_of, serve


@require_safe
def document_file(request, pk):
    """The file, named by its title; 404 unless it is public. Images inline, other types as attachments."""
    file = get_object_or_404(File.objects.select_related("record"), pk=pk)
    if not file.is_public:
        raise Http404
    filename = filename_of(file.file, file.title)
    return serve(file.file, filename=filename, media_type=file.media_type, is_public=True)
