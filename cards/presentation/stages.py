"""The stage of a project with the day that it is known for: one said years ago is not that of today."""

from collections.abc import Mapping
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from cards.vocabulary.lists import Origin, Stage, labels
from lib.dates import italian_day, last_day
from lib.formats import partial_date

# After so long (24 months) what is known of an unfinished project says nothing about today.
FRESH_FOR = timedelta(days=730)
# What is finished, in service or abandoned stays so.
SETTLED = {Stage.IN_SERVICE, Stage.COMPLETED, Stage.ABANDONED}


def known_on(document: Mapping, confirmed: str = "") -> str:
    """The day, as a partial date, for which the stage of a document or list item is known; empty without one.

    `stage_as_of`; where the body itself entered the project, else the day of the edition; `confirmed`, the
    day on which the body confirmed it, when that is later.
    """
    known = document["stage_as_of"] or ""
    if not known and document["origin"] == Origin.ENTERED:
        known = italian_day(document["published_at"]).isoformat()
    return max(known, confirmed)


def stage_words(document: Mapping, confirmed: str = "", today: date | None = None) -> dict | None:
    """How a stage is shown: `{value, label, known, state, text, note}`; None without a stage.

    `state`: `settled`, `fresh`, `old` (known for a day longer ago than FRESH_FOR), `undated`. `text` is the
    label with the day, `note` what is to be said beside it.
    """
    if not document["stage"]:
        return None
    stage, known = document["stage"], known_on(document, confirmed)
    label = labels(Stage).get(stage, stage)
    if not known:
        text, state = _("%(stage)s, anno non noto") % {"stage": label}, "undated"
    else:
        text = _("%(stage)s al %(day)s") % {"stage": label, "day": partial_date(known)}
        is_old = last_day(known) + FRESH_FOR < (today or timezone.localdate())
        state = "settled" if stage in SETTLED else "old" if is_old else "fresh"
    note = _("Oggi non noto") if state in ("old", "undated") and stage not in SETTLED else ""
    return {"value": stage, "label": label, "known": known, "state": state, "text": text, "note": note}
