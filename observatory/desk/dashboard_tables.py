"""The tables of the desk's dashboard, computed by the database from live data.

The number of queries does not depend on the number of projects.
"""

from collections import Counter
from datetime import timedelta
from itertools import pairwise

from django.conf import settings
from django.db.models import Count, Min, Q
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from cards.models import Edition
from cards.search.totals import cost_sums, parts_within, sums_without, totals
from cards.vocabulary.areas import AREAS
from cards.vocabulary.lists import Stage
from feedback.models import ErrorReport
from lib.chart_table import Table, last_months, month_name
from municipalities.models import Territory, TerritoryBoundary
from projects.desk.tables import by_completeness, by_status, received_by_month, review_times
from protocols.models import Adhesion
from protocols.workflow import Status

# Days since a card was published or confirmed: up to 90, 180, 365, more.
AGES = (90, 180, 365)


def headline() -> dict:
    """Cards, costs, municipalities with a card of those of the metropolitan city, open reports."""
    money = cost_sums(Edition.objects.current())
    town_codes = set(home_municipalities().values_list("code", flat=True))
    reports = ErrorReport.objects.filter(status=ErrorReport.Status.RECEIVED)
    return {
        **money,
        "untold": money["cards"] - money["known"],
        "municipalities": len(town_codes),
        "reached": len(town_codes & totals("municipality").keys()),
        "home": Territory.objects.provinces().filter(code=settings.HOME_PROVINCE).first(),
        **reports.aggregate(reports=Count("pk"), oldest_report=Min("created_at")),
    }


def home_municipalities():
    """Municipalities in force of settings.HOME_PROVINCE."""
    return Territory.objects.municipalities().current().in_province(settings.HOME_PROVINCE)


def by_stage() -> Table:
    counts = dict(Edition.objects.current().values_list("stage").annotate(n=Count("pk")).order_by())
    rows = [[label, counts.get(value, 0)] for value, label in Stage.choices]
    return Table(
        "avanzamento",
        _("Progetti per stato di avanzamento"),
        [_("Stato di avanzamento"), _("Progetti")],
        rows,
    )


def by_area() -> Table:
    """Of each main area: projects, sum of the known costs, projects without cost."""
    counted = sums_without(parts_within(Edition.objects.current()))
    totals_of = {row["primary_area"]: row for row in _grouped("primary_area", counted)}
    rows = []
    for area in AREAS:
        row = totals_of.get(area.key, {"cards": 0, "cost": None, "known": 0})
        rows.append([str(area.name), row["cards"], row["cost"], row["cards"] - row["known"]])
    header = [_("Area principale"), _("Progetti"), _("Costo comunicato"), _("Senza costo")]
    return Table("aree", _("Progetti e denaro per area"), header, rows, money=(2,))


def _grouped(name: str, counted: dict):
    return Edition.objects.current().values(name).annotate(**counted).order_by()


def by_age() -> Table:
    """Current cards by the time since they were published or confirmed."""
    now = timezone.now()
    held = Greatest("published_at", Coalesce("record__confirmed_at", "published_at"))
    edges = [None, *(now - timedelta(days=days) for days in AGES), None]
    bands = {}
    for number, (newest, oldest) in enumerate(pairwise(edges)):
        within = Q(**{"held__lte": newest} if newest else {}) & Q(**{"held__gt": oldest} if oldest else {})
        bands[f"band{number}"] = Count("pk", filter=within)
    counts = Edition.objects.current().annotate(held=held).aggregate(**bands)
    labels = [_("fino a 3 mesi"), _("da 3 a 6 mesi"), _("da 6 a 12 mesi"), _("più di un anno")]
    rows = [[label, counts[f"band{number}"]] for number, label in enumerate(labels)]
    return Table("freschezza", _("Da quando le schede sono confermate"), [_("Età"), _("Schede")], rows)


def adhesions_by_month(count: int = 12) -> Table:
    """Requests received and adhesions accepted in each of the last months."""
    months = last_months(count)
    first = timezone.make_aware(timezone.datetime(months[0].year, months[0].month, 1))
    received = Counter(
        timezone.localdate(at).replace(day=1)
        for at in Adhesion.objects.filter(created_at__gte=first).values_list("created_at", flat=True)
    )
    accepted = Counter(
        timezone.localdate(at).replace(day=1)
        for at in Adhesion.objects.accepted()
        .filter(decided_at__gte=first)
        .values_list("decided_at", flat=True)
    )
    rows = [[month_name(month), received[month], accepted[month]] for month in months]
    header = [_("Mese"), _("Richieste"), _("Adesioni accolte")]
    return Table("adesioni", _("Adesioni mese per mese"), header, rows, is_by_month=True)


def adhesion_map() -> dict | None:
    """Municipalities of the metropolitan city by the state of their adhesion; None without boundaries.

    `{view_box, shapes: [{path, state}], rows: [(name, label of state)], counts: [(state, label, number)]}`;
    of several requests of one body the accepted one counts.
    """
    home = home_municipalities().order_by("name")
    shapes = dict(TerritoryBoundary.objects.filter(territory__in=home).values_list("territory", "svg_path"))
    state = _adhesion_states(home)
    frame = TerritoryBoundary.objects.filter(
        territory__code=settings.HOME_PROVINCE, territory__level=Territory.Level.PROVINCE
    ).first()
    if not (frame and shapes):
        return None
    municipalities = list(home.values_list("pk", "name"))
    names = {"accepted": _("Ha aderito"), "received": _("Richiesta da esaminare"), "": _("Non ha aderito")}
    counts = Counter(state.get(pk, "") for pk, _name in municipalities)
    return {
        "view_box": _view_box(frame),
        "shapes": [
            {"path": shapes[pk], "state": state.get(pk, "none")}
            for pk, _name in municipalities
            if pk in shapes
        ],
        "rows": [(name, names[state[pk]]) for pk, name in municipalities if pk in state],
        "counts": [(key or "none", names[key], counts[key]) for key in names],
    }


def _adhesion_states(home) -> dict[int, str]:
    statuses = [Status.RECEIVED, Status.ACCEPTED]
    adhesions = Adhesion.objects.filter(municipality__in=home, kind="municipality", status__in=statuses)
    state = {}
    for municipality, status in adhesions.values_list("municipality", "status"):
        if state.get(municipality) != Status.ACCEPTED:
            state[municipality] = status
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
