"""The news of a follower: editions published and cards withdrawn since the last message."""

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

MAX_CARDS = 20


@dataclass(frozen=True)
class News:
    """Cards published since the last message, newest first, at most MAX_CARDS of `count`.

    `withdrawn` is the card of a followed project that was withdrawn since; `newest` is newest_card() of then.
    """

    cards: list[Edition]
    count: int
    newest: int
    withdrawn: Edition | None = None

    def __bool__(self) -> bool:
        return bool(self.count or self.withdrawn)


def followed_query(text: str) -> ProjectQuery:
    """The query of the query string of a list page, without order. What cannot be read matches nothing."""
    query, _problems = parse(QueryDict(text), page=True)
    return replace(query, sort="")


def title_of(follower: Follower) -> str:
    """What is followed, as text: a project's title, «Area: Mobilità; Comune: Torino», or all projects."""
    if follower.record_id:
        return records.title_of(follower.record_id)
    filters = [f"{chip['title']}: {chip['label']}" for chip in chips(followed_query(follower.query))]
    return "; ".join(filters) or _("Tutti i progetti")


def newest_card() -> int:
    """The highest key of an edition, 0 without any; keys follow the order of publication."""
    return Edition.objects.aggregate(n=Max("pk"))["n"] or 0


def news_for(follower: Follower) -> News:
    """The cards that were not yet in a message to this follower."""
    newest = newest_card()
    if newest <= follower.newest_card and not follower.record_id:
        return News([], 0, newest)
    return _of_project(follower, newest) if follower.record_id else _of_view(follower, newest)


def _of_project(follower: Follower, newest: int) -> News:
    cards = list(follower.record.editions.order_by("-edition"))
    new = [card for card in cards if card.is_current and card.pk > follower.newest_card]
    last, since = (cards[0] if cards else None), follower.told_at or follower.confirmed_at
    withdrawn = last if last and last.withdrawn_at and last.withdrawn_at > since else None
    return News(new, len(new), newest, withdrawn)


def _of_view(follower: Follower, newest: int) -> News:
    results = find(replace(followed_query(follower.query), sort="-published_at"))
    new = list(takewhile(lambda pk: pk > follower.newest_card, results.ids()))
    return News(list(islice(results, min(MAX_CARDS, len(new)))), len(new), newest)
