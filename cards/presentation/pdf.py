"""The card on paper: a tagged PDF/UA made by typst from a template of ours.

What people wrote travels as data, as JSON, and is set as text: typst never reads it as markup. The same data
give the same bytes, so a PDF is kept under the digest of its data and needs no other way of growing old.
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
from cards.presentation.outline import words_of_card
from lib.pdf import blocks_of, compile_pdf

TEMPLATE = Path(__file__).with_name("card.typ")

KEPT = 7 * 86400


def card_pdf(
    document: Mapping, *, address: str, demo: bool, more: Sequence[tuple[str, list[dict]]] = ()
) -> tuple[bytes, str]:
    """The PDF of a card whose places are named, in the active language, and the digest of its data.

    `more` are the sections of features, as their extensions return them.
    """
    told = pdf_data(document, address=address, demo=demo, more=more)
    data = json.dumps(told, sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(TEMPLATE.read_bytes() + data.encode()).hexdigest()
    content = cache.get(f"pdf:{digest}")
    if content is None:
        content = compile_pdf(TEMPLATE, data, datetime.fromisoformat(document["published_at"]))
        cache.set(f"pdf:{digest}", content, KEPT)
    return content, digest


def pdf_data(
    document: Mapping, *, address: str, demo: bool, more: Sequence[tuple[str, list[dict]]] = ()
) -> dict:
    """Plain texts for the template: `{title, lang, facts, sections: [{title, blocks}], …}`.

    A block is `{kind: text | heading | bullet | note | pairs | table | bars, …}`.
    """
    context = card_context(document)
    published = datetime.fromisoformat(document["published_at"])
    words = words_of_card(context, more)
    return {
        "lang": get_language(),
        "title": words["title"],
        "summary": words["summary"],
        "areas": [str(area.name) for area in context["areas"]],
        "meta": words["meta"],
        "facts": words["facts"],
        "sections": [
            {"title": title, "blocks": [part for block in blocks for part in _expanded(block)]}
            for title, blocks in words["sections"]
        ],
        "source": words["source"],
        "address": address,
        "date": _("Edizione del %(day)s") % {"day": date_format(published, "j F Y")},
        "running": _("Osservatorio Smart City – scheda progetto")
        + (f" – {_('dati dimostrativi')}" if demo else ""),
        "page": _("Pagina %(n)s di %(total)s") % {"n": "{n}", "total": "{total}"},
        "labels": {"facts": _("In sintesi")},
    }


def _expanded(block: dict) -> list[dict]:
    """Markdown as blocks of plain text; any other block as it is."""
    return blocks_of(block["text"]) if block["kind"] == "markdown" else [block]
