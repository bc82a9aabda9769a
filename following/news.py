"""What is new for somebody who follows a view, a city or a project."""

from dataclasses import dataclass, replace
from itertools import islice, takewhile

from django.db.models import Max
from django.http import QueryDict
from django.utils.translation import gettext as _

from cards import records
from cards.models import Edition
from cards.pages.filter_panel import chips
from cards.search.query import ProjectQuery, find, parse
from following.models import Follower

SHOWN = 20


@dataclass(frozen=True)
class News:
    """Cards published since the last message, newest first, at most SHOWN of `count`; `withdrawn` has the
    card that a followed project no longer shows; `newest` is the last card of the registry then."""

    cards: list[Edition]
    count: int
    newest: int
    withdrawn: Edition | None = None

    def __bool__(self) -> bool:
        return bool(self.count or self.withdrawn)


def followed_query(text: str) -> ProjectQuery:
    """The view of a page's query string. What cannot be read is left out; the order is the freshest first."""
    query, _problems = parse(QueryDict(text), page=True)
    return replace(query, sort="")


def title_of(follower: Follower) -> str:
    """What is followed, in words: a project's title, «Area: Mobilità; Comune: Torino», or everything."""
    if follower.record_id:
        return records.title_of(follower.record_id)
    found = [f"{chip['title']}: {chip['label']}" for chip in chips(followed_query(follower.query))]
    return "; ".join(found) or _("Tutti i progetti")


def newest_card() -> int:
    """The key of the last card published; keys follow the order of publication."""
    return Edition.objects.aggregate(n=Max("pk"))["n"] or 0


def news_for(follower: Follower) -> News:
    """Cards that the follower has not been told of."""
    newest = newest_card()
    if newest <= follower.newest_card and not follower.record_id:
        return News([], 0, newest)
    return _of_project(follower, newest) if follower.record_id else _of_view(follower, newest)


def _of_project(follower: Follower, newest: int) -> News:
    cards = list(follower.record.editions.order_by("-edition"))
    fresh = [card for card in cards if card.is_current and card.pk > follower.newest_card]
    last, since = (cards[0] if cards else None), follower.told_at or follower.confirmed_at
    gone = last if last and last.withdrawn_at and last.withdrawn_at > since else None
    return News(fresh, len(fresh), newest, gone)


def _of_view(follower: Follower, newest: int) -> News:
    results = find(replace(followed_query(follower.query), sort="-published_at"))
    fresh = list(takewhile(lambda pk: pk > follower.newest_card, results.ids()))
    return News(list(islice(results, min(SHOWN, len(fresh)))), len(fresh), newest)
