"""«Confronta»: any number of projects side by side, within reason; the URL is the comparison."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import orjson
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from cards.models import Edition
from cards.presentation.context import list_item
from cards.search.query import ProjectQuery, find
from lib.tables.writers import CSV, XLSX, csv_lines, xlsx
from municipalities.models import Territory
from suitability.compare.comparing import (
    CRITERIA,
    MOST,
    Compared,
    Opinion,
    Row,
    compared,
    opinion,
    rows,
    verdict,
)
from suitability.reader_forms import MAX_WEIGHT, read_reader

MAX_CANDIDATES, MAX_PROBLEMS = 8, 5
FORMATS, JSON = ("csv", "xlsx", "json"), "application/json; charset=utf-8"


@dataclass(frozen=True)
class Content:
    """What a file of the comparison holds."""

    projects: list[Compared]
    rows: list[Row]
    opinion: Opinion | None
    weights: Mapping[str, float]
    municipality: Territory | None


@require_safe
def compare(request):
    """Projects named by `p` (slug or code), with the words of `cerca` found as candidates to add.

    Context: `columns` [{project, without}], `rows`, `opinion`, `weights`, `reader`, `candidates`, `problems`.
    """
    wanted = list(dict.fromkeys(key.strip() for key in request.GET.getlist("p") if key.strip()))
    cards, problems = _cards(wanted)
    reader = read_reader(request.GET)
    weights, unread = read_weights(request.GET)
    projects = compared(cards, reader.municipality) if len(cards) > 1 else []
    shown = rows(projects)
    ranking = opinion(projects, weights) if projects else None
    only = request.GET.get("solo") == "differenze"
    shown = [row for row in shown if row.differs or not only]
    if projects and (suffix := request.GET.get("formato")) in FORMATS:
        return _file(suffix, Content(projects, shown, ranking, weights, reader.municipality))
    context = {
        "reader": reader,
        "chosen": [{"item": list_item(card), "without": _url(request.GET, drop=card)} for card in cards],
        "projects": projects,
        "rows": [(row, _cells(row, projects)) for row in shown],
        "only_differences": only,
        "other_view": _url(request.GET, solo="" if only else "differenze"),
        "verdict": verdict(projects),
        "is_weighted": any(criterion.parameter in request.GET for criterion in CRITERIA),
        "opinion": ranking and _places(projects, ranking),
        "weights": [(c, int(weights[c.key])) for c in CRITERIA if c.key != "fit" or reader.municipality],
        "steps": range(MAX_WEIGHT + 1),
        "problems": problems + unread,
        "candidates": _candidates(request.GET, cards),
        "text": request.GET.get("cerca", "")[:200],
        "files": [(suffix.upper(), _url(request.GET, formato=suffix)) for suffix in FORMATS],
        "most": MOST,
        "is_full": len(cards) >= MOST,
    }
    return render(request, "suitability/compare.html", context)


def _cards(wanted: list[str]) -> tuple[list[Edition], list[str]]:
    """Current cards in the order asked for, at most MOST, and what could not be shown. Two queries."""
    problems = []
    wanted = wanted[: 4 * MOST]
    by_slug = {card.slug: card for card in Edition.objects.current().filter(slug__in=wanted)}
    codes = [key.upper() for key in wanted]
    by_code = {card.code: card for card in Edition.objects.current().filter(code__in=codes)}
    found = [(key, by_slug.get(key) or by_code.get(key.upper())) for key in wanted]
    missing = [key for key, card in found if card is None]
    for key in missing[:MAX_PROBLEMS]:
        problems.append(_("Il progetto «%(key)s» non c’è o è stato ritirato") % {"key": key[:80]})
    if more := len(missing[MAX_PROBLEMS:]):
        rest = ngettext("E un altro non c’è.", "E altri %(n)s non ci sono.", more)
        problems.append(rest % {"n": more})
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


def _url(params: QueryDict, drop: Edition | None = None, **changes: str) -> str:
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


def _candidates(params: QueryDict, cards: Iterable[Edition]) -> list[dict]:
    """Projects found by the words of `cerca`, or the newest, without those compared already."""
    text = params.get("cerca", "").replace("\x00", " ").strip()[:200]
    chosen = {card.pk for card in cards}
    found = [
        card for card in find(ProjectQuery(text))[: MAX_CANDIDATES + len(chosen)] if card.pk not in chosen
    ]
    others = params.copy()
    others.pop("cerca", None)
    base = others.urlencode()
    return [
        {"item": list_item(card), "with": f"{base}&p={card.slug}".lstrip("&")}
        for card in found[:MAX_CANDIDATES]
    ]


def _cells(row: Row, projects: list[Compared]) -> list[tuple[str, Compared]]:
    """Each value with its project, whose title it bears on narrow screens."""
    return list(zip(row.values, projects, strict=True))


def _places(projects: list[Compared], ranking: Opinion) -> dict:
    order = sorted(
        zip(ranking.places, ranking.closeness, projects, strict=True), key=lambda row: (row[0], row[2].title)
    )
    return {
        "rows": [{"place": p, "closeness": round(c, 3), "project": project} for p, c, project in order],
        "used": ranking.used,
        "left_out": ranking.left_out,
    }


def _file(suffix: str, content: Content) -> HttpResponse:
    if suffix == "json":
        body, media_type = orjson.dumps(_json_content(content), option=orjson.OPT_INDENT_2), JSON
    else:
        head = [_("Voce"), *(project.title for project in content.projects)]
        is_xlsx = suffix == "xlsx"
        body = (
            xlsx(_("Confronto"), head, _lines(content))
            if is_xlsx
            else "".join(csv_lines(head, _lines(content)))
        )
        media_type = XLSX if is_xlsx else CSV
    answer = HttpResponse(body, content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="confronto.{suffix}"'
    return answer


def _lines(content: Content) -> Iterator[list]:
    """One line a row of the page, the second opinion, then the weights it rests on."""
    yield [_("Codice"), *(project.document["code"] for project in content.projects)]
    for row in content.rows:
        yield [row.label, *row.values]
    if content.opinion:
        yield [_("Secondo parere (TOPSIS)"), *(round(value, 3) for value in content.opinion.closeness)]
        for criterion in content.opinion.used:
            yield [_("Peso: %(name)s") % {"name": criterion.label}, content.weights[criterion.key]]


def _json_content(content: Content) -> dict:
    """The same as JSON: projects with R, F and the second opinion in figures, rows in words."""
    closeness = content.opinion.closeness if content.opinion else [None] * len(content.projects)
    used = content.opinion.used if content.opinion else []
    return {
        "municipality": content.municipality and content.municipality.code,
        "weights": {criterion.key: content.weights[criterion.key] for criterion in used},
        "projects": [
            {
                "code": project.document["code"],
                "title": project.title,
                "replicability": _score(project),
                "is_demonstration": bool(project.standing and project.standing.is_demonstration),
                "fit": project.answer and _rounded(project.answer.fit.score, 4),
                "topsis": _rounded(close, 3),
            }
            for project, close in zip(content.projects, closeness, strict=True)
        ],
        "rows": [
            {"label": row.label, "differs": row.differs, "values": [value or None for value in row.values]}
            for row in content.rows
        ],
    }


def _score(project: Compared) -> float | None:
    score = project.standing and project.standing.score
    return None if score is None else float(score)


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
