from django.urls import path

from projects import (
    city_views,
    compare_views,
    estimate_views,
    feeds,
    fit_views,
    replicability_views,
    views,
)

app_name = "projects"
urlpatterns = [
    path("", views.home, name="home"),
    path("progetti/", views.card_list, name="card-list"),
    path("progetti/<str:slug>/", views.card_detail, name="card-detail"),
    path("progetti/<str:slug>/scheda.json", views.card_json, name="card-json"),
    path("progetti/<str:slug>/versioni/", views.card_versions, name="card-versions"),
    path("progetti/<str:slug>/versioni/<int:number>/", views.card_version, name="card-version"),
    path(
        "progetti/<str:slug>/versioni/<int:number>/confronta/<int:other>/",
        views.card_compare_editions,
        name="card-compare-editions",
    ),
    path("progetti/<str:slug>/adatto/", fit_views.card_fit, name="card-fit"),
    path("progetti/<str:slug>/stima/", estimate_views.card_estimate, name="card-estimate"),
    path("adatti/", fit_views.suited_list, name="suited-list"),
    path("confronta/", compare_views.compare, name="compare"),
    path("citta/", city_views.city_list, name="city-list"),
    path("citta/<str:slug>/", city_views.city_detail, name="city-detail"),
    path("citta/<str:slug>/feed.atom", feeds.CityFeed(), name="city-feed"),
    path("citta/<str:slug>/adatti/", fit_views.city_suited, name="city-suited"),
    path("aree/", views.area_list, name="area-list"),
    path("aree/<slug:slug>/", views.area_detail, name="area-detail"),
    path("replicabilita/", replicability_views.ranking, name="ranking"),
    path("cerca/", views.search, name="search"),
    path("feed/progetti.atom", feeds.CardFeed(), name="card-feed"),
]
