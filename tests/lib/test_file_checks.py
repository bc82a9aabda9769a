import base64
import io
import zipfile
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from lib.files.checks import check_upload


def uploaded(content: bytes, name: str = "file.bin") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def picture(kind: str = "JPEG", size=(400, 300), **options) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "green").save(out, kind, **options)
    return out.getvalue()


def odf(first: str = "mimetype", declared: str = "application/vnd.oasis.opendocument.text") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(first, declared)
        archive.writestr("content.xml", "<a/>")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "media_type", "extension"),
    [
        (b"%PDF-1.7 ...", "delibera.exe", "application/pdf", ".pdf"),
        (odf(), "a.odt", "application/vnd.oasis.opendocument.text", ".odt"),
        (b"a,b\r\n1,2\r\n", "dati.csv", "text/csv", ".csv"),
    ],
)
def test_type_comes_from_the_content(content, name, media_type, extension):
    upload = check_upload(uploaded(content, name))
    assert (upload.media_type, upload.extension, upload.content) == (media_type, extension, content)


def test_image_is_made_anew_without_exif_or_what_follows_it():
    exif = Image.Exif()
    exif[0x010E] = "segreto"
    upload = check_upload(uploaded(picture(exif=exif) + b"<script>alert(1)</script>", "a.jpg"))
    assert (upload.media_type, upload.width, upload.height) == ("image/webp", 400, 300)
    assert b"segreto" not in upload.content
    assert b"script" not in upload.content


def test_large_image_is_reduced():
    upload = check_upload(uploaded(picture(size=(3000, 1500)), "a.jpg"))
    assert (upload.width, upload.height) == (2000, 1000)


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.pdf", "Il file è vuoto"),
        (b"MZ\x90\x00", "a.pdf", "Carica un file PDF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", "Carica un file PDF"),
        (odf(declared="application/zip"), "a.odt", "Carica un file PDF"),
        (odf(first="content.xml"), "a.odt", "Carica un file PDF"),
        (b"PK\x03\x04 broken", "a.odt", "Carica un file PDF"),
        (b"a,b\x00", "a.csv", "Carica un file PDF"),
        ("caffè".encode("latin-1"), "a.csv", "UTF-8"),
        (picture()[:-600], "a.jpg", "danneggiata"),
    ],
)
def test_what_is_refused_says_what_to_do(content, name, words):
    with pytest.raises(ValidationError) as error:
        check_upload(uploaded(content, name))
    assert words in error.value.messages[0]


def test_size_at_the_limit_and_one_byte_over(settings):
    settings.MAX_UPLOAD_BYTES = 1024
    body = b"%PDF-" + b"x" * 1019
    assert check_upload(uploaded(body)).content == body
    with pytest.raises(ValidationError):
        check_upload(uploaded(body + b"x"))


def test_pixels_over_the_limit_are_refused(settings):
    settings.MAX_IMAGE_PIXELS = 100_000
    with pytest.raises(ValidationError) as error:
        check_upload(uploaded(picture(size=(400, 300)), "a.jpg"))
    assert "milioni di pixel" in error.value.messages[0]


SIGNED = (Path(__file__).parent / "delibera.pdf.p7m").read_bytes()


@pytest.mark.parametrize(
    "content", [SIGNED, base64.b64encode(SIGNED), base64.encodebytes(SIGNED)], ids=["DER", "base64", "lines"]
)
def test_signed_document_is_stored_as_it_is_with_its_inner_extension(content):
    upload = check_upload(SimpleUploadedFile("delibera.pdf.p7m", content))
    assert (upload.media_type, upload.extension) == ("application/pkcs7-mime", ".pdf.p7m")
    assert upload.content == content


@pytest.mark.parametrize(
    "content",
    [b"0\x82", b"non firmato", SIGNED[:200], SIGNED.replace(b"%PDF-", b"MZ\x90\x00\x03")],
    ids=["no container", "text", "cut", "program inside"],
)
def test_what_is_not_a_signed_document_is_refused(content):
    with pytest.raises(ValidationError):
        check_upload(SimpleUploadedFile("delibera.pdf.p7m", content))
