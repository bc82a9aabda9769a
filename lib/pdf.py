"""PDF/UA documents and images compiled by Typst from a template and data as JSON."""

import re
import unicodedata
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst
from django.conf import settings
from markdown_it import MarkdownIt

FONTS = settings.BASE_DIR / "static" / "build" / "fonts"
# Latin letters with accents and common punctuation: the fonts have them all.
OTHER_SIGNS = re.compile("[^\n\t\x20-\x7e\xa0-\u017f\u2013-\u2026€]+")
REPLACEMENT = "□"
# They join the parts of one pictogram, or choose its form.
JOINERS = re.compile("[\u200d\ufe0e\ufe0f]")
# The families of the templates, upright, bold and italic: PDF/UA refuses a sign that none of them has.
ONE_SIGN = b"""#set document(title: "x")
#set text(font: ("Titillium Web", "Libertinus Serif"))
#for weight in (400, 600, 700) { text(weight: weight, sys.inputs.data) }
#text(style: "italic", sys.inputs.data)
"""


def compile_pdf(template: Path, data: str, created_at: datetime) -> bytes:
    """The tagged PDF (PDF/UA-1) of a Typst template that reads `data`; equal input gives equal bytes.

    Signs that no font has are replaced, see displayable().
    """
    return _compile(str(template), displayable(data), int(created_at.timestamp()))


def compile_png(template: Path, data: str, **inputs: str) -> bytes:
    """The PNG of the only page of a Typst template that reads `data` and more `inputs`; a point is a pixel.

    Signs that no font has are replaced, see displayable().
    """
    return typst.compile(
        str(template),
        format="png",
        ppi=72,
        sys_inputs={"data": displayable(data), **inputs},
        ignore_system_fonts=True,
        font_paths=[str(FONTS)],
    )


def _compile(template: Any, data: str, timestamp: int = 0) -> bytes:
    """The PDF of a template, its path or its text in UTF-8. Raises typst.TypstError."""
    return typst.compile(
        template,
        format="pdf",
        sys_inputs={"data": data},
        pdf_standards=["ua-1"],
        timestamp=timestamp,
        ignore_system_fonts=True,
        font_paths=[str(FONTS)],
    )


def displayable(text: str) -> str:
    """The text with `□` for each sign that the fonts of PDF lack; full-width letters become plain ones."""
    return OTHER_SIGNS.sub(lambda found: _with_glyphs(found[0]), text)


def undisplayable(text: str) -> str:
    """The signs of the text that displayable() replaces by `□`, once each, in their order."""
    signs = dict.fromkeys("".join(OTHER_SIGNS.findall(text)))
    return "".join(sign for sign in signs if REPLACEMENT in _with_glyphs(sign))


def _with_glyphs(signs: str) -> str:
    plain = "".join(sign if _has_glyph(sign) else unicodedata.normalize("NFKC", sign) for sign in signs)
    shown = "".join(
        sign if not OTHER_SIGNS.match(sign) or _has_glyph(sign) else REPLACEMENT for sign in plain
    )
    return JOINERS.sub("", shown) if REPLACEMENT in shown else shown


@lru_cache(maxsize=4096)
def _has_glyph(sign: str) -> bool:
    try:
        _compile(ONE_SIGN, sign)
    except typst.TypstError:
        return False
    return True


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
