"""What the desk's dashboard draws: each figure is a table of words and numbers, worked out from live data.

The number of queries is the same for one project and for a million; what can be summed by the database is.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

from django.conf import settings
from django.db.models import Case, Count, IntegerField, Min, Q, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest, TruncMonth
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.models import Adhesion, Territory, TerritoryBoundary
from projects.areas import AREAS
from projects.completeness import REQUIRED, WORTH_ADDING
from projects.models import Card, ErrorReport, Project, Submission
from projects.portfolio import totals
from projects.vocabulary import Stage
from projects.workflow import Status

# Days since a card was last known to hold: up to 90, 180, 365, more.
AGES = (90, 180, 365)
BANDS = 5


@dataclass(frozen=True)
class Gap:
    """Something a public card should tell before it leaves for the national registry."""

    key: str
    label: str
    lacking: Q


GAPS = (
    Gap("costo", gettext_lazy("Senza costo totale"), Q(total_cost=None)),
    Gap("inizio", gettext_lazy("Senza data di inizio"), Q(year_from=None)),
    Gap("soluzione", gettext_lazy("Senza la soluzione"), Q(project__solution="")),
)


@dataclass
class Table:
    """One chart and its table: `rows` are lists as long as `header`, the first cell the words.

    Bars show the numbers of column `drawn`, as percentages of the largest.
    """

    key: str
    title: str
    header: list[str]
    rows: list[list]
    drawn: int = 1
    money: tuple[int, ...] = ()
    is_by_month: bool = False
    bars: list[int] = field(init=False)

    def __post_init__(self):
        most = max((row[self.drawn] or 0 for row in self.rows), default=0)
        self.bars = [
            round(100 * float(row[self.drawn] or 0) / float(most)) if most else 0 for row in self.rows
        ]

    @property
    def lines(self) -> list[dict]:
        """`[{label, cells: [{name, value, is_money, bar, top}]}]` for the template."""
        return [
            {
                "label": row[0],
                "cells": [
                    {
                        "name": self.header[column],
                        "value": value,
                        "is_money": column in self.money,
                        "bar": bar if column == self.drawn else None,
                        "top": 100 - bar,
                    }
                    for column, value in enumerate(row[1:], 1)
                ],
            }
            for row, bar in zip(self.rows, self.bars, strict=True)
        ]


def lacking(key: str):
    """The public cards that miss one thing."""
    gap = next(gap for gap in GAPS if gap.key == key)
    return Card.objects.current().filter(gap.lacking)


def readiness() -> dict:
    """Public cards, those with nothing missing and, of each gap, how many: one query."""
    nothing = Q()
    for gap in GAPS:
        nothing |= gap.lacking
    wanted = {gap.key: Count("pk", filter=gap.lacking) for gap in GAPS}
    found = Card.objects.current().aggregate(total=Count("pk"), unready=Count("pk", filter=nothing), **wanted)
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


def last_months(count: int, today: date | None = None) -> list[date]:
    """The first days of the last months, this one last."""
    day = (today or timezone.localdate()).replace(day=1)
    found = [day]
    while len(found) < count:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found[::-1]


def month_name(day: date) -> str:
    return date_format(day, "M Y")


def received_by_month(count: int) -> Table:
    """Sendings of each of the last months, from the oldest."""
    months = last_months(count)
    first = timezone.make_aware(timezone.datetime(months[0].year, months[0].month, 1))
    sent = Submission.objects.filter(submitted_at__gte=first).annotate(month=TruncMonth("submitted_at"))
    found = {row["month"].date(): row["n"] for row in sent.values("month").annotate(n=Count("pk"))}
    rows = [[month_name(month), found.get(month, 0)] for month in months]
    return Table("ricevute", _("Schede ricevute"), [_("Mese"), _("Schede")], rows, is_by_month=True)


def headline() -> dict:
    """Cards, money, municipalities reached of those of the metropolitan city, reports that wait."""
    money = Card.objects.current().aggregate(
        cards=Count("pk"), cost=Sum("total_cost"), told=Count("total_cost")
    )
    town_codes = set(home_towns().values_list("code", flat=True))
    reports = ErrorReport.objects.filter(status=ErrorReport.Status.RECEIVED)
    return {
        **money,
        "untold": money["cards"] - money["told"],
        "towns": len(town_codes),
        "reached": len(town_codes & totals("municipality").keys()),
        "home": Territory.objects.provinces().filter(code=settings.HOME_PROVINCE).first(),
        **reports.aggregate(reports=Count("pk"), oldest_report=Min("created_at")),
    }


def home_towns():
    """Municipalities of today of the observatory's own metropolitan city."""
    return Territory.objects.municipalities().current().in_province(settings.HOME_PROVINCE)


