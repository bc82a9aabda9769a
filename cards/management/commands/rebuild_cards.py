"""Derive again from the stored documents: columns, list item, search text, facets, CSV row, index."""

import orjson
from django.core.management.base import BaseCommand
from django.db import transaction

from cards.document.derive import derive_columns
from cards.document.places import places_of
from cards.index import terms, writer
from cards.issuing import derive_into
from cards.models import Edition, Line
from lib.content_version import bump_content_version

BATCH = 200


class Command(BaseCommand):
    help = "Ricalcola colonne, elenco, testo di ricerca e filtri delle schede con il territorio di oggi."

    def handle(self, *, verbosity, **options):
        total, done, changed, last = Edition.objects.count(), 0, 0, 0
        while keys := list(
            Edition.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]
        ):
            changed += rebuild(keys)
            done, last = done + len(keys), keys[-1]
            if verbosity > 1 or (verbosity and total > BATCH):
                self.stdout.write(f"{done}/{total}")
        self.stdout.write(f"Schede: {done}, cambiate: {changed}")
        self.stdout.write(f"Indice ricostruito: {writer.rebuild_alone()} righe")


@transaction.atomic
def rebuild(keys: list[int]) -> int:
    """Store the derived columns of the editions that are stale; gives their number.

    The rows are locked, so that a concurrent withdrawal is not overwritten.
    """
    writer.lock()
    cards = list(Edition.objects.select_for_update().filter(pk__in=keys))
    documents = [orjson.loads(card.document) for card in cards]
    places = places_of(documents)
    lines = dict(Line.objects.filter(pk__in=keys).values_list("pk", "text"))
    stale = [
        (card, document)
        for card, document in zip(cards, documents, strict=True)
        if _is_stale(card, lines.get(card.pk), derive_columns(document, places))
    ]
    before = {card.pk: terms.terms_of(card) for card, _document in stale if card.is_current}
    for card, document in stale:
        derive_into(card, document, places)
    after = {card.pk: terms.terms_of(card) for card, _document in stale if card.is_current}
    writer.change(added=after, dropped=before)
    if stale:
        bump_content_version()
    return len(stale)


def _is_stale(card: Edition, line: str | None, derived: dict) -> bool:
    columns = derived["columns"].items()
    return line != derived["csv_row"] or any(getattr(card, name) != value for name, value in columns)
