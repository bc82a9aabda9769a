"""Backup and restoration: the same national export to the byte; damage is found before anything changes."""

import hashlib
import json
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from lib import backup as backups
from lib.audit import Entry
from lib.backup import DamagedBackup
from lib.content_version import ContentVersion
from projects.models import FundingLine, Project
from tests import builders

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def portal(settings, tmp_path):
    """Two published projects, a draft with a file, sessions and an audit log."""
    settings.MEDIA_ROOT = tmp_path / "media"
    (settings.MEDIA_ROOT / "documents").mkdir(parents=True)
    (settings.MEDIA_ROOT / "documents" / "ab12.pdf").write_bytes(b"%PDF-1.7 " + bytes(range(256)))
    country = builders.piedmont()
    office, desk = builders.officer(country["torino"]), builders.reviewer()
    builders.published(office, desk, country["torino"], title="Luci «à» 🚲\u2028 fine")
    builders.published(office, desk, country["ivrea"], title="Piste ciclabili")
    draft = builders.draft(office, country["torino"], title="Bozza")
    FundingLine.objects.create(project=draft, source="eu", amount=Decimal("1250000.50"))


@pytest.fixture
def archive(portal, tmp_path) -> Path:
    path = tmp_path / "backup.zip"
    call_command("backup", path, verbosity=0)
    return path


def exported(folder: Path) -> dict[str, str]:
    call_command("export_national", out=folder)
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.rglob("*") if p.is_file()}


def state() -> list:
    """All rows but the version of the content, which a restoration changes for the sake of caches."""
    models = [model for model in backups._models() if model is not ContentVersion]
    return [list(model._base_manager.order_by("pk").values_list()) for model in models]


def test_restored_portal_exports_the_same_bytes(archive, settings, tmp_path):
    before, rows = exported(tmp_path / "a"), state()
    call_command("flush", interactive=False, verbosity=0)
    for path in list(settings.MEDIA_ROOT.rglob("*.pdf")):
        path.unlink()
    assert not Project.objects.exists()
    call_command("restore", archive, yes=True)
    assert state() == rows
    assert exported(tmp_path / "b") == before
    assert (settings.MEDIA_ROOT / "documents" / "ab12.pdf").read_bytes()[-256:] == bytes(range(256))
    # The next key is a free one.
    builders.officer(builders.Territory.objects.get(slug="ivrea"), "nuova@example.org")


def test_archive_restores_over_other_content_and_twice(archive):
    rows = Entry.objects.count()
    Project.objects.update(title="Cambiato dopo")
    for _time in range(2):
        call_command("restore", archive, yes=True)
        assert not Project.objects.filter(title="Cambiato dopo").exists()
        assert Entry.objects.count() == rows


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def flip(path: Path, part: float = 0.5) -> None:
    content = bytearray(path.read_bytes())
    content[int(part * len(content))] ^= 1
    path.write_bytes(content)


def rewritten(path: Path, change) -> None:
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()}
    change(members)
    with zipfile.ZipFile(path, "w") as new:
        for name, content in members.items():
            new.writestr(name, content)


def change_row(members: dict) -> None:
    members["tables/projects_project.jsonl"] = members["tables/projects_project.jsonl"].replace(
        b"Bozza", b"Bozze"
    )


def lose_table(members: dict) -> None:
    del members["tables/lib_entry.jsonl"]


def add_member(members: dict) -> None:
    members["media/../../out.txt"] = b"x"


def escape(members: dict) -> None:
    manifest = json.loads(members["manifest.json"])
    manifest["files"]["../out.txt"] = {"bytes": 1, "sha256": hashlib.sha256(b"x").hexdigest()}
    members["manifest.json"] = json.dumps(manifest)
    members["media/../out.txt"] = b"x"


def other_schema(members: dict) -> None:
    manifest = json.loads(members["manifest.json"])
    manifest["migrations"].append("projects.0099_later")
    members["manifest.json"] = json.dumps(manifest)


def no_manifest(members: dict) -> None:
    del members["manifest.json"]


def broken_manifest(members: dict) -> None:
    members["manifest.json"] = b"[]"


@pytest.mark.parametrize(
    "damage",
    [
        cut,
        flip,
        lambda path: path.write_bytes(b""),
        lambda path: path.unlink(),
        lambda path: rewritten(path, change_row),
        lambda path: rewritten(path, lose_table),
        lambda path: rewritten(path, add_member),
        lambda path: rewritten(path, escape),
        lambda path: rewritten(path, no_manifest),
        lambda path: rewritten(path, broken_manifest),
        lambda path: rewritten(path, other_schema),
    ],
)
def test_damaged_archive_changes_nothing(archive, damage, settings):
    damage(archive)
    Project.objects.update(title="Di oggi")
    rows, files = state(), sorted(settings.MEDIA_ROOT.rglob("*"))
    with pytest.raises(CommandError, match="Non è cambiato niente"):
        call_command("restore", archive, yes=True)
    assert (state(), sorted(settings.MEDIA_ROOT.rglob("*"))) == (rows, files)


def test_failure_while_rows_are_restored_changes_none(archive, monkeypatch):
    Project.objects.update(title="Di oggi")
    rows = state()
    real = backups._restore_rows

    def fail(cursor, file, model, columns):
        if model is Project:
            raise OSError("disk full")
        real(cursor, file, model, columns)

    monkeypatch.setattr(backups, "_restore_rows", fail)
    with pytest.raises(OSError, match="disk full"):
        backups.restore(archive)
    assert state() == rows


def test_verify_says_whether_an_archive_is_sound(archive, capsys):
    call_command("verify", archive)
    assert "sano" in capsys.readouterr().out
    flip(archive)
    with pytest.raises(CommandError):
        call_command("verify", archive)


def test_failed_backup_leaves_the_last_one(archive, monkeypatch):
    content = archive.read_bytes()

    def fail(*_args):
        raise OSError("disk full")

    monkeypatch.setattr(backups, "_write_file", fail)
    with pytest.raises(OSError, match="disk full"):
        backups.backup(archive)
    assert archive.read_bytes() == content
    assert [path.name for path in archive.parent.glob("backup*")] == ["backup.zip"]


def test_sessions_are_not_kept(archive):
    with zipfile.ZipFile(archive) as file:
        assert "tables/django_session.jsonl" not in file.namelist()
    with pytest.raises(DamagedBackup):
        backups.verify(archive.parent)


def test_flipped_byte_is_found_wherever_it_is(archive):
    """But in names and times of the ZIP headers, which change nothing that is restored."""
    whole = archive.read_bytes()
    manifest = backups.verify(archive)
    for number in range(60):
        archive.write_bytes(whole)
        flip(archive, (number + 0.5) / 60)
        try:
            assert backups.verify(archive) == manifest
        except DamagedBackup:
            continue
