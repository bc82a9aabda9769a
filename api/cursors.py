"""Cursor pagination over the list as it was at its first page.

Publications in the meantime neither shift it nor skip a card: one published again is given as it was then.
Cards withdrawn since are left out.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Callable
from dataclasses import replace
from hashlib import blake2b
from itertools import accumulate, islice

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from api.params import DEFAULT_LIMIT, MAX_CURSOR, integer
from api.problems import BadParameters
from cards.search.as_of import TooManyReplaced
from cards.search.query import api_params, find
from cards.search.results import Results
from cards.search.selection import LAST_NUMBER

START = ("", "*")
# Bytes of a card's key, its tier, the digest of the query, the newest edition at the first page.
SIZES = (5, 1, 6, 5)


def cursor_page(request: Request, cards: Results, shape: Callable) -> Response:
    """The page after the cursor of the request; `next` holds the cursor of the following page.

    `previous` is always empty. `shape` turns the stored items into results. Raises BadParameters.
    """
    if "offset" in request.query_params:
        raise BadParameters([("offset", _("Usa `offset` oppure `cursor`, non entrambi"))])
    limit = integer(request.query_params, "limit", DEFAULT_LIMIT)
    raw = request.query_params["cursor"]
    try:
        if raw in START:
            newest = cards.snapshot.all.max() if cards.snapshot.all else 0
            following = cards.ids()
        else:
            number, tier, newest = read(raw, cards)
            cards = find(replace(cards.query, newest=newest))
            following = cards.after(number, tier)
        numbers = list(islice(following, limit + 1))
    except (LookupError, TooManyReplaced) as error:
        detail = _("Questo cursore non vale qui: ricomincia con `cursor=*`")
        raise BadParameters([("cursor", detail)]) from error
    page, ahead = numbers[:limit], None
    if len(numbers) > limit:
        params = request.query_params.copy()
        params["cursor"] = encoded(page[-1], cards, newest)
        ahead = request.build_absolute_uri(f"{request.path}?{params.urlencode()}")
    body = {"count": cards.count(), "next": ahead, "previous": None, "results": shape(cards.items_of(page))}
    return Response(body, headers={"Link": f'<{ahead}>; rel="next"'} if ahead else {})


def encoded(number: int, cards: Results, newest: int) -> str:
    """The cursor of a card in the order of these results, which began when `newest` was the last edition."""
    plain = number.to_bytes(SIZES[0], "big") + cards.tier_of(number).to_bytes(SIZES[1], "big")
    plain += _query_digest(cards) + newest.to_bytes(SIZES[3], "big")
    return urlsafe_b64encode(plain).decode()


def read(raw: str, cards: Results) -> tuple[int, int, int]:
    """`(card, tier, newest edition at the first page)` of a cursor.

    Raises LookupError when it is malformed or of another query.
    """
    try:
        plain = urlsafe_b64decode(raw[:MAX_CURSOR].encode("ascii"))
    except (Error, ValueError) as error:
        raise LookupError(raw) from error
    if len(plain) != sum(SIZES):
        raise LookupError(raw)
    ends = list(accumulate(SIZES))
    number, tier, newest = (int.from_bytes(plain[a:b], "big") for a, b in ((0, ends[0]), ends[:2], ends[2:]))
    if plain[ends[1] : ends[2]] != _query_digest(cards) or not 0 < number <= newest < LAST_NUMBER:
        raise LookupError(raw)
    return number, tier, newest


def _query_digest(cards: Results) -> bytes:
    """A digest of the filters and the order of a query."""
    return blake2b(api_params(cards.query).urlencode().encode(), digest_size=SIZES[2]).digest()
