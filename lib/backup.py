"""Backup of all tables and files in one ZIP archive, independent of the database engine, and its restoration.

`tables/<table>.jsonl` has a row of a table as a JSON array in each line, in the order of the columns that the
manifest names; `media/…` the stored files, of a folder or a bucket; `manifest.json`, written last, the
SHA-256, rows and columns of every member and the migrations of the schema. An archive is checked whole before
anything is replaced: SQLite and PostgreSQL take a flipped byte for valid data. Sessions and rate limits are
left out.
"""

import base64
import hashlib
import json
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path, PurePosixPath
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

FORMAT = 1
MANIFEST = "manifest.json"
LEFT_OUT = {"django_session", "usersessions_usersession", "lib_ratecount"}
CHUNK, ROWS = 1 << 20, 500
# What zipfile, zlib and json raise for an archive that is not whole, and a manifest of another shape.
UNREADABLE = (
    OSError,
    EOFError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    RuntimeError,
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
)


class DamagedBackup(Exception):
    """The archive is not a whole backup of this schema; the message says what is wrong, in Italian."""


def backup(path: Path) -> dict:
    """Write the archive at once under its name, while people go on writing; gives its manifest.

    Everything in the tables is of one moment.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive, _snapshot():
            tables = {model._meta.db_table: _write_table(archive, model) for model in _models()}
            migrations = _migrations()
            files = {name: _write_file(archive, name) for name in _media_names()}
            manifest = {
                "format": FORMAT,
                "created_at": timezone.now().isoformat(),
                "migrations": migrations,
                "tables": tables,
                "files": files,
            }
            archive.writestr(MANIFEST, json.dumps(manifest, indent=1, sort_keys=True))
        with open(part, "rb") as written:
            os.fsync(written.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def verify(path: Path) -> dict:
    """Read every byte of an archive and give its manifest. Raises DamagedBackup."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = json.loads(archive.read(MANIFEST))
            if manifest["format"] != FORMAT:
                raise DamagedBackup(
                    f"formato {manifest['format']}: questa versione legge il formato {FORMAT}"
                )
            expected = {f"tables/{table}.jsonl": row["sha256"] for table, row in manifest["tables"].items()}
            expected |= {f"media/{name}": row["sha256"] for name, row in manifest["files"].items()}
            names = archive.namelist()
            if sorted(names) != sorted([*expected, MANIFEST]):
                raise DamagedBackup("l’elenco dei contenuti non è quello del manifesto")
            for name, digest in expected.items():
                _check_name(name)
                if _digest_of(archive, name) != digest:
                    raise DamagedBackup(f"{name} non è quello che è stato salvato")
    except DamagedBackup:
        raise
    except UNREADABLE as error:
        raise DamagedBackup(f"l’archivio non si legge ({error})") from error
    return manifest


def restore(path: Path) -> dict:
    """Replace all rows by those of an archive, and add its files; gives its manifest.

    Rows change in one transaction or not at all. Files are added before, under names that no other content
    has; files of today that the archive lacks stay. Raises DamagedBackup before anything is changed.
    """
    manifest = verify(path)
    if manifest["migrations"] != _migrations():
        raise DamagedBackup(
            "le tabelle del portale non sono quelle dell’archivio: installa la versione che lo ha scritto"
        )
    models = {model._meta.db_table: model for model in _models()}
    if models.keys() != manifest["tables"].keys():
        raise DamagedBackup("l’archivio ha altre tabelle")
    with zipfile.ZipFile(path) as archive:
        for name, row in manifest["files"].items():
            _restore_file(archive, name, row["sha256"])
        with transaction.atomic(), connection.cursor() as cursor:
            for table in (*models, *LEFT_OUT):
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")
            for table, model in models.items():
                _restore_rows(cursor, archive, model, manifest["tables"][table]["columns"])
            for sql in connection.ops.sequence_reset_sql(no_style(), list(models.values())):
                cursor.execute(sql)
    return manifest


