"""Totals over current cards: of the whole registry, of an area, of a municipality."""

from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from cards.models import Edition
from cards.search.query import ProjectQuery, find
from cards.search.results import Results
from cards.vocabulary.areas import AREAS
from municipalities.search import PLACE_CACHE

REGISTRY = ProjectQuery()
# `{version of the index: sums by area}` of the last version read: cards change only with it.
_sums: dict[str, dict[str, dict]] = {}


def area_sums(version: str) -> dict[str, dict]:
    """`{primary area: {cards, known, cost}}` of all current cards, summed once for each version of the index.

    A programme and its parts count once, in the area of the programme. Two queries, three with parts.
    """
    sums = _sums.get(version) if version else None
    if sums is None:
        cards = Edition.objects.current()
        rows = cards.order_by().values("primary_area").annotate(**sums_without(parts_within(cards)))
        sums = {row.pop("primary_area"): row for row in rows}
        _sums.clear()
        _sums[version] = sums
    return sums


def whole_sum(version: str) -> dict:
    """`{cards, known, cost}` of all current cards, cost in euro."""
    sums = area_sums(version).values()
    whole = {key: sum(row[key] for row in sums) for key in ("cards", "known")}
    return {**whole, "cost": sum((row["cost"] or Decimal(0) for row in sums), Decimal(0))}


def money_bars(version: str) -> list[dict]:
    """The eight areas, most money first: `{area, cards, known, cost, share}`, share in percent."""
    sums = area_sums(version)
    none = {"cards": 0, "known": 0, "cost": None}
    rows = [{"area": area, **sums.get(area.key, none)} for area in AREAS]
    most = max((row["cost"] or 0 for row in sums.values()), default=0)
    for row in rows:
        row["share"] = round(100 * row["cost"] / most) if row["cost"] and most else None
    return sorted(rows, key=lambda row: -(row["cost"] or 0))


def cost_sums(cards: QuerySet) -> dict:
    """`{cards, known, cost}`: their number, how many say their cost, the sum in euro (None without any).

    A programme and its parts among these cards count once. Two queries, three with parts.
    """
    return cards.aggregate(**sums_without(parts_within(cards)))


def sums_without(codes: Collection[str]) -> dict:
    """The aggregates of `cost_sums` for annotate() and aggregate(), the costs of these codes left out."""
    once = ~Q(code__in=codes) if codes else None
    return {"cards": Count("pk"), "known": Count("total_cost"), "cost": Sum("total_cost", filter=once)}


def parts_within(cards: QuerySet) -> set[str]:
    """The codes of those that are part of another of these cards, at any depth, whose cost is known."""
    parents = dict(cards.exclude(part_of="").order_by().values_list("code", "part_of"))
    if not parents:
        return set()
    known = cards.filter(code__in=set(parents.values()), total_cost__isnull=False)
    return included(parents, set(known.order_by().values_list("code", flat=True)))


def included(parents: Mapping[str, str], known: Collection[str]) -> set[str]:
    """The codes of `{code: code of its programme}` with a `known` one above them."""
    return {code for code in parents if any(above in known for above in _above(code, parents))}


def _above(code: str, parents: Mapping[str, str]) -> Iterator[str]:
    seen = {code}
    while (code := parents.get(code, "")) and code not in seen:
        seen.add(code)
        yield code


def registry_totals() -> dict:
    """Number of cards, of municipalities with one, of all municipalities; money of all and by area.

    `undated` are the cards whose stage no source dates.
    """
    cards = find(REGISTRY)
    version = cards.version
    return {
        "projects": cards.count(),
        "cities": _values(cards, "municipality"),
        "municipalities": len(PLACE_CACHE.profiles()),
        "undated": cards.shares("stage_year", ["unknown"])["unknown"],
        "money": whole_sum(version),
        "areas": money_bars(version),
    }


def _values(cards: Results, facet: str) -> int:
    """The number of values of a facet among these cards."""
    return cards.top(facet, 1)[1]


def totals(facet: str) -> dict[str, int]:
    """`{value: cards}` of a facet over the whole registry."""
    return find(REGISTRY).facets((facet,))[facet]


def area_totals() -> list[dict]:
    """`[{area, count}]` of the eight areas, in their order."""
    counts = totals("area")
    return [{"area": area, "count": counts.get(area.key, 0)} for area in AREAS]


def registry_counts() -> dict[str, dict[str, int]]:
    """Cards by area and by municipality of the whole registry: `{facet: {value: cards}}`."""
    return find(REGISTRY).facets(("area", "municipality"))


def area_bars(counts: dict[str, int], registry: dict[str, dict[str, int]]) -> list[dict]:
    """The eight areas of a city: `{area, count, share, mean, mean_share}`, shares in percent.

    The mean is the projects of an area divided by the municipalities with a project.
    """
    municipalities = len(registry["municipality"]) or 1
    means = {key: n / municipalities for key, n in registry["area"].items()}
    most = max([*counts.values(), *means.values()], default=0) or 1
    return [
        {
            "area": area,
            "count": counts.get(area.key, 0),
            "share": round(100 * counts.get(area.key, 0) / most),
            "mean": means.get(area.key, 0),
            "mean_share": round(100 * means.get(area.key, 0) / most, 1),
        }
        for area in AREAS
    ]


def count_bars(rows: list[tuple]) -> list[dict]:
    """`[(label, count)]` with `share`, percent of the largest."""
    most = max((count for _label, count in rows), default=0) or 1
    return [{"label": label, "count": n, "share": round(100 * n / most)} for label, n in rows]


def municipality_totals(code: str) -> dict:
    """Cards that name a municipality, `own` those that are its own (cost_sums), counts by area, stage, year.

    Three queries, one more where an own project is part of a programme.
    """
    mine = find(ProjectQuery(facets={"municipality": (code,)}))
    counts = mine.facets(("area", "stage", "year", "stage_year"))
    return {
        "projects": mine.count(),
        "own": cost_sums(own_cards(code)),
        "by_area": counts["area"],
        "by_stage": counts["stage"],
        "by_year": counts["year"],
        "by_stage_year": counts["stage_year"],
    }


def own_cards(*codes: str) -> QuerySet:
    """The current cards of the municipalities' own projects: promoted by them, or led without a promoter."""
    return Edition.objects.current().filter(own_municipality_code__in=codes)


def projects_by_municipality() -> dict[str, int]:
    """`{Belfiore code: cards}` of every municipality with a card."""
    return totals("municipality")
