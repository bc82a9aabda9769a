"""«Confronta»: any number of projects side by side, within reason; the URL is the comparison."""

from collections.abc import Iterable

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from projects.compare.comparing import CRITERIA, MOST, Compared, Opinion, Row, compared, opinion, rows
from projects.fit.readers import MAX_WEIGHT, read_reader
from projects.models import Card
from projects.presentation import list_item
from projects.search import ProjectQuery, find
from projects.sheets import CSV, csv_lines

FOUND = 8


@require_safe
def compare(request):
    """Projects named by `p` (slug or code), with the words of `cerca` found as candidates to add.

    Context: `columns` [{project, without}], `rows`, `opinion`, `weights`, `reader`, `candidates`, `problems`.
    """
    wanted = list(dict.fromkeys(key.strip() for key in request.GET.getlist("p") if key.strip()))
    cards, problems = _cards(wanted)
    reader = read_reader(request.GET)
    weights, unread = read_weights(request.GET)
    projects = compared(cards, reader.town) if len(cards) > 1 else []
    shown = rows(projects)
    second = opinion(projects, weights) if projects else None
    if projects and request.GET.get("formato") == "csv":
        return _file(projects, shown, second)
    only = request.GET.get("solo") == "differenze"
    context = {
        "reader": reader,
        "chosen": [{"item": list_item(card), "without": _url(request.GET, drop=card)} for card in cards],
        "projects": projects,
        "rows": [(row, _cells(row, projects)) for row in shown if row.differs or not only],
        "only_differences": only,
        "other_view": _url(request.GET, solo="" if only else "differenze"),
        "opinion": second and _places(projects, second),
        "weights": [(c, int(weights[c.key])) for c in CRITERIA if c.key != "fit" or reader.town],
        "steps": range(MAX_WEIGHT + 1),
        "problems": problems + unread,
        "candidates": _candidates(request.GET, cards),
        "text": request.GET.get("cerca", "")[:200],
        "csv_url": _url(request.GET, formato="csv"),
        "most": MOST,
        "is_full": len(cards) >= MOST,
    }
    return render(request, "projects/compare.html", context)


def _cards(wanted: list[str]) -> tuple[list[Card], list[str]]:
    """Current cards in the order asked for, at most MOST, and what could not be shown. Two queries."""
    problems = []
    wanted = wanted[: 4 * MOST]
    by_slug = {card.slug: card for card in Card.objects.current().filter(slug__in=wanted)}
    codes = [key.upper() for key in wanted]
    by_code = {card.code: card for card in Card.objects.current().filter(code__in=codes)}
    found = [(key, by_slug.get(key) or by_code.get(key.upper())) for key in wanted]
    for key, card in found:
        if card is None:
            problems.append(_("Il progetto «%(key)s» non c’è o è stato ritirato") % {"key": key[:80]})
    cards = list({card.pk: card for _key, card in found if card}.values())
    if len(cards) > MOST:
        problems.append(
            _("Si confrontano al massimo %(most)s progetti, perché la tabella resti leggibile: vedi i primi")
            % {"most": MOST}
        )
    return cards[:MOST], problems


def read_weights(params: QueryDict) -> tuple[dict[str, float], list[str]]:
    """`{criterion: 0..3}`, 1 where nothing is told; F counts only when the reader told a municipality."""
    weights, problems = {criterion.key: 1.0 for criterion in CRITERIA}, []
    for criterion in CRITERIA:
        raw = params.get(criterion.parameter, "")
        if raw in ("0", "1", "2", "3"):
            weights[criterion.key] = float(raw)
        elif raw:
            problems.append(
                _("Il peso di %(name)s va da 0 a %(most)s: ho usato 1")
                % {"name": criterion.label, "most": MAX_WEIGHT}
            )
    if not params.get("comune"):
        weights["fit"] = 0.0
    return weights, problems


def _url(params: QueryDict, drop: Card | None = None, **changes: str) -> str:
    """The query string of this comparison with something changed, or one project fewer."""
    params = params.copy()
    for name in ("cerca", "formato"):
        params.pop(name, None)
    if drop:
        params.setlist("p", [key for key in params.getlist("p") if key not in (drop.slug, drop.code)])
    for name, value in changes.items():
        params.pop(name, None)
        if value:
            params[name] = value
    return params.urlencode()


def _candidates(params: QueryDict, cards: Iterable[Card]) -> list[dict]:
    """Projects found by the words of `cerca`, or the newest, without those compared already."""
    text = params.get("cerca", "").replace("\x00", " ").strip()[:200]
    chosen = {card.pk for card in cards}
    found = [card for card in find(ProjectQuery(text))[: FOUND + len(chosen)] if card.pk not in chosen]
    kept = params.copy()
    kept.pop("cerca", None)
    base = kept.urlencode()
    return [{"item": list_item(card), "with": f"{base}&p={card.slug}".lstrip("&")} for card in found[:FOUND]]


def _cells(row: Row, projects: list[Compared]) -> list[tuple[str, Compared]]:
    """Each value with its project, whose title it bears on narrow screens."""
    return list(zip(row.values, projects, strict=True))


def _places(projects: list[Compared], second: Opinion) -> dict:
    order = sorted(
        zip(second.places, second.closeness, projects, strict=True), key=lambda row: (row[0], row[2].title)
    )
    return {
        "rows": [{"place": p, "closeness": round(c, 3), "project": project} for p, c, project in order],
        "used": second.used,
        "left_out": second.left_out,
    }


def _file(projects: list[Compared], shown: list[Row], second: Opinion | None) -> HttpResponse:
    head = [_("Voce"), *(project.title for project in projects)]
    table = [[_("Codice"), *(project.document["code"] for project in projects)]]
    table += [[row.label, *row.values] for row in shown]
    if second:
        table.append([_("Secondo parere (TOPSIS)"), *(round(value, 3) for value in second.closeness)])
    answer = HttpResponse("".join(csv_lines(head, table)), content_type=CSV)
    answer["Content-Disposition"] = 'attachment; filename="confronto.csv"'
    return answer
