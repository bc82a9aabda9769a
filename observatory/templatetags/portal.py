"""Words of our templates: icons, areas, money, partial dates, the same page in the other language."""

import json
import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from django import template
from django.conf import settings
from django.template.defaultfilters import linebreaks
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import translate_url
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from projects.areas import AREA_BY_KEY, AREAS
from projects.presentation import item_of

register = template.Library()
NO_BREAK_SPACE = "\u00a0"
RESULT = "components/_result.html"
# Some 4 kB each.
RESULTS = 4_000
ITALIAN = mark_safe(' lang="it"')


@register.simple_tag
def icon(name: str, size: str = ""):
    """A symbol of our sprite, silent for screen readers: the word beside it speaks."""
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


@register.filter
def euro(amount) -> str:
    """`1.250.000 €`, in English `€1,250,000`; cents only under a thousand."""
    if amount in (None, ""):
        return ""
    amount = Decimal(amount)
    places = 0 if amount >= 1000 or amount == amount.to_integral_value() else 2
    # number_format cuts the digits it does not show; money is rounded.
    rounded = amount.quantize(Decimal(10) ** -places, ROUND_HALF_UP)
    words = _("%(amount)s €") % {"amount": number_format(rounded, places, force_grouping=True)}
    return words.replace(" ", NO_BREAK_SPACE)


@register.filter
def measure(value) -> str:
    """A number as it is, without useless zeros: `54,5`, `1.250`."""
    if value in (None, ""):
        return ""
    exact = Decimal(value).normalize()
    places = max(0, -exact.as_tuple().exponent)
    return number_format(exact, places, force_grouping=True)


@register.filter
def partial_date(text: str | None) -> str:
    """`2024` → 2024, `2024-05` → maggio 2024, `2024-05-12` → 12 maggio 2024."""
    moment = partial_moment(text)
    if moment is None:
        return text or ""
    pattern = {4: "Y", 7: "F Y"}.get(len(text), "j F Y")
    return date_format(moment, pattern)


def partial_moment(text: str | None):
    if not text or not re.fullmatch(r"\d{4}(-\d{2}){0,2}", text):
        return None
    return parse_datetime(f"{text}-01-01"[:10] + "T00:00")


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
    url = translate_url(request.get_full_path(), code)
    label = {"it": "Italiano", "en": "English"}[code]
    return {"code": code, "label": label, "url": url} if url != request.get_full_path() else None


@register.simple_tag
def is_optional(field) -> bool:
    """Drafts require nothing of what they will require later: the form says it by `is_optional`."""
    return getattr(field.field, "is_optional", not field.field.required)


@register.filter
def file_kind(document: dict) -> str:
    """`PDF, 1,2 MB`: what a link to a file gives, before one follows it."""
    kinds = {"application/pdf": "PDF", "text/csv": "CSV"}
    media = document.get("media_type") or ""
    size = document.get("size")
    words = [kinds.get(media, media.rpartition(".")[2].upper() or _("collegamento"))]
    if size:
        words.append(file_size(size))
    return ", ".join(words)


def file_size(size: int) -> str:
    if size < 1_000_000:
        return f"{number_format(max(1, round(size / 1000)))}{NO_BREAK_SPACE}kB"
    return f"{number_format(Decimal(size) / 1_000_000, 1)}{NO_BREAK_SPACE}MB"


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


@register.simple_tag(takes_context=True)
def json_ld(context, data: dict) -> SafeString:
    """A block of linked data; the three signs that could end it early are written as escapes."""
    text = json.dumps({"@context": "https://schema.org", **data}, ensure_ascii=False, sort_keys=True)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return mark_safe(f'<script type="application/ld+json">{text}</script>')


@register.simple_tag(takes_context=True)
def card_ld(context) -> SafeString:
    """A card as schema.org's CreativeWork."""
    card = context["card"]
    town = card["lead_municipality"]
    promoter = card["promoter"]
    data = {
        "@type": "CreativeWork",
        "name": card["title"],
        "abstract": card["summary"],
        "identifier": card["code"],
        "version": card["edition"],
        "datePublished": card["published_at"],
        "url": context.get("SITE_URL", "") + context["request"].path,
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "about": [str(area.name) for area in context["areas"]],
        "spatialCoverage": town and {"@type": "City", "name": town["name"], "identifier": town["istat_code"]},
        "publisher": promoter and {"@type": "GovernmentOrganization", "name": promoter["name"]},
    }
    return json_ld(context, {key: value for key, value in data.items() if value})


@register.simple_tag(takes_context=True)
def city_ld(context) -> SafeString:
    town = context["town"]
    data = {
        "@type": "City",
        "name": town.name,
        "identifier": town.istat_code,
        "url": context.get("SITE_URL", "") + context["request"].path,
        "containedInPlace": town.province and {"@type": "AdministrativeArea", "name": town.province.name},
    }
    return json_ld(context, {key: value for key, value in data.items() if value})


@register.simple_tag
def result(item: Mapping) -> SafeString:
    """A card in a list of results. The words searched are marked in it, or it was drawn before."""
    if item.get("snippet"):
        return render_to_string(RESULT, {"item": item})
    draw = _drawn.__wrapped__ if settings.DEBUG else _drawn
    return draw(get_language(), item["stored"])


@lru_cache(maxsize=RESULTS)
def _drawn(_language: str, stored: str) -> SafeString:
    """Drawn from language and stored text alone, so that it holds as long as both are the same."""
    return render_to_string(RESULT, {"item": item_of(stored)})


@register.simple_tag(takes_context=True)
def query_pairs(context, *left_out: str) -> list[tuple[str, str]]:
    """The query string as hidden fields of a form, without the names that the form sends itself."""
    lists = context["request"].GET.lists()
    return [(name, value) for name, values in lists if name not in left_out for value in values]
