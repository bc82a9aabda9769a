from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from demo.national import load_national


class Command(BaseCommand):
    help = "Importa PA digitale 2026 per i Comuni di Torino e Prato. Ripetuto, non cambia nulla."

    def add_arguments(self, parser):
        parser.add_argument("--folder", type=Path, default=settings.BASE_DIR / "fixtures" / "national")

    def handle(self, *, folder, **options):
        done = load_national(folder)
        for name, projects in done.items():
            self.stdout.write(f"{name}: {projects} interventi")
        if not done:
            self.stdout.write("Nessun cambiamento.")
