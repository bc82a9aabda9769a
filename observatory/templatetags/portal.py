"""Tags and filters of all templates: icons, areas, money, partial dates, results, links between languages."""

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from django import template
from django.conf import settings
from django.template.defaultfilters import linebreaks
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import translate_url
from django.utils.dateparse import parse_datetime
from django.utils.formats import localize
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cards.presentation.context import item_of
from cards.vocabulary.areas import AREA_BY_KEY, AREAS
from cards.vocabulary.bands import HIGH, LOW, MEDIUM
from lib.formats import euro, file_kind, file_size, in_millions, measure, partial_date
from lib.markdown import render_markdown

register = template.Library()
RESULT = "components/_result.html"
# Rendered results in the cache of the process, some 4 kB each.
RESULTS = 4_000
ITALIAN = mark_safe(' lang="it"')
CHECKED = mark_safe(" checked")
CHOICE_END = "</span></label></div>"
# Of filters, each in two languages, some 500 bytes each.
OPTIONS = 4_000


@register.simple_tag
def icon(name: str, size: str = ""):
    """A symbol of the sprite, hidden from screen readers, which read the word beside it."""
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
    """The area with this key, which has name, colour and icon; None for an unknown one."""
    return AREA_BY_KEY.get(key)


register.filter("euro", euro)
register.filter("in_millions", in_millions)
register.filter("measure", measure)
register.filter("partial_date", partial_date)
register.filter("markdown", render_markdown)


@register.filter
def moment(text: str | None):
    """The datetime of a text in ISO 8601, for Django's `date` filter; None without text."""
    return parse_datetime(text) if text else None


@register.simple_tag(takes_context=True)
def other_language(context):
    """`{code, label, url, path}` of this page in the other language; None where it has no translation."""
    request = context.get("request")
    if request is None:
        return None
    code = "it" if get_language() == "en" else "en"
    url = translate_url(request.get_full_path(), code)
    label = {"it": "Italiano", "en": "English"}[code]
    if url == request.get_full_path():
        return None
    return {"code": code, "label": label, "url": url, "path": url.partition("?")[0]}


@register.simple_tag
def is_optional(field) -> bool:
    """Whether a form field may stay empty: its `is_optional` if it has one, since drafts require none."""
    return getattr(field.field, "is_optional", not field.field.required)


register.filter("file_kind", file_kind)


@register.filter
def about_size(size) -> str:
    """`circa 24 kB`, the size of a file that is written for each request; empty without a size."""
    return _("circa %(size)s") % {"size": file_size(size)} if size else ""


@register.simple_tag
def sprite() -> str:
    """The URL of the sprite, for icons with markup of their own."""
    return static("build/img/sprite.svg")


@register.simple_tag
def error_links(form) -> list[dict]:
    """`[{anchor, text}]` of every error of a form; the anchor of a group of choices is its first one."""
    links = [{"anchor": "", "text": text} for text in form.non_field_errors()]
    for field in form:
        suffix = "_0" if field.use_fieldset else ""
        links += [{"anchor": f"{field.auto_id}{suffix}", "text": text} for text in field.errors]
    return links


@register.simple_tag
def page_numbers(page) -> list[int | None]:
    """The page numbers of the pagination, with None for each gap."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return [number if isinstance(number, int) else None for number in numbers]


@register.simple_tag
def social_image(area) -> str:
    """The URL of the Open Graph image of an area, 1200×630."""
    return static(f"img/og/{area.slug}.png")


@register.simple_tag
def cover_image(name: str) -> str:
    """The URL of a drawn cover (cards.presentation.covers), 1200×630."""
    return static(f"img/covers/{name}.svg")


@register.simple_tag
def score_words(band: str) -> str:
    """How easy a project is to repeat, by its band of replicability."""
    return {HIGH: _("Facile da rifare"), MEDIUM: _("Medio"), LOW: _("Difficile")}.get(band, "")


@register.simple_tag
def all_areas():
    return AREAS


@register.filter
def localised(item: dict, field: str) -> str:
    """`title` or `summary` in the active language; in Italian where the body wrote no other."""
    return (get_language() == "en" and item.get(f"{field}_en")) or item.get(field) or ""


@register.simple_tag
def in_italian(item=None, field: str = "") -> str:
    """`lang="it"` for texts that bodies write in Italian, on a page in another language; else empty.

    Empty too where `item` has that field in English, which `localised` gives.
    """
    if get_language() == "it" or (isinstance(item, Mapping) and item.get(f"{field}_en")):
        return ""
    return ITALIAN


@register.filter
def written(text: str) -> SafeString:
    """The text of a body in paragraphs, escaped, each with its language."""
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
    """A card in a list of results. Rendered once in each language, unless searched words are marked in it."""
    if item.get("snippet") or item.get("marked_title"):
        return render_to_string(RESULT, {"item": item})
    render = _rendered.__wrapped__ if settings.DEBUG else _rendered
    return render(get_language(), item["raw"])


@lru_cache(maxsize=RESULTS)
def _rendered(_language: str, stored: tuple[str, str]) -> SafeString:
    """Depends on the language and the stored texts alone."""
    return render_to_string(RESULT, {"item": item_of(*stored)})


@register.simple_tag(takes_context=True)
def query_pairs(context, *left_out: str) -> list[tuple[str, str]]:
    """The query string as hidden fields of a form, without the names that the form sends itself."""
    lists = context["request"].GET.lists()
    return [(name, value) for name, values in lists if name not in left_out for value in values]
