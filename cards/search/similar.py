"""Cards like another, with the reasons: same area, technologies in common, similar municipalities."""

from collections.abc import Mapping
from typing import NamedTuple

import orjson
from django.utils.translation import gettext as _

from cards.models import Edition
from cards.reads.page_row import PageRow
from cards.search.query import ProjectQuery, find
from cards.search.results import Hit
from lib.text import fold
from municipalities.search import PLACE_CACHE
from municipalities.similar import Profile, traits


class Similar(NamedTuple):
    """A card like another: the columns that a list renders, and why it is like it."""

    item: str
    live_values: str
    reasons: list[str]


def similar_to(card: Edition | PageRow, limit: int = 3) -> list[Similar]:
    """Other current cards like this one, with the reasons in the reader's language.

    Those of the same area and technology first, and among them those of similar municipalities. One query for
    the index, at most two for the municipalities, one for the cards.
    """
    profiles = PLACE_CACHE.profiles()
    own = profiles.get(card.municipality_code)
    hits = find(ProjectQuery()).similar(card, PLACE_CACHE.most_similar(own) if own else [], limit)
    tags = _tags(orjson.loads(card.item))
    return [_similar(card, tags, other, own, profiles) for other in hits]


def _similar(
    card: Edition | PageRow,
    tags: Mapping[str, str],
    other: Hit,
    own: Profile | None,
    profiles: Mapping[str, Profile],
) -> Similar:
    item = orjson.loads(other.item)
    shared = sorted(tags[tag] for tag in tags.keys() & _tags(item).keys())
    same_area = (item["primary_area"] or "") == card.primary_area
    other_profile = profiles.get((item["lead_municipality"] or {}).get("code"))
    return Similar(other.item, other.live_values, _reasons(shared, own, other_profile, same_area=same_area))


def _tags(item: Mapping) -> dict[str, str]:
    """`{folded: as written}`."""
    return {fold(tag): tag for tag in item["technologies"]}


def _reasons(
    tags: list[str], own: Profile | None, other_profile: Profile | None, *, same_area: bool
) -> list[str]:
    """Why two cards are alike, the strongest first."""
    reasons = []
    if same_area and tags:
        reasons.append(_("stessa area e tecnologia: %(tags)s") % {"tags": ", ".join(tags)})
    elif tags:
        reasons.append(_("stessa tecnologia: %(tags)s") % {"tags": ", ".join(tags)})
    elif same_area:
        reasons.append(_("stessa area"))
    if own and other_profile and own.code == other_profile.code:
        reasons.append(_("stesso Comune"))
    elif own and other_profile and (trait := next(traits(own, other_profile), None)):
        reasons.append(_("Comune simile (%(trait)s)") % {"trait": trait})
    return reasons
