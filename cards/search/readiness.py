"""Which current cards lack what the national registry requires."""

from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy

from cards.models import Edition


@dataclass(frozen=True)
class Gap:
    """Something that a card should hold before it is exported to the national registry."""

    key: str
    label: str
    condition: Q


GAPS = (
    Gap("costo", gettext_lazy("Senza costo totale"), Q(total_cost=None)),
    Gap("inizio", gettext_lazy("Senza data di inizio"), Q(year_from=None)),
    Gap("soluzione", gettext_lazy("Senza la soluzione"), Q(has_solution=False)),
)


def cards_with_gap(key: str):
    """The current cards with the gap `key` of GAPS."""
    gap = next(gap for gap in GAPS if gap.key == key)
    return Edition.objects.current().filter(gap.condition)


def readiness() -> dict:
    """Current cards: all, without a gap, with one, `share` ready in percent, and cards by gap. One query."""
    any_gap = Q()
    for gap in GAPS:
        any_gap |= gap.condition
    counts = {gap.key: Count("pk", filter=gap.condition) for gap in GAPS}
    totals = Edition.objects.current().aggregate(
        total=Count("pk"), unready=Count("pk", filter=any_gap), **counts
    )
    ready = totals["total"] - totals["unready"]
    gaps = [{"key": gap.key, "label": gap.label, "count": totals[gap.key]} for gap in GAPS if totals[gap.key]]
    share = round(100 * ready / totals["total"]) if totals["total"] else 0
    return {
        "total": totals["total"],
        "ready": ready,
        "unready": totals["unready"],
        "share": share,
        "gaps": gaps,
    }
