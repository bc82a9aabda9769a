"""The image of a card for social networks: its cover with title, place and state, compiled by Typst.

A card with a photograph is shared with that photograph.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.utils.text import Truncator
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cards.presentation.context import card_context
from cards.presentation.outline import card_outline, place_line
from lib.pdf import compile_png

TEMPLATE = Path(__file__).with_name("shared_image.typ")
COVERS = settings.BASE_DIR / "static" / "img" / "covers"
WIDTH, HEIGHT = 1200, 630
TITLE_MAX, META_MAX = 110, 90
CACHE_SECONDS = 7 * 86400


def shared_image(document: Mapping) -> tuple[bytes, str]:
    """The PNG of a document of `read_document` with a cover, in the active language, and its digest.

    WIDTH × HEIGHT pixels. Raises LookupError for a document without a cover.
    """
    context = card_context(document)
    if not context["cover"]:
        raise LookupError(document["code"])
    cover = (COVERS / f"{context['cover']}.svg").read_text(encoding="utf-8")
    data = json.dumps(_values(context), sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(TEMPLATE.read_bytes() + cover.encode() + data.encode()).hexdigest()
    content = cache.get(f"png:{digest}")
    if content is None:
        content = compile_png(TEMPLATE, data, cover=cover)
        cache.set(f"png:{digest}", content, CACHE_SECONDS)
    return content, digest


def _values(context: Mapping) -> dict:
    state = context["state"] and context["state"]["text"]
    meta = " · ".join(filter(None, [place_line(context["card"]), str(state or "")]))
    return {
        "lang": get_language(),
        "title": Truncator(card_outline(context)["title"]).chars(TITLE_MAX),
        "area": str(context["areas"][0].name),
        "meta": Truncator(meta).chars(META_MAX),
        "site": "Osservatorio Smart City" + (f" – {_('dati dimostrativi')}" if settings.DEMO else ""),
    }
