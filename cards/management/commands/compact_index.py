"""Apply the log of the index to the posting lists in short transactions; publishing may go on meanwhile."""

from django.core.management.base import BaseCommand

from cards.index import writer
from cards.models import IndexVersion


class Command(BaseCommand):
    help = "Porta nell’indice di ricerca le modifiche ancora in registro, a passi brevi."

    def handle(self, **options):
        before = IndexVersion.objects.values_list("uncompacted", flat=True).first() or 0
        writer.compact()
        self.stdout.write(f"Schede portate nell’indice: {before}")
