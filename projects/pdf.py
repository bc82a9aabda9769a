"""The card on paper: a tagged PDF/UA made by typst from a template of ours.

What people wrote travels as data, as JSON, and is set as text: typst never reads it as markup. The same data
give the same bytes, so a PDF is kept under the digest of its data and needs no other way of growing old.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path

import typst
from django.conf import settings
from django.core.cache import cache
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt

from projects.adoption.family import Family
from projects.adoption.sheet import family_blocks, replicability_blocks
from projects.presentation import card_context
from projects.replicability.panel import panel_context
from projects.replicability.standing import Panel
from projects.sheet import words_of_card

TEMPLATE, PAPER = (Path(__file__).with_name(name) for name in ("card.typ", "paper.typ"))
FONTS = settings.BASE_DIR / "static" / "build" / "fonts"
KEPT = 7 * 86400


def card_pdf(
    document: Mapping, *, address: str, demo: bool, panel: Panel | None = None, family: Family | None = None
) -> tuple[bytes, str]:
    """The PDF of a card whose places are named, in the active language, and the digest of what it says."""
    told = pdf_data(document, address=address, demo=demo, panel=panel, family=family)
    data = json.dumps(told, sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(TEMPLATE.read_bytes() + data.encode()).hexdigest()
    content = cache.get(f"pdf:{digest}")
    if content is None:
        content = _compiled(data, datetime.fromisoformat(document["published_at"]))
        cache.set(f"pdf:{digest}", content, KEPT)
    return content, digest


def paper_pdf(told: Mapping, day: date) -> bytes:
    """A document of a demonstration kit: `{title, label, project, introduction, remark, blocks, date}`."""
    data = json.dumps(told, sort_keys=True, ensure_ascii=False)
    return _compiled(data, datetime.combine(day, time(12), UTC), PAPER)


def _compiled(data: str, made_at: datetime, template: Path = TEMPLATE) -> bytes:
    return typst.compile(
        str(template),
        format="pdf",
        sys_inputs={"data": data},
        pdf_standards=["ua-1"],
        timestamp=int(made_at.timestamp()),
        ignore_system_fonts=True,
        font_paths=[str(FONTS)],
    )


def pdf_data(
    document: Mapping, *, address: str, demo: bool, panel: Panel | None = None, family: Family | None = None
) -> dict:
    """Plain texts for the template: `{title, lang, facts, sections: [{title, blocks}], …}`.

    A block is `{kind: text | heading | bullet | note | pairs | table | bars, …}`.
    """
    context = card_context(document)
    published = datetime.fromisoformat(document["published_at"])
    words = words_of_card(context, _reuse(address, panel, family))
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


def _reuse(address: str, panel: Panel | None, family: Family | None) -> dict[str, list[dict]]:
    found = {}
    if panel:
        found["replicability"] = replicability_blocks(panel_context(panel), fit_address=f"{address}adatto/")
    if family:
        found["family"] = family_blocks(family)
    return found


def _expanded(block: dict) -> list[dict]:
    """Markdown as blocks of plain text; any other block as it is."""
    return blocks_of(block["text"]) if block["kind"] == "markdown" else [block]


def blocks_of(markdown: str) -> list[dict]:
    """Markdown as blocks of plain text: `{kind: text | heading | bullet, text}`."""
    found, kind = [], "text"
    for token in MarkdownIt("commonmark", {"html": False}).enable("table").parse(markdown):
        if token.type in ("heading_open", "list_item_open"):
            kind = "heading" if token.type == "heading_open" else "bullet"
        elif token.type in ("heading_close", "list_item_close"):
            kind = "text"
        elif token.type == "inline":
            text = "".join(_plain(part) for part in token.children).strip()
            found += [{"kind": kind, "text": text}] if text else []
        elif token.type in ("code_block", "fence"):
            found.append({"kind": "text", "text": token.content.strip()})
    return found


def _plain(token) -> str:
    if token.type in ("softbreak", "hardbreak"):
        return " "
    return token.content if token.type in ("text", "code_inline") else ""
