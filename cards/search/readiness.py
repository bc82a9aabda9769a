from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy

from cards.models import Edition


@dataclass(frozen=True)
class Gap:
    """Something a public card should tell before it leaves for the national registry."""

    key: str
    label: str
    lacking: Q


GAPS = (
    Gap("costo", gettext_lazy("Senza costo totale"), Q(total_cost=None)),
    Gap("inizio", gettext_lazy("Senza data di inizio"), Q(year_from=None)),
    Gap("soluzione", gettext_lazy("Senza la soluzione"), Q(has_solution=False)),
)


def lacking(key: str):
    """The public cards that miss one thing."""
    gap = next(gap for gap in GAPS if gap.key == key)
    return Edition.objects.current().filter(gap.lacking)


def readiness() -> dict:
    """Public cards, those with nothing missing and, of each gap, how many: one query."""
    nothing = Q()
    for gap in GAPS:
        nothing |= gap.lacking
    wanted = {gap.key: Count("pk", filter=gap.lacking) for gap in GAPS}
    found = Edition.objects.current().aggregate(
        total=Count("pk"), unready=Count("pk", filter=nothing), **wanted
    )
    ready = found["total"] - found["unready"]
    gaps = [{"key": gap.key, "label": gap.label, "count": found[gap.key]} for gap in GAPS if found[gap.key]]
    share = round(100 * ready / found["total"]) if found["total"] else 0
    return {
        "total": found["total"],
        "ready": ready,
        "unready": found["unready"],
        "share": share,
        "gaps": gaps,
    }
