"""Answers that hold a stored file."""

from django.http import FileResponse, Http404
from django.utils.text import slugify


def serve(file, media_type: str, title: str, *, is_public: bool) -> FileResponse:
    """The stored file under a name made from its title: images inline, all else a download in a sandbox.

    Raises Http404 when the storage has lost it. Only public files may be cached.
    """
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
