"""What changed between two documents of one project, field by field, in words."""

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
WORDS = {
    "kind": Kind,
    "stage": Stage,
    "scale": Scale,
    "financing_instrument": Instrument,
    "target_groups": TargetGroup,
    "platforms": Platform,
}
OURS = {*WORDS, "primary_area", "other_areas", "partners", "funding_lines"}
MONEY = {"total_cost", "running_cost_per_year", "savings_per_year"}
ROW_WORDS = {"source": FundingSource, "role": PartnerRole}


def differences(before: Mapping, after: Mapping) -> list[dict]:
    """`[{field, label, before, after, is_written}]` of what differs, in the order of the card.

    `is_written`: the words are the body's own, and not ours in the reader's language.
    """
    changed = [key for key in after if key not in LEFT_OUT and before.get(key) != after[key]]
    return [
        {
            "field": key,
            "label": label_of(key),
            "before": in_words(key, before.get(key)),
            "after": in_words(key, after[key]),
            "is_written": key not in OURS and not key.endswith("_en") and not isinstance(after[key], bool),
        }
        for key in changed
    ]


def label_of(key: str) -> str:
    """The name of a field of the card."""
    return LABELS.get(key, key)


def in_words(key: str, value) -> str:
    """A value of a card as a person reads it; empty for nothing."""
    if value in (None, "", [], {}, False):
        return ""
    if value is True:
        return str(_("sì"))
    if isinstance(value, list):
        return "; ".join(in_words(key, part) for part in value)
    if isinstance(value, Mapping):
        return _row_in_words(value)
    if key in ("primary_area", "other_areas"):
        return str(AREA_BY_KEY[value].name) if value in AREA_BY_KEY else value
    if key in MONEY:
        amount = number_format(Decimal(value), use_l10n=True, force_grouping=True)
        return gettext("%(amount)s €") % {"amount": amount}
    if key in WORDS and value in WORDS[key].values:
        return str(WORDS[key](value).label)
    return str(value)


def _row_in_words(row: Mapping) -> str:
    if "province" in row and "name" in row:
        return f"{row['name']} ({row['province']})"
    if "slug" in row and "kind" in row:
        return row["name"]
    parts = []
    for name, value in row.items():
        if name in ROW_WORDS and value in ROW_WORDS[name].values:
            value = ROW_WORDS[name](value).label
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
