"""Atom feed (RFC 4287) and sitemap of current cards."""

from dataclasses import replace

import orjson
from django.contrib.sitemaps import Sitemap
from django.contrib.syndication.views import Feed
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from cards.models import Edition
from cards.pages.filter_panel import titled
from cards.pages.listing import invalid
from cards.search.query import ProjectQuery, find, page_params, parse

LENGTH = 50


class CardFeed(Feed):
    """The newest cards that match the query string, with the parameters of the list page."""

    feed_type = Atom1Feed
    subtitle = author_name = "Osservatorio Smart City"

    def __call__(self, request, *args, **kwargs):
        """400 with the reason where a filter cannot be read: without it the feed would hold everything."""
        _query, problems = parse(request.GET, page=True)
        return invalid(problems) if problems else super().__call__(request, *args, **kwargs)

    def get_object(self, request):
        query, _problems = parse(request.GET, page=True)
        return query

    def title(self, query: ProjectQuery) -> str:
        return titled(query, _("Progetti pubblicati"))

    def link(self, query: ProjectQuery) -> str:
        params = page_params(query).urlencode()
        return reverse("public:card-list") + (f"?{params}" if params else "")

    def items(self, query: ProjectQuery):
        return find(replace(query, sort="-published_at"))[:LENGTH]

    def item_title(self, card: Edition) -> str:
        return card.title

    def item_description(self, card: Edition) -> str:
        return orjson.loads(card.item)["summary"] or ""

    def item_link(self, card: Edition) -> str:
        return reverse("public:card-detail", args=[card.slug])

    def item_guid(self, card: Edition) -> str:
        return f"urn:osservatorio:{card.code}"

    def item_pubdate(self, card: Edition):
        return card.published_at

    def item_updateddate(self, card: Edition):
        return card.published_at


class CardSitemap(Sitemap):
    limit = 10_000

    def items(self):
        return Edition.objects.current().order_by("pk").only("slug", "published_at")

    def lastmod(self, card):
        return card.published_at

    def location(self, card):
        return reverse("public:card-detail", args=[card.slug])
