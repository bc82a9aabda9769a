"""Make the whole index anew from the current cards, in one transaction: readers see the old one till then."""

from django.core.management.base import BaseCommand
from django.db import connection, transaction

from projects import index


class Command(BaseCommand):
    help = "Ricostruisce l’indice di ricerca dalle schede pubblicate."

    @transaction.atomic
    def handle(self, **options):
        if connection.vendor == "postgresql":
            # Reading a million cards takes longer than a page may.
            connection.cursor().execute("SET LOCAL statement_timeout = 0")
        self.stdout.write(f"Indice ricostruito: {index.rebuild()} righe")
