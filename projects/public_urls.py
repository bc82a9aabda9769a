from django.urls import path

from projects import city_views, feeds, replicability_views, views, voices

app_name = "projects"
urlpatterns = [
    path("", views.home, name="home"),
    path("progetti/", views.card_list, name="card-list"),
    path("progetti/<str:slug>/", views.card_detail, name="card-detail"),
    path("progetti/<str:slug>/scheda.json", views.card_json, name="card-json"),
    path("progetti/<str:slug>/scheda.pdf", views.card_pdf, name="card-pdf"),
    path("progetti/<str:slug>/segnala/", voices.report_card, name="card-report"),
    path("progetti/<str:slug>/versioni/", views.card_versions, name="card-versions"),
    path("progetti/<str:slug>/versioni/<int:number>/", views.card_version, name="card-version"),
    path(
        "progetti/<str:slug>/versioni/<int:number>/confronta/<int:other>/",
        views.card_compare_editions,
        name="card-compare-editions",
    ),
    path("citta/", city_views.city_list, name="city-list"),
    path("citta/<str:slug>/", city_views.city_detail, name="city-detail"),
    path("citta/<str:slug>/feed.atom", feeds.CityFeed(), name="city-feed"),
    path("confronta/citta/", city_views.city_compare, name="city-compare"),
    path("segnalazioni/<uuid:token>/", voices.report_status, name="report-status"),
    path("accessibilita/segnala/", voices.report_page, name="page-report"),
    path("valutazione/", voices.rate, name="page-rate"),
    path("aree/", views.area_list, name="area-list"),
    path("aree/<slug:slug>/", views.area_detail, name="area-detail"),
    path("replicabilita/", replicability_views.ranking, name="ranking"),
    path("cerca/", views.search, name="search"),
    path("feed/progetti.atom", feeds.CardFeed(), name="card-feed"),
]
