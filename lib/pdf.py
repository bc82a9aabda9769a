"""PDF/UA documents compiled by Typst from a template and data as JSON."""

from datetime import datetime
from pathlib import Path

import typst
from django.conf import settings
from markdown_it import MarkdownIt

FONTS = settings.BASE_DIR / "static" / "build" / "fonts"


def compile_pdf(template: Path, data: str, created_at: datetime) -> bytes:
    """The tagged PDF (PDF/UA-1) of a Typst template that reads `data`; equal input gives equal bytes."""
    return typst.compile(
        str(template),
        format="pdf",
        sys_inputs={"data": data},
        pdf_standards=["ua-1"],
        timestamp=int(created_at.timestamp()),
        ignore_system_fonts=True,
        font_paths=[str(FONTS)],
    )


def blocks_of(markdown: str) -> list[dict]:
    """Markdown as blocks of plain text: `{kind: text | heading | bullet, text}`."""
    blocks, kind = [], "text"
    for token in MarkdownIt("commonmark", {"html": False}).enable("table").parse(markdown):
        if token.type in ("heading_open", "list_item_open"):
            kind = "heading" if token.type == "heading_open" else "bullet"
        elif token.type in ("heading_close", "list_item_close"):
            kind = "text"
        elif token.type == "inline":
            text = "".join(_plain(part) for part in token.children).strip()
            blocks += [{"kind": kind, "text": text}] if text else []
        elif token.type in ("code_block", "fence"):
            blocks.append({"kind": "text", "text": token.content.strip()})
    return blocks


def _plain(token) -> str:
    if token.type in ("softbreak", "hardbreak"):
        return " "
    return token.content if token.type in ("text", "code_inline") else ""
