"""Stored files in responses: names, inline or download, caching, no scripts, and files that are gone."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.db.models import FileField
from django.db.models.fields.files import FieldFile
from django.http import Http404

from lib.files.serving import filename_of, serve


@pytest.fixture
def stored(tmp_path):
    field = FileField(storage=FileSystemStorage(tmp_path))
    return FieldFile(None, field, field.storage.save("projects/1/a0b1.pdf", ContentFile(b"%PDF-1.7")))


def test_serve_document_is_a_download_without_scripts(stored):
    response = serve(stored, filename="manuale.pdf", media_type="application/pdf", is_public=True)
    assert b"".join(response.streaming_content) == b"%PDF-1.7"
    assert dict(response.headers) == {
        "Content-Type": "application/pdf",
        "Content-Length": "8",
        "Content-Disposition": 'attachment; filename="manuale.pdf"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "public, max-age=3600",
    }


def test_serve_image_is_inline(stored):
    response = serve(stored, filename="foto.webp", media_type="image/webp", is_public=True)
    assert response["Content-Disposition"] == 'inline; filename="foto.webp"'


def test_serve_file_that_is_not_public_is_never_cached(stored):
    response = serve(stored, filename="manuale.pdf", media_type="application/pdf", is_public=False)
    assert response["Cache-Control"] == "private, no-store"


def test_serve_file_missing_from_the_storage_is_404(stored):
    stored.storage.delete(stored.name)
    with pytest.raises(Http404):
        serve(stored, filename="manuale.pdf", media_type="application/pdf", is_public=True)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Capitolato, 2ª parte", "capitolato-2a-parte.pdf"),
        ("…", "documento.pdf"),
        ("a" * 100, f"{'a' * 80}.pdf"),
        ('"; filename="x.exe', "filenamexexe.pdf"),
    ],
)
def test_filename_is_the_title_with_the_stored_extension(stored, title, name):
    assert filename_of(stored, title) == name