def _models() -> list:
    models = apps.get_models(include_auto_created=True)
    return [
        model
        for model in models
        if model._meta.managed and not model._meta.proxy and model._meta.db_table not in LEFT_OUT
    ]


def _migrations() -> list[str]:
    return sorted(".".join(key) for key in MigrationRecorder(connection).applied_migrations())


@contextmanager
def _snapshot() -> Iterator[None]:
    """A transaction that reads one moment and holds up no writer."""
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute("BEGIN" if is_sqlite else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK")


def _fields(model) -> list:
    return [field for field in model._meta.concrete_fields if not field.generated]


def _write_table(archive: zipfile.ZipFile, model) -> dict:
    """Write the rows of a table; gives `{rows, columns, sha256}`."""
    columns = [field.attname for field in _fields(model)]
    rows = model._base_manager.order_by("pk").values_list(*columns).iterator(chunk_size=ROWS)
    digest, count = hashlib.sha256(), 0
    with archive.open(f"tables/{model._meta.db_table}.jsonl", "w", force_zip64=True) as out:
        for row in rows:
            line = json.dumps([_plain(value) for value in row], ensure_ascii=False).encode() + b"\n"
            digest.update(line)
            out.write(line)
            count += 1
    return {"rows": count, "columns": columns, "sha256": digest.hexdigest()}


def _plain(value):
    """A value of a column as JSON; what Field.to_python of its field reads back."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    return value


def _media_names() -> Iterable[str]:
    return sorted(_names_below(""))


def _names_below(folder: str) -> Iterator[str]:
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}{name}" for name in files)
    for name in folders:
        yield from _names_below(f"{folder}{name}/")


def _write_file(archive: zipfile.ZipFile, name: str) -> dict:
    """Add a stored file; gives `{bytes, sha256}`."""
    digest, size = hashlib.sha256(), 0
    with (
        default_storage.open(name, "rb") as file,
        archive.open(f"media/{name}", "w", force_zip64=True) as out,
    ):
        while part := file.read(CHUNK):
            digest.update(part)
            out.write(part)
            size += len(part)
    return {"bytes": size, "sha256": digest.hexdigest()}


def _check_name(name: str) -> None:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name:
        raise DamagedBackup(f"il nome {name} esce dalla cartella")


def _digest_of(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    with archive.open(name) as file:
        while part := file.read(CHUNK):
            digest.update(part)
    return digest.hexdigest()


def _restore_file(archive: zipfile.ZipFile, name: str, digest: str) -> None:
    """Put a file in its place unless it is there; a crash leaves no half file under its name."""
    if default_storage.exists(name):
        with default_storage.open(name, "rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() == digest:
                return
    if not isinstance(default_storage, FileSystemStorage):
        with archive.open(f"media/{name}") as file:
            default_storage.delete(name)
            default_storage.save(name, File(file))
        return
    target = Path(default_storage.path(name))
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as out:
        with archive.open(f"media/{name}") as file:
            shutil.copyfileobj(file, out, CHUNK)
        out.flush()
        os.fsync(out.fileno())
    Path(out.name).chmod(settings.FILE_UPLOAD_PERMISSIONS)
    Path(out.name).replace(target)


def _restore_rows(cursor, archive: zipfile.ZipFile, model, columns: list[str]) -> None:
    by_name: Mapping = {field.attname: field for field in _fields(model)}
    fields = [by_name[name] for name in columns]
    quote = connection.ops.quote_name
    names = ", ".join(quote(field.column) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    sql = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({marks})"
    with archive.open(f"tables/{model._meta.db_table}.jsonl") as lines:
        batch = []
        for line in lines:
            values = zip(fields, json.loads(line), strict=True)
            batch.append([_stored(field, value) for field, value in values])
            if len(batch) == ROWS:
                cursor.executemany(sql, batch)
                batch = []
        if batch:
            cursor.executemany(sql, batch)


def _stored(field, value):
    """What the database stores for a value of the archive."""
    return field.get_db_prep_save(None if value is None else field.to_python(value), connection)
