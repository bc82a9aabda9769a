"""Parts of pages drawn once and used again, with holes for what differs: the templates stay what they are.

A part is kept under all that it says: the language, its words, its addresses. So it holds as long as they do.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.formats import localize
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

register = template.Library()
# No text holds it: the databases refuse it, and so does every form.
HOLE = mark_safe("\0")
OPTION, OFFERED = "projects/_filter_option.html", "projects/_filter_offered.html"
CHECKED = (SafeString(""), SafeString(" checked"))
OPTIONS, NUMBERS, PARTS = 16_000, 16_000, 500


def _drawn_once(size: int):
    """Keeps what a function of its arguments alone gives; on a laptop templates change under our feet."""

    def decorate(draw):
        kept = lru_cache(maxsize=size)(draw)
        return lambda *args: (draw if settings.DEBUG else kept)(*args)

    return decorate


@register.simple_tag
def filter_options(group: Mapping, options: Iterable[Mapping]) -> SafeString:
    """The choices of one group of filters."""
    language, key, name = get_language(), group["key"], group["name"]
    parts = []
    for option in options:
        start, middle, end = _option(language, key, name, option["value"], option["label"])
        parts += (start, CHECKED[option["selected"]], middle, number(language, option["count"]), end)
    return mark_safe("".join(parts))


@_drawn_once(OPTIONS)
def _option(_language: str, key: str, name: str, value: str, label: str) -> list[str]:
    group, option = {"key": key, "name": name}, {"value": value, "label": label, "count": HOLE}
    return render_to_string(OPTION, {"group": group, "option": option, "checked": HOLE}).split(HOLE)


@register.simple_tag
def offered_options(options: Iterable[Mapping]) -> SafeString:
    """What a field proposes while one types."""
    language, parts = get_language(), []
    for option in options:
        start, end = _offered(option["label"])
        parts += (start, number(language, option["count"]), end)
    return mark_safe("".join(parts))


@_drawn_once(OPTIONS)
def _offered(label: str) -> list[str]:
    return render_to_string(OFFERED, {"option": {"label": label, "count": HOLE}}).split(HOLE)


@lru_cache(maxsize=NUMBERS)
def number(_language: str, count: int) -> str:
    """A count as a template writes it."""
    return localize(count)


@register.simple_tag(takes_context=True)
def footer(context) -> SafeString:
    """The foot of every page, which differs by language alone."""
    return _footer(get_language(), context.get("ACCESSIBILITY_URL", ""), context.get("data_url", ""))


@_drawn_once(PARTS)
def _footer(_language: str, accessibility: str, data: str) -> SafeString:
    return mark_safe(
        render_to_string("components/_footer.html", {"ACCESSIBILITY_URL": accessibility, "data_url": data})
    )
