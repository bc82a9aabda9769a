"""Parts of pages drawn once and used again, with holes for what differs: the templates stay what they are.

A part is kept under all that it says: the language, its words, its addresses. So it holds as long as they do.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.formats import localize
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

register = template.Library()
# No text holds it: the databases refuse it, and so does every form.
HOLE = mark_safe("\0")
OPTION, OFFERED = "projects/_filter_option.html", "projects/_filter_offered.html"
SHAPE, ROW = "projects/_map_shape.html", "projects/_map_row.html"
KIT_ROW = "projects/_kit_row.html"
HEADER, RATING = "components/_header.html", "components/_rating.html"
CHECKED = (SafeString(""), SafeString(" checked"))
OPTIONS, NUMBERS, SHAPES, PARTS = 16_000, 16_000, 2_000, 500


def _drawn_once(size: int):
    """Keeps what a function of its arguments alone gives; on a laptop templates change under our feet."""
    return (lambda draw: draw) if settings.DEBUG else lru_cache(maxsize=size)


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
def map_shapes(context) -> SafeString:
    """The shapes of a map that hold a project, the place of each in the filters as its address."""
    return _shapes(context, SHAPE)


@register.simple_tag(takes_context=True)
def map_rows(context) -> SafeString:
    """The same places as rows of a table."""
    return _shapes(context, ROW)


def _shapes(context, name: str) -> SafeString:
    language, path, parts = get_language(), context["request"].path, []
    for shape in context["map"]["shapes"]:
        # What differs from one list to the next, where the template leaves its holes.
        told = {
            "U": escape(path + shape["url"]),
            "L": escape(shape["label"]),
            "C": number(language, shape["count"]),
            "S": str(shape["step"]),
        }
        start, *rest = _shape(language, name, shape["code"], shape["name"], shape["path"])
        parts.append(start)
        parts += (told[part[0]] + part[1:] for part in rest)
    return mark_safe("".join(parts))


@_drawn_once(SHAPES)
def _shape(_language: str, name: str, code: str, title: str, path: str) -> list[str]:
    holes = {"url": "U", "label": "L", "count": "C", "step": "S"}
    shape = {key: mark_safe(HOLE + letter) for key, letter in holes.items()}
    shape |= {"code": code, "name": title, "path": path}
    return render_to_string(name, {"shape": shape}).split(HOLE)


@register.simple_tag
def kit_row(row: Mapping) -> SafeString:
    """An aspect of the kit for reuse. Most cards have no documents, and lack the same."""
    if row["documents"]:
        return mark_safe(render_to_string(KIT_ROW, {"row": row}).rstrip("\n"))
    return _kit_row(get_language(), str(row["name"]), row["percent"], tuple(map(tuple, row["missing"])))


@_drawn_once(PARTS)
def _kit_row(_language: str, name: str, percent: int, missing: tuple[tuple[str, ...], ...]) -> SafeString:
    row = {"name": name, "percent": percent, "documents": [], "missing": missing}
    return mark_safe(render_to_string(KIT_ROW, {"row": row}).rstrip("\n"))


@register.simple_tag(takes_context=True)
def header(context) -> SafeString:
    """The head of every page: of strangers it differs by language, menu and the other language's address."""
    user, other = context.get("user"), context.get("other")
    if context.get("request") is None or (user and user.is_authenticated):
        return _part(context, HEADER)
    start, *rest = _header(
        get_language(),
        bool(context.get("DEMO")),
        other and (other["code"], other["label"]),
        tuple(context["menu"]),
    )
    return mark_safe(start + "".join(escape(other["url"]) + part for part in rest))


@_drawn_once(PARTS)
def _header(_language: str, is_demo: bool, other: tuple[str, str] | None, menu: tuple) -> list[str]:
    code, label = other or ("", "")
    drawn = {"DEMO": is_demo, "menu": menu, "other": other and {"code": code, "label": label, "url": HOLE}}
    return render_to_string(HEADER, drawn).split(HOLE)


@register.simple_tag(takes_context=True)
def rating(context) -> SafeString:
    """The question how clear a page is; nothing but the page's own address differs."""
    start, *rest = _rating(get_language())
    return mark_safe(start + "".join(escape(context["request"].path) + part for part in rest))


@_drawn_once(PARTS)
def _rating(_language: str) -> list[str]:
    return render_to_string(RATING, {"request": {"path": HOLE}}).split(HOLE)


@register.simple_tag(takes_context=True)
def footer(context) -> SafeString:
    """The foot of every page, which differs by language alone."""
    return _footer(get_language(), context.get("ACCESSIBILITY_URL", ""), context.get("data_url", ""))


@_drawn_once(PARTS)
def _footer(_language: str, accessibility: str, data: str) -> SafeString:
    return mark_safe(
        render_to_string("components/_footer.html", {"ACCESSIBILITY_URL": accessibility, "data_url": data})
    )


def _part(context, name: str) -> SafeString:
    """A part drawn as `include` would."""
    with context.push():
        return context.template.engine.get_template(name).render(context)
