"""A card document in the words of a page: labels in the reader's language, money, period, safe HTML."""

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from decimal import Decimal

import nh3
import orjson
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from cardindex.words import WORD, tokens
from projects.areas import AREA_BY_KEY
from projects.vocabulary import (
    SDG_CHOICES,
    CostLine,
    DocumentType,
    FundingSource,
    Instrument,
    Kind,
    PartnerRole,
    Platform,
    Scale,
    Stage,
    TargetGroup,
)

# Letters of a snippet, and of what it shows before the first mark.
SNIPPET, BEFORE = 240, 80
MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
ALLOWED_TAGS = {
    "p",
    "ul",
    "ol",
    "li",
    "strong",
    "em",
    "a",
    "h3",
    "h4",
    "h5",
    "blockquote",
    "code",
    "pre",
    "br",
    "hr",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}


LESSONS = (
    "what_worked",
    "what_did_not",
    "success_conditions",
    "risks",
    "would_do_differently",
    "reuse_costs",
)


def render_markdown(text: str | None) -> SafeString:
    """CommonMark to HTML through an allow-list; headings start at h3, links carry rel."""
    if not text:
        return SafeString("")
    html = MARKDOWN.render(text)
    for level in (5, 4, 3, 2, 1):
        html = html.replace(f"<h{level}>", f"<h{min(level + 2, 5)}>").replace(
            f"</h{level}>", f"</h{min(level + 2, 5)}>"
        )
    clean = nh3.clean(
        html,
        tags=ALLOWED_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(clean)


def card_context(document: Mapping) -> dict:
    """What the card's template needs, from a document whose places are already named (cards.read_document).

    `card` is the document itself; beside it: areas, labels, `period`, Decimal amounts, `image`, `files`.
    """
    areas = [document["primary_area"], *document["other_areas"]]
    pictures = [d for d in document["documents"] if d["type"] == DocumentType.IMAGE]
    return {
        "card": document,
        "areas": [AREA_BY_KEY[key] for key in areas if key in AREA_BY_KEY],
        "kind_label": _label(Kind, document["kind"]),
        "stage_label": _label(Stage, document["stage"]),
        "scale_label": _label(Scale, document["scale"]),
        "instrument_label": _label(Instrument, document["financing_instrument"]),
        "target_labels": [_label(TargetGroup, key) for key in document["target_groups"]],
        "platform_labels": [_label(Platform, key) for key in document["platforms"]],
        "sdg_labels": [dict(SDG_CHOICES).get(number, number) for number in document["sdgs"]],
        "period": period(document),
        "total_cost": _money(document["total_cost"]),
        "running_cost_per_year": _money(document["running_cost_per_year"]),
        "savings_per_year": _money(document["savings_per_year"]),
        "funding": [
            {**row, "label": _label(FundingSource, row["source"]), "amount": _money(row["amount"])}
            for row in document["funding_lines"]
        ],
        "reuse_costs": [
            {**row, "label": _label(CostLine, row["line"]), "amount": _money(row["amount"])}
            for row in document["reuse_costs"]
        ],
        "partners": [{**row, "label": _label(PartnerRole, row["role"])} for row in document["partners"]],
        "indicators": [
            {**row, **{key: _money(row[key]) for key in ("baseline", "target", "value")}}
            for row in document["indicators"]
        ],
        "has_lessons": any(document[key] for key in LESSONS),
        "description_html": render_markdown(document["description"]),
        "image": pictures[0] if pictures else None,
        "images": pictures,
        "files": [
            {**d, "label": _label(DocumentType, d["type"])}
            for d in document["documents"]
            if d not in pictures
        ],
    }


def list_item(card) -> dict:
    """A card of a list: the stored item with its labels, and `stored`, its very text. No query."""
    return item_of(card.item)


def item_of(stored: str) -> dict:
    item = orjson.loads(stored)
    areas = [item["primary_area"], *item["other_areas"]]
    return {
        **item,
        "stored": stored,
        "areas": [AREA_BY_KEY[key] for key in areas if key in AREA_BY_KEY],
        "stage_label": _label(Stage, item["stage"]),
        "kind_label": _label(Kind, item["kind"]),
        "total_cost": _money(item["total_cost"]),
        "period": period(item),
        "published_at": datetime.fromisoformat(item["published_at"]),
    }


def snippet(passages: Iterable[str], forms: Collection[str]) -> SafeString:
    """The first passage that holds one of the folded `forms`, cut to size, each of them in <mark>.

    Empty when no passage does. Everything else is escaped.
    """
    for passage in passages:
        text = unicodedata.normalize("NFC", passage)
        spans = [
            match.span()
            for match in WORD.finditer(text)
            if tokens(match.group()) and tokens(match.group())[0] in forms
        ]
        if spans:
            return _marked(text, spans)
    return SafeString("")


def _marked(text: str, spans: list[tuple[int, int]]) -> SafeString:
    first = spans[0][0]
    start = 0 if first <= BEFORE else text.find(" ", first - BEFORE, first) + 1 or first
    stop = (
        len(text)
        if len(text) <= start + SNIPPET
        else max(text.rfind(" ", start, start + SNIPPET), spans[0][1])
    )
    parts, done = [], start
    for left, right in spans:
        if right <= stop:
            parts.append(format_html("{}<mark>{}</mark>", text[done:left], text[left:right]))
            done = right
    parts.append(escape(text[done:stop]))
    return mark_safe(("… " if start else "") + "".join(parts) + (" …" if stop < len(text) else ""))


def _label(choices, key):
    return choices(key).label if key in choices.values else (key or "")


def _money(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def period(document: Mapping) -> str:
    """`2019–2022`, `dal 2019`, `2019`; empty when no year is known."""
    first, last = document["year_from"], document["year_to"]
    if first and last and first != last:
        return f"{first}–{last}"
    return str(first or last or "")
