"""Write the national dataset: project and city sheets in every format, described and summed."""

from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from opendata.actions import NotAnExport, export_national


class Command(BaseCommand):
    help = "Esporta schede, città e altre tabelle in ogni formato. Lo stesso stato dà gli stessi byte."

    def add_arguments(self, parser):
        parser.add_argument("--out", type=Path, required=True, metavar="CARTELLA")
        parser.add_argument(
            "--on", type=date.fromisoformat, metavar="AAAA-MM-GG", help="lo stato di quel giorno"
        )
        parser.add_argument("--zip", type=Path, metavar="FILE", help="scrive anche un archivio")

    def handle(self, *, out, on, zip, **options):
        if zip and out.absolute() in zip.absolute().parents:
            raise CommandError("L’archivio non può stare nella cartella dell’esportazione.")
        try:
            counts = export_national(out, day=on, archive=zip)
        except NotAnExport as error:
            raise CommandError(
                f"{out} contiene altro e non è un’esportazione: indica una cartella nuova o vuota."
            ) from error
        for name, rows in counts.items():
            self.stdout.write(f"{name}: {rows}")
        self.stdout.write(f"Scritto in {out}")
