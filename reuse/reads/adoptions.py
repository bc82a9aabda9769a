from collections.abc import Iterable, Mapping
from datetime import date

from django.db.models import F, OuterRef, Subquery

from cards.vocabulary.lists import PartnerRole
from lib.dates import end_of
from reuse.models import Adoption, AdoptionStep
from reuse.transitions import ADOPTED, PUBLIC, UNDER_WAY


def adoptions_of(record_id: int, day: date | None = None) -> list[Adoption]:
    """The public adoptions of one project: adoptions_among of it alone."""
    return adoptions_among([record_id], day).get(record_id, [])


def adoptions_among(record_ids: Iterable[int], day: date | None = None) -> dict[int, list[Adoption]]:
    """The public adoptions by project with `stood`, their step now or at the end of a day. One query.

    Those of a demonstration give way to any real one of the project: the two are never mixed.
    """
    found = Adoption.objects.shown().filter(record__in=list(record_ids))
    found = found.select_related("adopter__territory", "giver__territory")
    if day is None:
        found = found.annotate(stood=F("step"))
    else:
        midnight = end_of(day)
        rows = AdoptionStep.objects.filter(adoption=OuterRef("pk"), at__lt=midnight)
        found = found.annotate(stood=Subquery(rows.order_by("-at", "-pk").values("step")[:1]))
    chosen: dict[int, list[Adoption]] = {}
    for adoption in found.filter(stood__in=PUBLIC).order_by("is_demonstration", "asked_at", "pk"):
        mine = chosen.setdefault(adoption.record_id, [])
        if not mine or mine[0].is_demonstration == adoption.is_demonstration:
            mine.append(adoption)
    return chosen


def adoption_counts(document: Mapping, adoptions: Iterable[Adoption] = ()) -> tuple[int, int]:
    """Bodies that took the project up, and those about to: as the card names them, and as they adopted.

    A body that the card names and that adopted counts once.
    """
    role = PartnerRole.REPLICATING_BODY.value
    done = {partner["name"] for partner in document["partners"] if partner["role"] == role}
    under_way = {adoption.adopter.name for adoption in adoptions if adoption.stood in UNDER_WAY}
    done |= {adoption.adopter.name for adoption in adoptions if adoption.stood in ADOPTED}
    return len(done), len(under_way - done)
