from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from cards.document.build import build_card, serialise
from cards.document.derive import derive_columns
from cards.document.places import Place, places_at_hand
from cards.index import terms, writer
from cards.models import Edition
from cards.reads.bulk import put_line
from cards.records import _give_slug
from projects.models import Project
from projects.source import collect
from reuse.actions import refresh


@transaction.atomic(savepoint=False)
def issue_card(project: Project, *, by, change_note: str = "") -> Edition:
    """Make the next numbered card from the rows as they are: the heart of publish and of the loaders."""
    # Held, but not its key: a withdrawal that waits for this row while its turn is held would never end.
    facts = collect(project.pk, is_held=True)
    slug = facts["slug"] or _give_slug(project.pk)
    turn, now = writer.lock(), timezone.now()
    last = last_edition(project.pk)
    former = {last.pk: terms.terms_of(last)} if last and last.is_current else {}
    if former:
        Edition.objects.filter(pk=last.pk).update(is_current=False)
    card = Edition(project_id=project.pk, edition=last.edition + 1 if last else 1, published_at=now)
    card.published_by, card.change_note = by, change_note
    card.live_values = last.live_values if last else card.live_values
    document = build_card(facts, slug=slug, edition=card.edition, published_at=now)
    write_card(card, document, places_at_hand(document))
    writer.change(added={card.pk: terms.terms_of(card)}, dropped=former, turn=turn)
    refresh.refresh(card, document)
    if facts["documents"]:
        project.documents.filter(removed_at=None, published_at=None).update(published_at=now)
    return card


def write_card(card: Edition, document: Mapping, places: Mapping[str, Place]) -> None:
    """Store document and derived columns of one card; the index is the caller's (index.change)."""
    card.document = serialise(document)
    derive_into(card, document, places)


def derive_into(card: Edition, document: Mapping, places: Mapping[str, Place]) -> None:
    """Renew what follows from the document; the document itself is not touched."""
    derived = derive_columns(document, places)
    for name, value in derived["columns"].items():
        setattr(card, name, value)
    card.save()
    put_line(card.pk, derived["line"])


def last_edition(project_id: int) -> Edition | None:
    """The newest edition with the columns that the next one needs: number, currency, index terms."""
    cards = Edition.objects.filter(project=project_id).order_by("-edition")
    return cards.only("edition", "is_current", *terms.TERM_FIELDS).first()
