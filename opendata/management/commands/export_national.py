"""Write the national dataset: project and city sheets in every format, described and summed."""

import zipfile
from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from opendata.export import NotAnExport, export_national


class Command(BaseCommand):
    help = "Esporta schede, città e altre tabelle in ogni formato. Lo stesso stato dà gli stessi byte."

    def add_arguments(self, parser):
        parser.add_argument("--out", type=Path, metavar="CARTELLA", help="dove scrivere: serve sempre")
        parser.add_argument("--on", metavar="AAAA-MM-GG", help="lo stato alla fine di quel giorno")
        parser.add_argument(
            "--zip", type=Path, metavar="FILE", help="scrive anche un archivio, fuori dalla cartella"
        )

    def handle(self, *, out, on, zip, **options):
        if out is None:
            raise CommandError(
                "Indica la cartella con --out; --zip aggiunge un archivio, non la sostituisce."
            )
        _check_archive(zip, out)
        day = _day(on)
        try:
            counts = export_national(out, day=day, archive=zip)
        except NotAnExport as error:
            raise CommandError(
                f"{out} contiene altro e non è un’esportazione: indica una cartella nuova o vuota."
            ) from error
        for name, rows in counts.items():
            self.stdout.write(f"{name}: {rows}")
        self.stdout.write(f"Scritto in {out}")
        if zip:
            self.stdout.write(f"Archivio: {zip}")


def _day(on: str | date | None) -> date | None:
    """The date of --on. Raises CommandError for one in the future, whose state is not known."""
    try:
        day = date.fromisoformat(on) if isinstance(on, str) else on
    except ValueError as error:
        raise CommandError(f"--on {on}: serve una data, per esempio 2026-03-31.") from error
    if day and day > timezone.localdate():
        raise CommandError(f"--on {day}: è un giorno futuro. Togli --on per lo stato di adesso.")
    return day


def _check_archive(archive: Path | None, out: Path) -> None:
    """The folder is replaced as a whole, and no file of somebody else is overwritten."""
    if archive is None:
        return
    archive, out = archive.resolve(), out.resolve()
    if archive == out or out in archive.parents:
        raise CommandError(f"--zip {archive}: l’archivio non può stare nella cartella dell’esportazione.")
    if archive in out.parents or archive.is_dir():
        raise CommandError(f"--zip {archive}: è una cartella. Indica un file, per esempio {out.name}.zip.")
    if archive.exists() and not zipfile.is_zipfile(archive):
        raise CommandError(f"--zip {archive}: c’è già un file che non è un archivio. Indica un altro nome.")
