"""Words of our templates: icons, areas, money, partial dates, the same page in the other language."""

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from django import template
from django.conf import settings
from django.template.defaultfilters import linebreaks
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import get_script_prefix, translate_url
from django.utils.dateparse import parse_datetime
from django.utils.formats import localize
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cards.presentation.context import item_of
from cards.vocabulary.areas import AREA_BY_KEY, AREAS
from lib.formats import euro, file_kind, file_size, in_millions, measure, partial_date

register = template.Library()
RESULT = "components/_result.html"
# Some 4 kB each.
RESULTS = 4_000
# Letters that an address writes as they are.
PLAIN = re.compile(r"[-/.\w]*", re.ASCII)
# `{route and language: whether its addresses in that language differ by their prefix alone}`
_has_prefix: dict[tuple, bool] = {}
ITALIAN = mark_safe(' lang="it"')
CHECKED = mark_safe(" checked")
CHOICE_END = "</span></label></div>"
# Of filters, each in two languages, some 500 bytes each.
OPTIONS = 4_000


@register.simple_tag
def icon(name: str, size: str = ""):
    """A symbol of our sprite, silent for screen readers: the word beside it speaks."""
    return (_icon.__wrapped__ if settings.DEBUG else _icon)(name, size)


@cache
def _icon(name: str, size: str) -> SafeString:
    classes = f"icon icon-{size}" if size else "icon"
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        classes,
        static("build/img/sprite.svg"),
        name,
    )


@register.filter
def area(key: str):
    """The area of a key, to show its name, colour and icon; nothing for an unknown one."""
    return AREA_BY_KEY.get(key)


register.filter("euro", euro)
register.filter("in_millions", in_millions)
register.filter("measure", measure)
register.filter("partial_date", partial_date)


@register.filter
def moment(text: str | None):
    """The datetime of an ISO text, for Django's own `date` filter."""
    return parse_datetime(text) if text else None


@register.simple_tag(takes_context=True)
def other_language(context):
    """`{code, label, url}` of this very page in the other language, or nothing where there is none."""
    request = context.get("request")
    if request is None:
        return None
    code = "it" if get_language() == "en" else "en"
    url = _translated(request, code)
    label = {"it": "Italiano", "en": "English"}[code]
    if url == request.get_full_path():
        return None
    return {"code": code, "label": label, "url": url, "path": url.partition("?")[0]}


def _translated(request, code: str) -> str:
    """The address in another language; that of a plain path differs by its prefix alone."""
    full, match = request.get_full_path(), request.resolver_match
    if match is None or not PLAIN.fullmatch(request.path):
        return translate_url(full, code)
    route = (match.view_name, match.route, code, get_script_prefix())
    if route not in _has_prefix:
        _has_prefix[route] = translate_url(full, code) == _swapped(full, code)
    return _swapped(full, code) if _has_prefix[route] else translate_url(full, code)


def _swapped(full: str, code: str) -> str:
    root = get_script_prefix()
    return root + full.removeprefix(f"{root}en/") if code == "it" else f"{root}en/{full.removeprefix(root)}"


@register.simple_tag
def is_optional(field) -> bool:
    """Drafts require nothing of what they will require later: the form says it by `is_optional`."""
    return getattr(field.field, "is_optional", not field.field.required)


register.filter("file_kind", file_kind)


@register.filter
def about_size(size) -> str:
    """`circa 24 kB` of a file that is made when it is asked for."""
    return _("circa %(size)s") % {"size": file_size(size)} if size else ""


@register.simple_tag
def sprite() -> str:
    """The address of the sprite, for the few icons that dress themselves."""
    return static("build/img/sprite.svg")


@register.simple_tag
def error_links(form) -> list[dict]:
    """`[{anchor, text}]` of every error; a group of choices is reached at its first one."""
    links = [{"anchor": "", "text": text} for text in form.non_field_errors()]
    for field in form:
        suffix = "_0" if field.use_fieldset else ""
        links += [{"anchor": f"{field.auto_id}{suffix}", "text": text} for text in field.errors]
    return links


@register.simple_tag
def page_numbers(page) -> list[int | None]:
    """The numbers to show, with None for each gap."""
    shown = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return [number if isinstance(number, int) else None for number in shown]


@register.simple_tag
def social_image(area) -> str:
    """The picture that social networks show for an area, 1200×630."""
    return static(f"img/og/{area.slug}.png")


@register.simple_tag
def all_areas():
    return AREAS


@register.filter
def localised(item: dict, field: str) -> str:
    """`title` or `summary` in the reader's language, in Italian where the body gave no other."""
    return (get_language() == "en" and item.get(f"{field}_en")) or item.get(field) or ""


@register.simple_tag
def in_italian(item=None, field: str = "") -> str:
    """The attribute of what bodies write in Italian, on a page in another language.

    Nothing where `item` gives that field in English too: `localised` shows it.
    """
    if get_language() == "it" or (isinstance(item, Mapping) and item.get(f"{field}_en")):
        return ""
    return ITALIAN


@register.filter
def written(text: str) -> SafeString:
    """Paragraphs of what a body wrote."""
    return mark_safe(linebreaks(text, autoescape=True).replace("<p>", f"<p{in_italian()}>"))


@register.simple_tag
def filter_choices(group: Mapping, options: Iterable[Mapping]) -> SafeString:
    """The checkboxes of a group of filters. A list page has 130, slow in a template loop."""
    choices = []
    for option in options:
        start, end = _choice(group["key"], group["name"], option["value"], str(option["label"]))
        choices.append(
            f"{start}{CHECKED if option['selected'] else ''}{end}({_count(option['count'])}){CHOICE_END}"
        )
    return mark_safe("".join(choices))


@lru_cache(maxsize=OPTIONS)
def _choice(key: str, name: str, value: str, label: str) -> tuple[str, str]:
    """The HTML of a checkbox before and after its state, up to its count."""
    anchor = f"f-{key}-{slugify(value)}"
    start = '<div class="choice"><input type="checkbox" id="{}" name="{}" value="{}"'
    end = '><label for="{}">{} <span class="num">'
    return format_html(start, anchor, name, value), format_html(end, anchor, label)


@register.simple_tag
def offered_options(options: Iterable[Mapping]) -> SafeString:
    """The options of a `datalist`: labels and counts. A list page has 80."""
    return mark_safe("".join(_offered(str(option["label"])) % _count(option["count"]) for option in options))


@lru_cache(maxsize=OPTIONS)
def _offered(label: str) -> str:
    return format_html('<option value="{}">', label).replace("%", "%%") + "%s</option>"


def _count(number: int) -> str:
    """`number` in the language of the page: one below a thousand is the same in all."""
    return str(number) if number < 1_000 else localize(number)


@register.simple_tag
def result(item: Mapping) -> SafeString:
    """A card in a list of results. The words searched are marked in it, or it was drawn before."""
    if item.get("snippet") or item.get("marked_title"):
        return render_to_string(RESULT, {"item": item})
    draw = _drawn.__wrapped__ if settings.DEBUG else _drawn
    return draw(get_language(), item["stored"])


@lru_cache(maxsize=RESULTS)
def _drawn(_language: str, stored: tuple[str, str]) -> SafeString:
    """Drawn from language and stored texts alone, so that it holds as long as they are the same."""
    return render_to_string(RESULT, {"item": item_of(*stored)})


@register.simple_tag(takes_context=True)
def query_pairs(context, *left_out: str) -> list[tuple[str, str]]:
    """The query string as hidden fields of a form, without the names that the form sends itself."""
    lists = context["request"].GET.lists()
    return [(name, value) for name, values in lists if name not in left_out for value in values]
