"""Checks of uploaded files: the type is read from the content, never from the name; images are re-encoded.

Re-encoding removes EXIF, GPS and whatever follows the picture in the file; SVG is refused.
"""

import base64
import hashlib
import io
import lzma
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass

from asn1crypto import cms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from lib.files import antivirus

ODF = {
    b"application/vnd.oasis.opendocument.text": ".odt",
    b"application/vnd.oasis.opendocument.spreadsheet": ".ods",
    b"application/vnd.oasis.opendocument.presentation": ".odp",
}
IMAGE_FORMATS = {"JPEG", "PNG", "WEBP"}
# What zipfile and Pillow raise on damaged files.
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    IndexError,
    KeyError,
    NotImplementedError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
)
MAX_SIDE = 2000
WRONG_TYPE = _("Carica un file PDF, ODT, ODS, ODP o CSV, anche firmato .p7m, o un’immagine JPEG, PNG o WebP")
SIGNED, SIGNED_TYPE = ".p7m", "application/pkcs7-mime"
PEM = re.compile(rb"-----[A-Z0-9 ]+-----|\s")


@dataclass(frozen=True)
class Upload:
    """A checked file: bytes, media type, extension, SHA-256 and, for images, pixels."""

    content: bytes
    media_type: str
    extension: str
    width: int | None = None
    height: int | None = None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    def as_file(self) -> ContentFile:
        return ContentFile(self.content, name=f"file{self.extension}")


def check_upload(file) -> Upload:
    """The file as it will be stored.

    Raises ValidationError when it is too big, empty, infected or of a wrong type.
    """
    limit = settings.MAX_UPLOAD_BYTES
    if file.size > limit:
        raise ValidationError(
            _("Il file è di %(size)s MB: il massimo è %(limit)s MB"),
            params={"size": -(-file.size // 1024**2), "limit": limit // 1024**2},
        )
    if not file.size:
        raise ValidationError(_("Il file è vuoto"))
    content = file.read()
    antivirus.check(content)
    if content.startswith(b"%PDF-"):
        return Upload(content, "application/pdf", ".pdf")
    if content.startswith(b"PK\x03\x04"):
        return _check_odf(content)
    if file.name.lower().endswith(SIGNED):
        return _check_signed(content, file.name)
    return _check_image(content) or _check_csv(content, file.name)


def _check_signed(content: bytes, name: str) -> Upload:
    """A file inside a signature (CAdES, `delibera.pdf.p7m`): stored as it is, the file inside is checked.

    The signature itself is not verified: that takes the lists of trusted certificates. RFC 5652.
    """
    inner = _signed_content(content)
    if inner is None:
        raise ValidationError(
            _("Il file .p7m non contiene un documento firmato: controllalo, o carica il documento")
        )
    checked = check_upload(SimpleUploadedFile(name[: -len(SIGNED)], inner))
    # Images are re-encoded; what is signed must stay as it is.
    if checked.media_type.startswith("image/"):
        raise ValidationError(WRONG_TYPE)
    return Upload(content, SIGNED_TYPE, f"{checked.extension}{SIGNED}")


def _signed_content(content: bytes) -> bytes | None:
    """The document inside a PKCS #7 container in DER, BER or base64; None where there is none."""
    if not content.startswith(b"0"):
        try:
            content = base64.b64decode(PEM.sub(b"", content), validate=False)
        except ValueError:
            return None
    try:
        container = cms.ContentInfo.load(content)
        if container["content_type"].native != "signed_data" or not len(container["content"]["signer_infos"]):
            return None
        return container["content"]["encap_content_info"]["content"].native
    except (ValueError, TypeError, KeyError):
        return None


def _check_odf(content: bytes) -> Upload:
    """An OpenDocument file declares itself in its first entry, uncompressed: nothing else is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            first = archive.infolist()[0]
            declared = archive.read(first) if first.filename == "mimetype" and first.file_size < 100 else b""
    except UNREADABLE:
        declared = b""
    if declared not in ODF:
        raise ValidationError(WRONG_TYPE)
    return Upload(content, declared.decode(), ODF[declared])


def _check_image(content: bytes) -> Upload | None:
    try:
        picture = Image.open(io.BytesIO(content), formats=sorted(IMAGE_FORMATS))
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return None
    if picture.width * picture.height > settings.MAX_IMAGE_PIXELS:
        raise ValidationError(
            _("L’immagine è di %(pixels)s milioni di pixel: il massimo è 20"),
            params={"pixels": picture.width * picture.height // 1_000_000},
        )
    try:
        picture = ImageOps.exif_transpose(picture)
        picture.thumbnail((MAX_SIDE, MAX_SIDE))
        clean = picture.convert(
            "RGBA" if "A" in picture.getbands() or "transparency" in picture.info else "RGB"
        )
        out = io.BytesIO()
        clean.save(out, "WEBP", quality=82, method=4)
    except UNREADABLE as error:
        raise ValidationError(_("L’immagine è danneggiata: prova a salvarla di nuovo")) from error
    return Upload(out.getvalue(), "image/webp", ".webp", clean.width, clean.height)


def _check_csv(content: bytes, name: str) -> Upload:
    """A text file by its extension, in UTF-8, without control characters."""
    if not name.lower().endswith((".csv", ".txt")):
        raise ValidationError(WRONG_TYPE)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValidationError(_("Il file CSV deve essere in codifica UTF-8")) from error
    if any(ord(c) < 32 and c not in "\t\r\n" for c in text):
        raise ValidationError(WRONG_TYPE)
    return Upload(content, "text/csv", ".csv")
