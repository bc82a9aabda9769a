"""Differences between two documents of a record, field by field, as texts to display."""

from collections.abc import Mapping
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cards.document.shape import LABELS
from cards.vocabulary.areas import AREA_BY_KEY
from cards.vocabulary.lists import (
    FundingSource,
    Instrument,
    Kind,
    PartnerRole,
    Platform,
    Scale,
    Stage,
    TargetGroup,
)

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
ROW_CHOICES = {"source": FundingSource, "role": PartnerRole}


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
        return _display_row(value)
    if key in ("primary_area", "other_areas"):
        return str(AREA_BY_KEY[value].name) if value in AREA_BY_KEY else value
    if key in MONEY:
        amount = number_format(Decimal(value), use_l10n=True, force_grouping=True)
        return gettext("%(amount)s €") % {"amount": amount}
    if key in CHOICES and value in CHOICES[key].values:
        return str(CHOICES[key](value).label)
    return str(value)


def _display_row(row: Mapping) -> str:
    if "province" in row and "name" in row:
        return f"{row['name']} ({row['province']})"
    if "slug" in row and "kind" in row:
        return row["name"]
    parts = []
    for name, value in row.items():
        if name in ROW_CHOICES and value in ROW_CHOICES[name].values:
            value = ROW_CHOICES[name](value).label
        if value not in (None, "", False) and name not in (
            "id",
            "sha256",
            "media_type",
            "size",
            "width",
            "height",
        ):
            parts.append(str(value))
    return ", ".join(parts)
