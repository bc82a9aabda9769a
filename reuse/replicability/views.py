"""The ranking by replicability: the first hundred, with the reader's weights, as page, CSV, XLSX, JSON."""

from collections.abc import Iterator
from dataclasses import dataclass

import orjson
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from cards.models import Edition
from cards.presentation.context import list_item
from cards.vocabulary.areas import AREA_BY_SLUG, AREAS
from cards.vocabulary.bands import BAND_NAMES
from lib.tables.writers import CSV, XLSX, csv_lines, xlsx
from reuse.criteria import CRITERIA, EQUAL, PRESET_NAMES, PRESETS, RATER_NAMES
from reuse.models import RankingRelease, Standing
from reuse.ranking import (
    CITY_SIZES,
    FIRST,
    BadWeights,
    Placed,
    Weighting,
    position_changes,
    ranked,
    read_weights,
)
from reuse.reads.standing import entries

WEIGHT_PREFIX = "peso_"
COLUMNS = (
    "position",
    "code",
    "title",
    "municipality",
    "area",
    "score",
    "band",
    "rater",
    "rated_on",
    "ratings",
    "kit_completeness",
    "adoptions",
    "change",
    "is_demonstration",
)


@dataclass(frozen=True)
class Choice:
    """The parsed query string; `problems` are the messages about parameters that were ignored."""

    weighting: Weighting
    area: str
    size: str
    problems: list[str]

    @property
    def is_whole(self) -> bool:
        """Whether it is the ranking that releases store: default weights, no filter."""
        return self.weighting.preset == EQUAL and not (self.area or self.size)


def read_choice(params: QueryDict) -> Choice:
    """Parse `preset`, `pesi`, `area`, `dimensione`. Parameters that cannot be read are ignored."""
    problems = []
    try:
        weighting = read_weights(params.get("preset", ""), params.get("pesi", ""))
    except BadWeights as error:
        problems.append(str(error))
        weighting = Weighting(EQUAL, PRESETS[EQUAL])
    slug, size = params.get("area", ""), params.get("dimensione", "")
    if slug and slug not in AREA_BY_SLUG:
        problems.append(_("Questa area non esiste: le vedi tutte"))
        slug = ""
    if size and size not in {key for key, _most, _name in CITY_SIZES}:
        problems.append(_("Questa dimensione non esiste: vedi tutti i Comuni"))
        size = ""
    return Choice(weighting, AREA_BY_SLUG[slug].key if slug else "", size, problems)


@require_safe
def ranking(request):
    """The first hundred; `formato=csv|xlsx|json` returns the same rows as a file.

    Fields `peso_<criterion>` of the form are redirected to the one parameter `pesi`, which can be shared.
    """
    if any(name.startswith(WEIGHT_PREFIX) for name in request.GET):
        return redirect(f"{request.path}?{_with_own_weights(request.GET).urlencode()}")
    choice = read_choice(request.GET)
    rows, release, total = _rows(choice)
    if writer := {"csv": _csv, "xlsx": _xlsx, "json": _json}.get(request.GET.get("formato", "")):
        return writer(rows, choice)
    params = QueryDict(mutable=True)
    params.update(
        {k: v for k, v in request.GET.items() if k in ("preset", "pesi", "area", "dimensione") and v}
    )
    context = {
        "rows": rows,
        "total": total,
        "first": FIRST,
        "choice": choice,
        "release": release,
        "areas": AREAS,
        "sizes": [(key, name) for key, _most, name in CITY_SIZES],
        "presets": list(PRESET_NAMES.items()),
        "weights": [(c, f"{float(100 * choice.weighting.weights[c.key]):.4g}") for c in CRITERIA],
        "base": params.urlencode(),
        "formats": ("CSV", "XLSX", "JSON"),
    }
    return render(request, "reuse/ranking.html", context)


def _with_own_weights(params: QueryDict) -> QueryDict:
    """The parameters of a form with own weights, as one `pesi`; empty fields weigh 0."""
    weights = {
        n.removeprefix(WEIGHT_PREFIX): v.strip().replace(",", ".")
        for n, v in params.items()
        if n.startswith(WEIGHT_PREFIX)
    }
    result = QueryDict(mutable=True)
    result.update({name: value for name, value in params.items() if name in ("area", "dimensione") and value})
    result["pesi"] = ",".join(f"{key}:{value}" for key, value in weights.items() if value)
    return result


