"""Compare the stored index with the current editions; a difference is an error."""

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from cards.index import writer
from cards.index.check import differences
from cards.index.rows import allow_long_statements
from cards.models import Edition

MAX_REPORTED = 20


class Command(BaseCommand):
    help = "Confronta l’indice di ricerca con le schede pubblicate; esce con un errore se non coincidono."

    @transaction.atomic
    def handle(self, **options):
        writer.lock()
        allow_long_statements()
        rows = differences()
        for kind, value, missing, extra in rows[:MAX_REPORTED]:
            self.stderr.write(f"{kind}={value}: schede mancanti {missing}, di troppo {extra}")
        if rows:
            raise CommandError("L’indice non coincide con le schede: ricostruiscilo con rebuild_index.")
        self.stdout.write(f"L’indice coincide con le schede: {Edition.objects.current().count()}")
