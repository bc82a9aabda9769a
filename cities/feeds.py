from django.contrib.sitemaps import Sitemap
from django.http import Http404
from django.urls import reverse

from cards.pages.feeds import CardFeed
from cards.search.query import ProjectQuery
from municipalities.models import Territory
from municipalities.search import find_municipality


class CityFeed(CardFeed):
    def get_object(self, request, slug):
        municipality = find_municipality(slug)
        if municipality is None:
            raise Http404
        return ProjectQuery(facets={"municipality": (municipality.code,)})


class CitySitemap(Sitemap):
    def items(self):
        return Territory.objects.municipalities().current().order_by("slug").values_list("slug", flat=True)

    def location(self, slug):
        return reverse("public:city-detail", args=[slug])
