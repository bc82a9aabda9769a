from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import sitemap
from django.core.cache import cache
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

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
# The sitemap of 7,894 cities takes a third of a second to build.
SECONDS = 600


@require_safe
def sitemap_section(request, section):
    """One sitemap, built once in SECONDS for each host and page, whatever else the request says."""
    page = request.GET.get("p", "1")
    key = f"sitemap:{section}:{page[:9]}:{request.scheme}:{request.get_host()}"
    content = cache.get(key)
    if content is None:
        content = sitemap(request, SITEMAPS, section).render().content
        cache.set(key, content, SECONDS)
    response = HttpResponse(content, content_type="application/xml")
    response["Cache-Control"] = f"public, max-age={SECONDS}"
    response["X-Robots-Tag"] = "noindex, noodp, noarchive"
    return response
