"""Responses with stored files that people uploaded or that were made for them."""

from pathlib import PurePath

from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404
from django.utils.text import slugify


def serve(file: FieldFile, *, filename: str, media_type: str, is_public: bool) -> FileResponse:
    """The stored file under `filename`: images inline, all else as a download.

    No script runs in it (CSP sandbox), and its type is not guessed (`nosniff`, by SecurityMiddleware).
    Only public files may be cached. Raises Http404 when the storage does not have it.
    """
    try:
        content = file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(
        content,
        as_attachment=not media_type.startswith("image/"),
        content_type=media_type,
        filename=filename,
    )
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "public, max-age=3600" if is_public else "private, no-store"
    return response


def filename_of(file: FieldFile, title: str) -> str:
    """A readable name for a stored file: `title` as a slug, with the extensions of the stored name."""
    return f"{slugify(title)[:80] or 'documento'}{''.join(PurePath(file.name).suffixes)}"