def by_status() -> Table:
    found = dict(
        Project.objects.filter(deleted_at=None).values_list("status").annotate(n=Count("pk")).order_by()
    )
    rows = [[label, found.get(value, 0)] for value, label in Status.choices]
    return Table("stati", _("Schede per stato di lavorazione"), [_("Stato"), _("Schede")], rows)


def by_stage() -> Table:
    found = dict(Card.objects.current().values_list("stage").annotate(n=Count("pk")).order_by())
    rows = [[label, found.get(value, 0)] for value, label in Stage.choices]
    return Table(
        "avanzamento",
        _("Progetti per stato di avanzamento"),
        [_("Stato di avanzamento"), _("Progetti")],
        rows,
    )


def by_area() -> Table:
    """Of each main area: projects, euro told, projects that told no cost."""
    counted = {"n": Count("pk"), "cost": Sum("total_cost"), "told": Count("total_cost")}
    found = {row["primary_area"]: row for row in _grouped("primary_area", counted)}
    rows = []
    for area in AREAS:
        row = found.get(area.key, {"n": 0, "cost": None, "told": 0})
        rows.append([str(area.name), row["n"], row["cost"], row["n"] - row["told"]])
    header = [_("Area principale"), _("Progetti"), _("Costo comunicato"), _("Senza costo")]
    return Table("aree", _("Progetti e denaro per area"), header, rows, money=(2,))


def _grouped(name: str, counted: dict):
    return Card.objects.current().values(name).annotate(**counted).order_by()


def by_age() -> Table:
    """How long ago public cards were published or confirmed."""
    now = timezone.now()
    held = Greatest("published_at", Coalesce("project__confirmed_at", "published_at"))
    edges = [None, *(now - timedelta(days=days) for days in AGES), None]
    wanted = {}
    for number, (newest, oldest) in enumerate(pairwise(edges)):
        within = Q(**{"held__lte": newest} if newest else {}) & Q(**{"held__gt": oldest} if oldest else {})
        wanted[f"band{number}"] = Count("pk", filter=within)
    found = Card.objects.current().annotate(held=held).aggregate(**wanted)
    labels = [_("fino a 3 mesi"), _("da 3 a 6 mesi"), _("da 6 a 12 mesi"), _("più di un anno")]
    rows = [[label, found[f"band{number}"]] for number, label in enumerate(labels)]
    return Table("freschezza", _("Da quando le schede sono confermate"), [_("Età"), _("Schede")], rows)


def filled(name: str) -> Q:
    """Whether a field of the working copy is filled, as projects.completeness sees it."""
    if name == "total_cost":
        return Q(total_cost__isnull=False) | Q(cost_unknown=True)
    if name in ("lead_municipality", "promoter"):
        return Q(**{f"{name}__isnull": False})
    return ~Q(**{name: [] if name == "technologies" else ""})


