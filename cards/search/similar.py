from collections.abc import Mapping
from typing import NamedTuple

import orjson
from django.utils.translation import gettext as _

from cards.models import Edition
from cards.reads.page_row import Shown
from cards.search.query import ProjectQuery, find
from cards.search.results import Hit
from lib.text import fold
from municipalities.search import PLACE_CACHE
from municipalities.similar import Profile, traits


class Similar(NamedTuple):
    """A card like another: its stored texts, and why."""

    item: str
    live_values: str
    reasons: list[str]


def similar_to(card: Edition | Shown, limit: int = 3) -> list[Similar]:
    """Other current cards like this one, with the reasons in the reader's language.

    Those of the same area and technology first, and among them those of towns of the same kind. One query
    for the index, one or two for the towns, one for the cards, however many there are.
    """
    profiles = PLACE_CACHE.profiles()
    mine = profiles.get(card.municipality_code)
    found = find(ProjectQuery()).similar(card, PLACE_CACHE.most_similar(mine) if mine else [], limit)
    tags = _tags(orjson.loads(card.item))
    return [_similar(card, tags, other, mine, profiles) for other in found]


def _similar(
    card: Edition | Shown,
    tags: Mapping[str, str],
    other: Hit,
    mine: Profile | None,
    profiles: Mapping[str, Profile],
) -> Similar:
    item = orjson.loads(other.item)
    shared = sorted(tags[tag] for tag in tags.keys() & _tags(item).keys())
    same_area = (item["primary_area"] or "") == card.primary_area
    theirs = profiles.get((item["lead_municipality"] or {}).get("code"))
    return Similar(other.item, other.live_values, _reasons(shared, mine, theirs, same_area=same_area))


def _tags(item: Mapping) -> dict[str, str]:
    """`{folded: as written}`."""
    return {fold(tag): tag for tag in item["technologies"]}


def _reasons(tags: list[str], mine: Profile | None, theirs: Profile | None, *, same_area: bool) -> list[str]:
    """Why two cards are alike, the strongest first."""
    told = []
    if same_area and tags:
        told.append(_("stessa area e tecnologia: %(tags)s") % {"tags": ", ".join(tags)})
    elif tags:
        told.append(_("stessa tecnologia: %(tags)s") % {"tags": ", ".join(tags)})
    elif same_area:
        told.append(_("stessa area"))
    if mine and theirs and mine.code == theirs.code:
        told.append(_("stesso Comune"))
    elif mine and theirs and (trait := next(traits(mine, theirs), None)):
        told.append(_("Comune simile (%(trait)s)") % {"trait": trait})
    return told
