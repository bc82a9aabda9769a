"""Markdown of people as HTML: CommonMark with tables, through an allow-list of tags."""

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

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


def render_markdown(text: str | None) -> SafeString:
    """CommonMark to HTML through an allow-list of tags; headings start at h3, links have rel."""
    if not text:
        return SafeString("")
    parsed = MARKDOWN.parse(text)
    _level(parsed)
    clean = nh3.clean(
        MARKDOWN.renderer.render(parsed, MARKDOWN.options, {}),
        tags=ALLOWED_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(clean)


def _level(parsed: list) -> None:
    """Headings from h3 to h5 without a gap: the first is h3, each at most one deeper than the one before."""
    last = 2
    for token in parsed:
        if token.type == "heading_open":
            last = min(int(token.tag[1]) + 2, last + 1, 5)
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{last}"