def _rows(choice: Choice) -> tuple[list[dict], RankingRelease | None, int]:
    """`(rows of the page, release they are compared with, number of ranked projects)`."""
    all_placed = ranked(entries(area=choice.area, size=choice.size), choice.weighting.weights)
    release = RankingRelease.objects.order_by("-made_at", "-pk").first() if choice.is_whole else None
    first = all_placed[:FIRST]
    codes = [place.entry.code for place in first]
    cards = {
        c.code: c for c in Edition.objects.current().filter(code__in=codes).defer("document", "search_text")
    }
    standings = {
        s.record_id: s for s in Standing.objects.filter(pk__in=[c.record_id for c in cards.values()])
    }
    before = {code: position for code, position, _score in release.places} if release else {}
    changes = (
        position_changes({place.entry.code: place.position for place in first}, before) if release else {}
    )
    rows = [
        _row(place, cards[place.entry.code], standings[cards[place.entry.code].record_id], changes)
        for place in first
    ]
    return rows, release, len(all_placed)


def _row(place: Placed, card: Edition, standing: Standing, changes: dict) -> dict:
    return {
        "position": place.position,
        "item": list_item(card),
        "score": place.score,
        "band": place.score.band,
        "band_label": BAND_NAMES[place.score.band],
        "rater": standing.rater,
        "rater_name": RATER_NAMES[standing.rater],
        "rated_on": standing.rated_on,
        "is_demonstration": standing.is_demonstration,
        "change": change_label(changes[card.code]) if card.code in changes else "",
    }


def change_label(places: int | None) -> str:
    """The change of position since the last release (ranking.position_changes) as text with an arrow."""
    if places is None:
        return _("Nuovo")
    if places == 0:
        return _("Invariato")
    if places > 0:
        return "▲ " + ngettext("Sale di %(n)s posto", "Sale di %(n)s posti", places) % {"n": places}
    return "▼ " + ngettext("Scende di %(n)s posto", "Scende di %(n)s posti", -places) % {"n": -places}


def _file_row(row: dict) -> dict:
    item, score = row["item"], row["score"]
    municipality = item["lead_municipality"]
    return {
        "position": row["position"],
        "code": item["code"],
        "title": item["title"],
        "municipality": municipality and municipality["name"],
        "area": item["primary_area"],
        "score": float(score.score),
        "band": score.band,
        "rater": row["rater"],
        "rated_on": row["rated_on"].isoformat(),
        "ratings": score.rated,
        "kit_completeness": float(score.kit_completeness),
        "adoptions": score.adoptions,
        "change": row["change"],
        "is_demonstration": row["is_demonstration"],
    }


def _table(rows: list[dict]) -> Iterator[list]:
    for row in rows:
        flat = _file_row(row)
        yield [str(flat[name]).lower() if name == "is_demonstration" else flat[name] for name in COLUMNS]


def _csv(rows: list[dict], choice: Choice) -> HttpResponse:
    response = HttpResponse("".join(csv_lines(COLUMNS, _table(rows))), content_type=CSV)
    response["Content-Disposition"] = 'attachment; filename="replicabilita.csv"'
    return response


def _xlsx(rows: list[dict], choice: Choice) -> HttpResponse:
    response = HttpResponse(xlsx(_("Classifica"), COLUMNS, _table(rows)), content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="replicabilita.xlsx"'
    return response


def _json(rows: list[dict], choice: Choice) -> HttpResponse:
    body = {
        "preset": choice.weighting.preset or None,
        "weights": {key: float(weight) for key, weight in choice.weighting.weights.items()},
        "area": choice.area or None,
        "city_size": choice.size or None,
        "results": [_file_row(row) for row in rows],
    }
    return HttpResponse(
        orjson.dumps(body, option=orjson.OPT_INDENT_2), content_type="application/json; charset=utf-8"
    )
