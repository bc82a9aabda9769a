"""Prove the stored index equal to the current cards; a difference is an error."""

from itertools import islice

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from cardindex.building import differences
from projects import index
from projects.index_store import allow_long_statements
from projects.models import Card

SHOWN = 20


class Command(BaseCommand):
    help = "Confronta l’indice di ricerca con le schede pubblicate; esce con un errore se non coincidono."

    @transaction.atomic
    def handle(self, **options):
        index.lock()
        allow_long_statements()
        built = index.built(index.boundaries())
        found = list(islice(differences(built, index.stored, index.pending()), SHOWN))
        for kind, value, missing, extra in found:
            self.stderr.write(f"{kind}={value}: schede mancanti {missing}, di troppo {extra}")
        if found:
            raise CommandError("L’indice non coincide con le schede: ricostruiscilo con rebuild_index.")
        self.stdout.write(f"L’indice coincide con le schede: {Card.objects.current().count()}")
