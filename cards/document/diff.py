"""Differences between two documents of a record, field by field, as texts to display."""

from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cards.document.shape import LABELS
from cards.vocabulary.areas import AREA_BY_KEY
from cards.vocabulary.lists import (
    SDG_CHOICES,
    CostDriver,
    CostLine,
    DocumentType,
    FundingSource,
    IdentifierScheme,
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
from lib.formats import euro, file_kind, measure, partial_date

LEFT_OUT = {"edition", "published_at", "slug", "code", "cup_codes", "year_from", "year_to", "origin"}
CHOICES = {
    "kind": Kind,
    "stage": Stage,
    "scale": Scale,
    "financing_instrument": Instrument,
    "target_groups": TargetGroup,
    "platforms": Platform,
}
LABELLED = {*CHOICES, "primary_area", "other_areas", "partners", "funding_lines"}
MONEY = {"total_cost", "running_cost_per_year", "savings_per_year"}
DATES = {"stage_as_of", "start_planned", "start_actual", "end_planned", "end_actual"}


def differences(before: Mapping, after: Mapping) -> list[dict]:
    """`[{field, label, before, after, is_written}]` of the fields that differ, in the order of the document.

    `is_written`: the values are texts of the office, in Italian, not labels in the reader's language.
    """
    changed = [key for key in after if key not in LEFT_OUT and before.get(key) != after[key]]
    return [
        {
            "field": key,
            "label": label_of(key),
            "before": display_value(key, before.get(key)),
            "after": display_value(key, after[key]),
            "is_written": key not in LABELLED
            and not key.endswith("_en")
            and not isinstance(after[key], bool),
        }
        for key in changed
    ]


def filled_fields(document: Mapping) -> list[dict]:
    """`[{label, text, is_written}]` of the fields that have a value, in the order of the form."""
    keys = [*LABELS, *(key for key in document if key not in LABELS)]
    shown = [key for key in keys if key in document and key not in LEFT_OUT and not key.endswith("_en")]
    rows = [(key, display_value(key, document[key])) for key in shown]
    return [
        {
            "label": label_of(key),
            "text": text,
            "is_written": key not in LABELLED and not isinstance(document[key], bool),
        }
        for key, text in rows
        if text
    ]


def label_of(key: str) -> str:
    """The label of a field of a document, in the reader's language."""
    return LABELS.get(key, key)


def display_value(key: str, value) -> str:
    """A value of a document as a text, with labels in the reader's language; empty for no value."""
    if value in (None, "", [], {}, False):
        return ""
    if value is True:
        return str(_("sì"))
    if isinstance(value, list):
        return "; ".join(display_value(key, part) for part in value)
    if isinstance(value, Mapping):
        return ROWS[key](value) if key in ROWS else _display_row(value)
    if key in ("primary_area", "other_areas"):
        return str(AREA_BY_KEY[value].name) if value in AREA_BY_KEY else value
    if key in MONEY:
        return _amount(value)
    if key in DATES:
        return partial_date(value)
    if key == "sdgs":
        return str(dict(SDG_CHOICES).get(value, value))
    if key in CHOICES and value in CHOICES[key].values:
        return str(CHOICES[key](value).label)
    return str(value)


def _display_row(row: Mapping) -> str:
    """A municipality with its province, or a body."""
    return f"{row['name']} ({row['province']})" if row.get("province") else row["name"]


def _label(choices, value) -> str:
    return str(labels(choices).get(value, value or ""))


def _joined(*parts: str | None) -> str:
    return ", ".join(filter(None, parts))


def _amount(value: str | None) -> str:
    return euro(value, is_exact=True)


def _identifier(row: Mapping) -> str:
    return f"{_label(IdentifierScheme, row['scheme'])} {row['value']}"


def _milestone(row: Mapping) -> str:
    return _joined(row["title"], partial_date(row["date"]), gettext("fatto") if row["is_done"] else "")


def _partner(row: Mapping) -> str:
    return _joined(row["name"], _label(PartnerRole, row["role"]))


def _funding(row: Mapping) -> str:
    return _joined(_label(FundingSource, row["source"]), row["programme"], _amount(row["amount"]))


def _reuse_cost(row: Mapping) -> str:
    yearly = gettext("all’anno") if row["is_yearly"] else ""
    driver = _label(CostDriver, row["driver"])
    return _joined(_label(CostLine, row["line"]), _amount(row["amount"]), driver, yearly)


def _indicator(row: Mapping) -> str:
    values = (
        (gettext("prima"), row["baseline"]),
        (gettext("oggi"), row["value"]),
        (gettext("obiettivo"), row["target"]),
    )
    told = [f"{word} {measure(Decimal(value))}" for word, value in values if value is not None]
    kind = _label(IndicatorKind, row.get("kind")).lower()
    unit = "" if row["unit"] == "numero" else row["unit"]
    parts = (row["name"], kind, unit, *told, partial_date(row["date"]), row["method"], row["source"])
    return _joined(*parts)


def _document(row: Mapping) -> str:
    kind = _joined(_label(DocumentType, row["type"]), file_kind(row))
    return f"{row['title']} ({kind})"


def _source(row: Mapping) -> str:
    return row["title"] or row["url"]


ROWS = {
    "identifiers": _identifier,
    "milestones": _milestone,
    "partners": _partner,
    "funding_lines": _funding,
    "reuse_costs": _reuse_cost,
    "indicators": _indicator,
    "documents": _document,
    "sources": _source,
}


def links_of(key: str, value) -> list[dict]:
    """`[{text, url, id}]` of documents and sources, to be opened by a reader; `id` is that of a file."""
    if key not in ("documents", "sources"):
        return []
    return [{"text": ROWS[key](row), "url": row.get("url") or "", "id": row.get("id")} for row in value or ()]
