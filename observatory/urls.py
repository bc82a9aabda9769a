"""Addresses of the whole portal. Italian paths are stable; English pages live under /en/."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from observatory import health

urlpatterns = [
    path("salute/live", health.live, name="health-live"),
    path("salute/ready", health.ready, name="health-ready"),
    path("documenti/", include("projects.file_urls")),
    path("api/v1/", include("api.urls")),
    path("admin/", admin.site.urls),
    *i18n_patterns(
        path("protocolli/", include("municipalities.urls")),
        path("accesso/", include("accounts.sign_in")),
        path("", include("accounts.urls")),
        path("area-riservata/", include("projects.officer_urls")),
        path("redazione/", include("projects.desk_urls")),
        prefix_default_language=False,
    ),
]
