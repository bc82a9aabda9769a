"""Cursor pagination: the page after a given card, which publications in the meantime do not shift."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Callable
from hashlib import blake2b
from itertools import islice

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from api.params import DEFAULT_LIMIT, MAX_CURSOR, integer
from api.problems import BadParameters
from cards.search.query import api_params
from cards.search.results import Results
from cards.search.selection import LAST_NUMBER

START = ("", "*")
SIZES = (5, 1, 6)


def cursor_page(request: Request, cards: Results, shape: Callable) -> Response:
    """The page after the cursor of the request; `next` holds the cursor of the following page.

    `previous` is always empty. `shape` turns the stored items into results. Raises BadParameters.
    """
    if "offset" in request.query_params:
        raise BadParameters([("offset", _("Usa `offset` oppure `cursor`, non entrambi"))])
    limit = integer(request.query_params, "limit", DEFAULT_LIMIT)
    raw = request.query_params["cursor"]
    try:
        following = cards.ids() if raw in START else cards.after(*read(raw, cards))
        numbers = list(islice(following, limit + 1))
    except LookupError as error:
        detail = _("Questo cursore non vale qui: ricomincia con `cursor=*`")
        raise BadParameters([("cursor", detail)]) from error
    page, ahead = numbers[:limit], None
    if len(numbers) > limit:
        params = request.query_params.copy()
        params["cursor"] = encoded(page[-1], cards)
        ahead = request.build_absolute_uri(f"{request.path}?{params.urlencode()}")
    body = {"count": cards.count(), "next": ahead, "previous": None, "results": shape(cards.items_of(page))}
    return Response(body, headers={"Link": f'<{ahead}>; rel="next"'} if ahead else {})


def encoded(number: int, cards: Results) -> str:
    """The cursor of a card in the order of these results."""
    tier = cards.tier_of(number)
    plain = number.to_bytes(SIZES[0], "big") + tier.to_bytes(SIZES[1], "big") + _query_digest(cards)
    return urlsafe_b64encode(plain).decode()


def read(raw: str, cards: Results) -> tuple[int, int]:
    """`(card, tier)` of a cursor. Raises LookupError when it is malformed or of another query."""
    try:
        plain = urlsafe_b64decode(raw[:MAX_CURSOR].encode("ascii"))
    except (Error, ValueError) as error:
        raise LookupError(raw) from error
    number, tier = int.from_bytes(plain[: SIZES[0]], "big"), plain[SIZES[0] : SIZES[0] + 1]
    if len(plain) != sum(SIZES) or plain[-SIZES[2] :] != _query_digest(cards) or not 0 < number < LAST_NUMBER:
        raise LookupError(raw)
    return number, tier[0]


def _query_digest(cards: Results) -> bytes:
    """A digest of the filters and the order of a query."""
    return blake2b(api_params(cards.query).urlencode().encode(), digest_size=SIZES[2]).digest()
