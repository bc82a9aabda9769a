"""Municipalities that look alike: the same class of inhabitants and the same kind of ground.

The classes are those that ISTAT and the Ministry of the Interior use; the ground is ISTAT's altitude zone
without the coast (mountain, hill, plain).
"""

from statistics import median

from django.utils.translation import gettext_lazy as _

from cards.search.totals import own_cards, parts_within, sums_without
from municipalities.models import Territory

CLASSES = (
    (1_000, _("meno di 1.000 abitanti")),
    (5_000, _("da 1.000 a 5.000 abitanti")),
    (10_000, _("da 5.000 a 10.000 abitanti")),
    (20_000, _("da 10.000 a 20.000 abitanti")),
    (60_000, _("da 20.000 a 60.000 abitanti")),
    (250_000, _("da 60.000 a 250.000 abitanti")),
    (None, _("più di 250.000 abitanti")),
)
GROUNDS = {
    (1, 2): _("in montagna"),
    (3, 4): _("in collina"),
    (5,): _("in pianura"),
}
# Fewer than these say little: then the ground is left out, and the class alone counts.
FEWEST = 10


def class_of(population: int) -> tuple[int, int | None, object]:
    """`(least, limit, words)` of the class: inhabitants from `least`, under `limit`."""
    least = 0
    for limit, words in CLASSES:
        if limit is None or population < limit:
            return least, limit, words
        least = limit
    raise AssertionError("the last class has no limit")


def peers_of(municipality: Territory) -> dict | None:
    """`{codes: {code: inhabitants}, words: [class, ground?]}`; None without known inhabitants. One query."""
    if not municipality.population:
        return None
    least, limit, words = class_of(municipality.population)
    alike = (
        Territory.objects.municipalities().current().exclude(pk=municipality.pk).filter(population__gte=least)
    )
    if limit:
        alike = alike.filter(population__lt=limit)
    rows = list(alike.values_list("code", "population", "altitude_zone"))
    zones = next((zones for zones in GROUNDS if municipality.altitude_zone in zones), ())
    near = {code: people for code, people, zone in rows if zone in zones}
    if len(near) >= FEWEST:
        return {"codes": near, "words": [words, GROUNDS[zones]]}
    return {"codes": {code: people for code, people, _zone in rows}, "words": [words]}


def money_per_head(peers: dict | None, municipality: Territory, cost) -> dict | None:
    """Known euro per inhabitant of a municipality's own projects, and the median of its peers. Two queries.

    `{mine, median, count, bar, median_bar}`; the median is over peers with a known cost, and needs three.
    """
    if not municipality.population or peers is None:
        return None
    own = own_cards(*peers["codes"]).filter(total_cost__isnull=False)
    sums = own.values_list("own_municipality_code").annotate(cost=sums_without(parts_within(own))["cost"])
    values = [
        total / peers["codes"][code] for code, total in sums.order_by() if total and peers["codes"][code]
    ]
    mine = cost / municipality.population if cost is not None else None
    middle = median(values) if len(values) >= 3 else None
    if mine is None and middle is None:
        return None
    most = max(mine or 0, middle or 0) or 1
    bars = tuple(None if value is None else round(100 * value / most) for value in (mine, middle))
    return {"mine": mine, "median": middle, "count": len(values), "bar": bars[0], "median_bar": bars[1]}
