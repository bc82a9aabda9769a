"""Loads regions, provinces and municipalities, old and new, with their borders."""

import time
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from municipalities.importers.reference import load_reference


class Command(BaseCommand):
    help = "Carica il territorio italiano da fixtures/territory; ripeterlo non cambia nulla."

    def add_arguments(self, parser):
        parser.add_argument(
            "--folder", type=Path, default=settings.BASE_DIR / "fixtures" / "territory",
            help="cartella dei file, se non è quella del progetto",
        )  # fmt: skip

    def handle(self, *, folder, **options):
        if not (folder / "municipalities.csv").exists():
            raise CommandError(f"In {folder} non ci sono i file del territorio.")
        start = time.monotonic()

        def report(table, outcome):
            self.stdout.write(f"[{time.monotonic() - start:4.1f} s] {table}: {outcome}")

        written = load_reference(folder, report)
        seconds = f"{time.monotonic() - start:.1f} secondi"
        if written:
            self.stdout.write(f"Fatto in {seconds}: {written} righe scritte o tolte.")
        else:
            self.stdout.write(f"Nulla da cambiare ({seconds}).")
