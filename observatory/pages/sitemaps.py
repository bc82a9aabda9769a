from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from cards.pages.feeds import CardSitemap
from cards.vocabulary.areas import AREAS
from cities.feeds import CitySitemap

# Pages of text, by the name of their route.
TEXT_PAGES = (
    "for-municipalities",
    "questions",
    "help",
    "accessibility",
    "privacy",
    "legal",
    "statistics",
    "site-map",
)


class PageSitemap(Sitemap):
    def items(self):
        names = ["public:home", "public:card-list", "public:city-list", "public:area-list"]
        names += ["public:city-compare", "protocols:protocol-list"]
        names += [f"pages:{page}" for page in TEXT_PAGES]
        return [reverse(name) for name in names] + [
            reverse("public:area-detail", args=[a.slug]) for a in AREAS
        ]

    def location(self, path):
        return path


SITEMAPS = {"pagine": PageSitemap, "progetti": CardSitemap, "citta": CitySitemap}
