"""Template context of cards: labels in the reader's language, amounts, periods, safe HTML."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

import orjson
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cards.presentation import charts
from cards.presentation.covers import cover_of
from cards.presentation.stages import stage_words
from cards.presentation.told import author_line, is_from_source, not_told
from cards.vocabulary.areas import AREA_BY_KEY
from cards.vocabulary.bands import BAND_NAMES, IN_EVALUATION
from cards.vocabulary.lists import (
    SDG_CHOICES,
    CostLine,
    DocumentType,
    FundingSource,
    IndicatorKind,
    Instrument,
    Kind,
    PartnerRole,
    Platform,
    Scale,
    Stage,
    TargetGroup,
    labels,
)
from lib.markdown import render_markdown

SDG_LABELS = dict(SDG_CHOICES)
# The most characters of each of the three texts in short.
BRIEF = 320
LESSONS = (
    "what_worked",
    "what_did_not",
    "success_conditions",
    "risks",
    "would_do_differently",
    "reuse_costs",
)


def card_context(document: Mapping, confirmed: str = "") -> dict:
    """Template context of a card, from a document of cards.document.read.read_document.

    `confirmed` is the day on which its body confirmed it. `card` is the document; beside it: areas, labels,
    `period`, Decimal amounts, `image`, `files` by type, and charts: `timeline`, bars of `funding` and
    `reuse_costs`; `measures`, the indicators by what they measure.
    """
    areas = [document["primary_area"], *document["other_areas"]]
    state = stage_words(document, confirmed)
    pictures = [d for d in document["documents"] if d["type"] == DocumentType.IMAGE]
    total = _money(document["total_cost"])
    funding = _money_rows(document["funding_lines"], FundingSource, "source")
    return {
        "card": document,
        "areas": [AREA_BY_KEY[key] for key in areas if key in AREA_BY_KEY],
        "title_has_acronym": (document["acronym"] or "").lower() in (document["title"] or "").lower(),
        "kind_label": _label(Kind, document["kind"]),
        "stage_label": _label(Stage, document["stage"]),
        "state": state,
        "author": author_line(document, confirmed),
        "is_from_source": is_from_source(document),
        "not_told": not_told(document, state),
        "brief": _brief(document),
        "cover": cover_of(document),
        "scale_label": _label(Scale, document["scale"]),
        "instrument_label": _label(Instrument, document["financing_instrument"]),
        "target_labels": [_label(TargetGroup, key) for key in document["target_groups"]],
        "platform_labels": [_label(Platform, key) for key in document["platforms"]],
        "sdg_labels": [SDG_LABELS.get(number, number) for number in document["sdgs"]],
        "period": period(document),
        "total_cost": total,
        "running_cost_per_year": _money(document["running_cost_per_year"]),
        "savings_per_year": _money(document["savings_per_year"]),
        "funding": charts.money_bars(funding, total),
        "uncovered": charts.uncovered(total, funding),
        "exceeding": charts.exceeding(total, funding),
        "reuse_costs": charts.money_bars(_money_rows(document["reuse_costs"], CostLine, "line")),
        "timeline": _timeline(document),
        "steps": _steps(document),
        "partners": [{**row, "label": _label(PartnerRole, row["role"])} for row in document["partners"]],
        "measures": _measures([_indicator(row) for row in document["indicators"]]),
        "has_resources": _has_resources(document),
        "has_lessons": any(document[key] for key in LESSONS),
        "description_html": render_markdown(document["description"]),
        "image": pictures[0] if pictures else None,
        "images": pictures,
        "files": _files(document["documents"]),
    }


def _money_rows(rows: list[Mapping], choices, key: str) -> list[dict]:
    return [{**row, "label": _label(choices, row[key]), "amount": _money(row["amount"])} for row in rows]


def _has_resources(document: Mapping) -> bool:
    keys = ("financing_instrument", "cost_note", "stage_reason", "funding_lines", "milestones")
    ends = [f"{end}_{kind}" for end in ("start", "end") for kind in ("planned", "actual")]
    return any(document[key] for key in (*keys, *ends, "running_cost_per_year", "savings_per_year"))


def _brief(document: Mapping) -> list[dict]:
    """Problem, solution and aim in short, `{title, text}`: none where one of them is too long for that."""
    rows = [
        {"title": _("Il problema"), "text": document["need"]},
        {"title": _("Che cosa si fa"), "text": document["solution"]},
        {"title": _("Che cosa si attende"), "text": document["objectives"]},
    ]
    rows = [row for row in rows if row["text"]]
    return rows if all(len(row["text"]) <= BRIEF for row in rows) else []


def _measures(rows: list[dict]) -> list[dict]:
    """The indicators by what they measure, `{title, rows}`: results first; of an older card, without kind."""
    titles = {
        IndicatorKind.RESULT: _("Che cosa è cambiato"),
        "": _("Indicatori"),
        IndicatorKind.OUTPUT: _("Che cosa è stato realizzato"),
        IndicatorKind.INPUT: _("Con quali risorse"),
    }
    groups = [
        (title, [row for row in rows if (row.get("kind") or "") == kind]) for kind, title in titles.items()
    ]
    return [{"title": title, "rows": found} for title, found in groups if found]


def _indicator(row: Mapping) -> dict:
    row = {**row, **{key: _money(row[key]) for key in ("baseline", "target", "value")}}
    return {**row, "progress": charts.progress(row)}


def _files(documents: list[Mapping]) -> list[dict]:
    """Documents with the label of their type, in the order of the list of types; images are left out."""
    order = list(DocumentType.values)
    files = [{**d, "label": _label(DocumentType, d["type"])} for d in documents if d["type"] != "image"]
    return sorted(files, key=lambda d: order.index(d["type"]) if d["type"] in order else len(order))


def _steps(document: Mapping) -> list[dict]:
    """Start, milestones and end by date, those without one last: `{date, title, is_done}`."""
    ends = []
    for end, done, planned in (
        ("start", _("Inizio"), _("Inizio previsto")),
        ("end", _("Conclusione"), _("Conclusione prevista")),
    ):
        actual = document[f"{end}_actual"]
        if day := actual or document[f"{end}_planned"]:
            ends.append({"date": day, "title": done if actual else planned, "is_done": bool(actual)})
    rows = [{**row, "is_written": True} for row in document["milestones"]]
    # Alone it would repeat the state at the top of the page.
    if document["stage_as_of"] and document["stage"] and (ends or rows):
        title = _("Ultima notizia: %(stage)s") % {"stage": _label(Stage, document["stage"]).lower()}
        rows.append({"date": document["stage_as_of"], "title": title, "is_done": True})
    first, last = (ends[:1], ends[1:]) if len(ends) == 2 else (ends, [])
    return sorted([*first, *rows, *last], key=lambda row: row["date"] or "9999")


def _timeline(document: Mapping) -> dict | None:
    drawing = charts.timeline(document)
    if drawing is None:
        return None
    return {**drawing, "sentences": [_delay(end, months) for end, months in drawing["delays"].items()]}


def _delay(end: str, months: int) -> str:
    """`Iniziato 3 mesi dopo il previsto.`"""
    if not months:
        return _("Iniziato nei tempi previsti.") if end == "start" else _("Concluso nei tempi previsti.")
    span = ngettext("%(n)s mese", "%(n)s mesi", abs(months)) % {"n": abs(months)}
    sentences = {
        ("start", True): _("Iniziato %(span)s dopo il previsto."),
        ("start", False): _("Iniziato %(span)s prima del previsto."),
        ("end", True): _("Concluso %(span)s dopo il previsto."),
        ("end", False): _("Concluso %(span)s prima del previsto."),
    }
    return sentences[end, months > 0] % {"span": span}


def list_item(card) -> dict:
    """Context of a card in a list: its list item, labels, and `raw`, the columns it comes from. No query."""
    return item_of(card.item, card.live_values)


def raw_item(card) -> dict:
    """The columns alone: the template tag `result` caches rendered items by them."""
    return {"raw": (card.item, card.live_values)}


def item_of(item_json: str, live_values: str) -> dict:
    """`list_item` of the columns `item` and `live_values` of an edition."""
    item = orjson.loads(item_json)
    areas = [item["primary_area"], *item["other_areas"]]
    live = dict(orjson.loads(live_values))
    band = live.get("replicability_band", IN_EVALUATION)
    return {
        **item,
        "raw": (item_json, live_values),
        "band": band,
        "band_label": BAND_NAMES[band],
        "score": Decimal(live["score"]) / 10 if live.get("score") else None,
        "is_demonstration": "demonstration" in live,
        "areas": [AREA_BY_KEY[key] for key in areas if key in AREA_BY_KEY],
        "stage_label": _label(Stage, item["stage"]),
        "state": stage_words(item, live.get("confirmed", "")),
        "cover": cover_of(item),
        "kind_label": _label(Kind, item["kind"]),
        "total_cost": _money(item["total_cost"]),
        "period": period(item),
        "published_at": datetime.fromisoformat(item["published_at"]),
    }


def _label(choices, key):
    return labels(choices).get(key, key or "")


def _money(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def period(document: Mapping) -> str:
    """`2019–2022`, `dal 2019`, `2019`; empty when no year is known."""
    first, last = document["year_from"], document["year_to"]
    if first and last and first != last:
        return f"{first}–{last}"
    return str(first or last or "")
