"""Structured data of pages: JSON-LD blocks in the vocabulary of schema.org."""

import json
from collections.abc import Mapping

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag(takes_context=True)
def json_ld(context, data: dict) -> SafeString:
    """A block of JSON-LD; `<`, `>` and `&`, which could end it early, are escaped."""
    text = json.dumps({"@context": "https://schema.org", **data}, ensure_ascii=False, sort_keys=True)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return mark_safe(f'<script type="application/ld+json">{text}</script>')


@register.simple_tag(takes_context=True)
def breadcrumb_ld(context) -> SafeString:
    """The path of a page as schema.org's BreadcrumbList, from the variables of the breadcrumb."""
    if context.get("request") is None:
        return ""
    steps = [("Home", reverse("public:home"))]
    steps += [
        (context[name], context[f"{name}_url"]) for name in ("grandparent", "parent") if context.get(name)
    ]
    steps.append((context.get("current"), context["request"].path))
    items = [
        {"@type": "ListItem", "position": place, "name": str(name), "item": site(context) + url}
        for place, (name, url) in enumerate(steps, 1)
    ]
    return json_ld(context, {"@type": "BreadcrumbList", "itemListElement": items})


def site(context) -> str:
    return context.get("SITE_URL", "")


@register.simple_tag(takes_context=True)
def home_ld(context) -> SafeString:
    """The site with its search."""
    root = site(context) + reverse("public:home")
    target = site(context) + reverse("public:card-list") + "?q={text}"
    action = {"@type": "SearchAction", "target": target, "query-input": "required name=text"}
    return json_ld(
        context,
        {"@type": "WebSite", "name": "Osservatorio Smart City", "url": root, "potentialAction": action},
    )


@register.simple_tag(takes_context=True)
def area_ld(context) -> SafeString:
    """An area as a collection of the cards it shows."""
    items = [
        {
            "@type": "ListItem",
            "position": place,
            "name": item["title"],
            "url": site(context) + reverse("public:card-detail", args=[item["slug"]]),
        }
        for place, item in enumerate(context["items"], 1)
    ]
    data = {
        "@type": "CollectionPage",
        "name": str(context["area"].name),
        "url": site(context) + context["request"].path,
        "mainEntity": {
            "@type": "ItemList",
            "numberOfItems": context["count"],
            "itemListElement": items,
        },
    }
    return json_ld(context, data)


@register.simple_tag(takes_context=True)
def card_ld(context) -> SafeString:
    """A card as schema.org's CreativeWork."""
    card = context["card"]
    municipality = card["lead_municipality"]
    promoter = card["promoter"]
    data = {
        "@type": "CreativeWork",
        "name": card["title"],
        "abstract": card["summary"],
        "inLanguage": "it",
        "isAccessibleForFree": True,
        "keywords": card["technologies"],
        "identifier": card["code"],
        "version": card["edition"],
        "datePublished": card["published_at"],
        "url": context.get("SITE_URL", "") + context["request"].path,
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "about": [str(area.name) for area in context["areas"]],
        "spatialCoverage": municipality
        and {"@type": "City", "name": municipality["name"], "identifier": municipality["istat_code"]},
        "contributor": [{"@type": "Organization", "name": row["name"]} for row in card["partners"]],
        "temporalCoverage": _span(card),
        "encoding": {
            "@type": "MediaObject",
            "encodingFormat": "application/pdf",
            "contentUrl": site(context) + reverse("public:card-pdf", args=[card["slug"]]),
        },
        "publisher": promoter and {"@type": "GovernmentOrganization", "name": promoter["name"]},
    }
    return json_ld(context, {key: value for key, value in data.items() if value})


def _span(card: Mapping) -> str:
    """ISO 8601 interval of the years of a project; open where the end is not known."""
    first, last = card["year_from"], card["year_to"]
    return f"{first}/{last or '..'}" if first else ""


@register.simple_tag(takes_context=True)
def city_ld(context) -> SafeString:
    municipality = context["municipality"]
    data = {
        "@type": "City",
        "name": municipality.name,
        "identifier": municipality.istat_code,
        "url": context.get("SITE_URL", "") + context["request"].path,
        "containedInPlace": municipality.province
        and {"@type": "AdministrativeArea", "name": municipality.province.name},
    }
    if municipality.latitude is not None and municipality.longitude is not None:
        data["geo"] = {
            "@type": "GeoCoordinates",
            "latitude": float(municipality.latitude),
            "longitude": float(municipality.longitude),
        }
    if municipality.website:
        data["sameAs"] = municipality.website
    return json_ld(context, {key: value for key, value in data.items() if value})


@register.simple_tag(takes_context=True)
def dataset_ld(context) -> SafeString:
    """A dataset with its files (schema.org Dataset, as search engines of data read it)."""
    dataset, modified = context["dataset"], context["modified_at"]
    files = [
        {"@type": "DataDownload", "encodingFormat": file.media_type, "contentUrl": file.url}
        for file, _size in context["files"]
    ]
    data = {
        "@type": "Dataset",
        "name": dataset.name,
        "description": dataset.description,
        "url": site(context) + context["request"].path,
        "license": context["licence_url"],
        "creator": {"@type": "Organization", "name": settings.PUBLISHER},
        "isAccessibleForFree": True,
        "distribution": files,
    }
    if modified:
        data["dateModified"] = modified.isoformat()
    return json_ld(context, data)
