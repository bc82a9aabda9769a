"""The PDF of a card: tagged PDF/UA, compiled by Typst from card.typ.

Texts of people are passed as JSON data: Typst never parses them as markup. Equal data give equal bytes, so a
PDF is cached under the digest of its data and is never stale.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from django.core.cache import cache
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cards.presentation.context import card_context
from cards.presentation.outline import card_outline
from lib.dates import italian_day
from lib.pdf import blocks_of, compile_pdf

TEMPLATE = Path(__file__).with_name("card.typ")

CACHE_SECONDS = 7 * 86400


def card_pdf(
    document: Mapping, *, address: str, demo: bool, more: Sequence[tuple[str, list[dict]]] = ()
) -> tuple[bytes, str]:
    """The PDF of a document of `read_document` in the active language, and the digest of its data.

    `address` is the absolute address of its page; `more` are the blocks of extensions.
    """
    values = pdf_data(document, address=address, demo=demo, more=more)
    data = json.dumps(values, sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(TEMPLATE.read_bytes() + data.encode()).hexdigest()
    content = cache.get(f"pdf:{digest}")
    if content is None:
        content = compile_pdf(TEMPLATE, data, datetime.fromisoformat(document["published_at"]))
        cache.set(f"pdf:{digest}", content, CACHE_SECONDS)
    return content, digest


def pdf_data(
    document: Mapping, *, address: str, demo: bool, more: Sequence[tuple[str, list[dict]]] = ()
) -> dict:
    """The data of card.typ: `{title, lang, facts, sections: [{title, blocks}], …}`, all plain text.

    A block is `{kind: text | heading | bullet | note | pairs | table | bars, …}`.
    """
    context = card_context(document)
    published = italian_day(document["published_at"])
    outline = card_outline(context, more)
    return {
        "lang": get_language(),
        "title": outline["title"],
        "summary": outline["summary"],
        "areas": [str(area.name) for area in context["areas"]],
        "meta": outline["meta"],
        "author": outline["author"],
        "facts": outline["facts"],
        "sections": [
            {"title": title, "blocks": [part for block in blocks for part in _expanded(block)]}
            for title, blocks in outline["sections"]
        ],
        "source": outline["source"],
        "address": address,
        "date": _("Edizione del %(day)s") % {"day": date_format(published, "j F Y")},
        "running": _("Osservatorio Smart City – scheda progetto")
        + (f" – {_('dati dimostrativi')}" if demo else ""),
        "page": _("Pagina %(n)s di %(total)s") % {"n": "{n}", "total": "{total}"},
        "labels": {"facts": _("In sintesi")},
    }


def _expanded(block: dict) -> list[dict]:
    """A Markdown block as blocks of plain text; any other block as it is."""
    return blocks_of(block["text"]) if block["kind"] == "markdown" else [block]
