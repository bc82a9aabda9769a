"""Write the whole index from the current editions in one transaction."""

from django.core.management.base import BaseCommand

from cards.index import writer


class Command(BaseCommand):
    help = "Ricostruisce l’indice di ricerca dalle schede pubblicate."

    def handle(self, **options):
        self.stdout.write(f"Indice ricostruito: {writer.rebuild_alone()} righe")
