"""URLs of the whole portal. Italian paths are stable; English pages are under /en/."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.sitemaps import views as sitemaps
from django.urls import include, path

from observatory import addresses, health, metrics, well_known
from observatory.pages.sitemaps import SITEMAPS, sitemap_section

handler403 = "observatory.refusals.denied"
urlpatterns = [
    path("salute/live", health.live, name="health-live"),
    path("salute/ready", health.ready, name="health-ready"),
    path("metrics", metrics.metrics, name="metrics"),
    path("robots.txt", well_known.robots),
    path(".well-known/security.txt", well_known.security),
    path("sitemap.xml", sitemaps.index, {"sitemaps": SITEMAPS, "sitemap_url_name": "sitemap-section"}),
    path("sitemap-<section>.xml", sitemap_section, name="sitemap-section"),
    *addresses.FILES,
    path("api/v1/", include("api.urls")),
    path("admin/", admin.site.urls),
    *i18n_patterns(
        path("dati/", include("opendata.urls")),
        path("protocolli/", include("protocols.urls")),
        path("accesso/", include("accounts.sign_in")),
        path("", include("accounts.urls")),
        path("area-riservata/", include((addresses.OFFICE, "officer"))),
        path("redazione/", include((addresses.DESK, "desk"))),
        path("", include("observatory.pages.urls")),
        path("", include((addresses.PUBLIC, "public"))),
        prefix_default_language=False,
    ),
]
