"""Steps that are saved by button and by script while somebody writes, valid or not, beside other people.

Every save is described by a mapping: `version` that it wrote, `step`, and of pages that save by themselves
`page`, an id of the rendered page, and `turn`, the number of the request among those of the page.
"""

from collections.abc import Iterable, Mapping

from django.forms import BaseForm
from django.http import QueryDict

from lib.forms.rows import RowFormSet
from lib.forms.steps import Rows

# Requests by button are ordered after all automatic ones of their page.
LAST_TURN = 10**9
NOT_INPUT = ("csrfmiddlewaretoken", "version", "page", "turn", "exit", "more", "back")


def page_turn(posted: QueryDict, automatic: bool) -> dict[str, str | int]:
    """`{page, turn}` of a request; empty for a page without an id."""
    page, turn = posted.get("page", "")[:36], posted.get("turn", "")
    if not page:
        return {}
    return {"page": page, "turn": min(int(turn), LAST_TURN) if automatic and turn.isdecimal() else LAST_TURN}


def can_merge(saves: Iterable[Mapping], mine: Mapping) -> bool:
    """Whether a save may follow `saves`, those since its page was rendered, without overwriting any.

    True when each of them was of another step, or an earlier turn of the very same page.
    """
    return all(_is_apart(save, mine) for save in saves)


def _is_apart(save: Mapping, mine: Mapping) -> bool:
    if save.get("step") not in (None, mine["step"]):
        return True
    is_same_page = bool(mine.get("page")) and save.get("page") == mine["page"]
    return is_same_page and save.get("turn", 0) <= mine["turn"]


def changed_names(form: BaseForm, formsets: Iterable[tuple[Rows, RowFormSet]]) -> list[str]:
    """The fields of a step that were changed, and the keys of its rows that were."""
    names = [name for name in form.changed_data if name != "version"]
    return names + [rows.key for rows, formset in formsets if formset.has_changed()]


def raw_input(posted: QueryDict) -> dict[str, list[str]]:
    """What was typed in a step, as JSON can store it: `{name: [texts]}`."""
    return {name: texts for name, texts in posted.lists() if name not in NOT_INPUT}


def posted_again(raw: Mapping[str, list[str]], version: int) -> QueryDict:
    """Stored raw input as if it were posted now by a page of this version."""
    data = QueryDict(mutable=True)
    for name, texts in raw.items():
        data.setlist(name, texts)
    data["version"] = str(version)
    return data
