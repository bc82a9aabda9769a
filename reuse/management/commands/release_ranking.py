"""Store the ranking of today, with which later ones are compared."""

from django.core.management.base import BaseCommand

from reuse.actions import assessing


class Command(BaseCommand):
    help = "Fissa la classifica di replicabilità di oggi: le prossime diranno chi sale e chi scende."

    def add_arguments(self, parser):
        parser.add_argument("--note", default="", help="che cosa è cambiato, in breve")

    def handle(self, *, note, **options):
        release = assessing.release_ranking(note=note[:300])
        self.stdout.write(f"Classifica fissata: {len(release.places)} progetti.")
