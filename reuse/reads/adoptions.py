"""The public adoptions of records, now or at the end of a day, and how many of them count in R."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.db.models import F, OuterRef, Subquery

from cards.vocabulary.lists import PartnerRole
from lib.dates import end_of
from reuse.models import Adoption, AdoptionStep
from reuse.transitions import ADOPTED, PUBLIC, UNDER_WAY


def adoptions_of(record_id: int, day: date | None = None) -> list[Adoption]:
    """adoptions_among() for one record."""
    return adoptions_among([record_id], day).get(record_id, [])


def adoptions_among(record_ids: Iterable[int], day: date | None = None) -> dict[int, list[Adoption]]:
    """`{record: adoptions}` in a public state, now or at the end of `day`, each with that `state_as_of`.

    Demonstration adoptions only for records without real ones. One query.
    """
    adoptions = Adoption.objects.visible().filter(record__in=list(record_ids))
    adoptions = adoptions.select_related("adopter__territory", "giver__territory")
    if day is None:
        adoptions = adoptions.annotate(state_as_of=F("step"))
    else:
        midnight = end_of(day)
        rows = AdoptionStep.objects.filter(adoption=OuterRef("pk"), at__lt=midnight)
        adoptions = adoptions.annotate(state_as_of=Subquery(rows.order_by("-at", "-pk").values("step")[:1]))
    chosen: dict[int, list[Adoption]] = {}
    for adoption in adoptions.filter(state_as_of__in=PUBLIC).order_by("is_demonstration", "asked_at", "pk"):
        mine = chosen.setdefault(adoption.record_id, [])
        if not mine or mine[0].is_demonstration == adoption.is_demonstration:
            mine.append(adoption)
    return chosen


def adoption_counts(document: Mapping, adoptions: Iterable[Adoption] = ()) -> tuple[int, int]:
    """`(done, under way)`: bodies that adopted a project and bodies about to.

    `done` includes the replicating bodies that the card document names. A body named twice counts once.
    """
    role = PartnerRole.REPLICATING_BODY.value
    done = {partner["name"] for partner in document["partners"] if partner["role"] == role}
    under_way = {adoption.adopter.name for adoption in adoptions if adoption.state_as_of in UNDER_WAY}
    done |= {adoption.adopter.name for adoption in adoptions if adoption.state_as_of in ADOPTED}
    return len(done), len(under_way - done)