def completeness_in_database():
    """Sum of the weights of what is filled: two for required fields, one for those worth adding."""
    weights = dict.fromkeys(WORTH_ADDING, 1) | dict.fromkeys(REQUIRED, 2)
    parts = [
        Case(When(filled(name), then=Value(weight)), default=Value(0), output_field=IntegerField())
        for name, weight in weights.items()
    ]
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def by_completeness() -> Table:
    """Published projects by percentage of completeness, in fifths."""
    whole = 2 * len(REQUIRED) + len(WORTH_ADDING)
    projects = Project.objects.filter(cards__is_current=True).annotate(weight=completeness_in_database())
    found = Counter()
    for weight, count in projects.values_list("weight").annotate(n=Count("pk")).order_by():
        found[min(BANDS - 1, round(100 * weight / whole) * BANDS // 100)] += count
    rows = [[_band_name(number), found[number]] for number in range(BANDS)]
    return Table(
        "completezza", _("Quanto sono complete le schede pubbliche"), [_("Completezza"), _("Schede")], rows
    )


def _band_name(number: int) -> str:
    first, last = 100 * number // BANDS, 100 * (number + 1) // BANDS
    return f"{first}–{last if last == 100 else last - 1}%"


def adhesions_by_month(count: int = 12) -> Table:
    """Requests that came and adhesions accepted in each of the last months."""
    months = last_months(count)
    first = timezone.make_aware(timezone.datetime(months[0].year, months[0].month, 1))
    came = Counter(
        timezone.localdate(at).replace(day=1)
        for at in Adhesion.objects.filter(created_at__gte=first).values_list("created_at", flat=True)
    )
    taken = Counter(
        timezone.localdate(at).replace(day=1)
        for at in Adhesion.objects.filter(status=Adhesion.Status.ACCEPTED, decided_at__gte=first).values_list(
            "decided_at", flat=True
        )
    )
    rows = [[month_name(month), came[month], taken[month]] for month in months]
    header = [_("Mese"), _("Richieste"), _("Adesioni accolte")]
    return Table("adesioni", _("Adesioni mese per mese"), header, rows, is_by_month=True)


def adhesion_map() -> dict | None:
    """Municipalities of the metropolitan city by how far their adhesion is; None without borders.

    `{view_box, shapes: [{path, name, state}], rows: [(name, state in words)], counts}`; a body that
    asked more than once counts once, by its best answer.
    """
    towns = home_towns().order_by("name")
    shapes = dict(TerritoryBoundary.objects.filter(territory__in=towns).values_list("territory", "svg_path"))
    state = _adhesion_states(towns)
    frame = TerritoryBoundary.objects.filter(
        territory__code=settings.HOME_PROVINCE, territory__level=Territory.Level.PROVINCE
    ).first()
    if not (frame and shapes):
        return None
    found = list(towns.values_list("pk", "name"))
    names = {"accepted": _("Ha aderito"), "received": _("Richiesta da esaminare"), "": _("Non ha aderito")}
    counts = Counter(state.get(pk, "") for pk, _name in found)
    return {
        "view_box": _view_box(frame),
        "shapes": [
            {"path": shapes[pk], "state": state.get(pk, "none")} for pk, _name in found if pk in shapes
        ],
        "rows": [(name, names[state[pk]]) for pk, name in found if pk in state],
        "counts": [(key or "none", names[key], counts[key]) for key in names],
    }


def _adhesion_states(towns) -> dict[int, str]:
    wanted = [Adhesion.Status.RECEIVED, Adhesion.Status.ACCEPTED]
    asked = Adhesion.objects.filter(municipality__in=towns, kind="municipality", status__in=wanted)
    state = {}
    for town, status in asked.values_list("municipality", "status"):
        if state.get(town) != Adhesion.Status.ACCEPTED:
            state[town] = status
    return state


def _view_box(frame: TerritoryBoundary) -> str:
    margin = (frame.max_x - frame.min_x) * 0.02
    numbers = (
        frame.min_x - margin,
        frame.min_y - margin,
        frame.max_x - frame.min_x + 2 * margin,
        frame.max_y - frame.min_y + 2 * margin,
    )
    return " ".join(f"{value:.1f}" for value in numbers)


def review_times(count: int = 12) -> Table:
    """Median days between sending and decision, by the month of the decision."""
    months = last_months(count)
    first = timezone.make_aware(timezone.datetime(months[0].year, months[0].month, 1))
    decided = Submission.objects.filter(decided_at__gte=first).exclude(outcome=Submission.Outcome.RECALLED)
    spans = {month: [] for month in months}
    for start, end in decided.values_list("submitted_at", "decided_at"):
        spans[timezone.localdate(end).replace(day=1)].append((end - start).total_seconds() / 86400)
    rows = [
        [month_name(month), round(median(days), 1) if days else None, len(days)]
        for month, days in spans.items()
    ]
    header = [_("Mese"), _("Giorni, valore mediano"), _("Decisioni")]
    return Table("tempi", _("Tempi di revisione"), header, rows, is_by_month=True)


TABLES = {
    "stati": by_status,
    "avanzamento": by_stage,
    "aree": by_area,
    "freschezza": by_age,
    "completezza": by_completeness,
    "adesioni": adhesions_by_month,
    "tempi": review_times,
    "ricevute": lambda: received_by_month(12),
}
