"""Files that public cards show, at one address whatever the edition."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from cards.models import File
from lib.files.serving import filename_of, serve


@require_safe
def document_file(request, pk):
    """The file under a readable name. Images show in the page, all else is a download in a sandbox."""
    file = get_object_or_404(File.objects.select_related("record"), pk=pk)
    if not file.is_public:
        raise Http404
    filename = filename_of(file.file, file.title)
    return serve(file.file, filename=filename, media_type=file.media_type, is_public=True)
