from django.urls import path

from projects import feeds, views
from projects.adoption import kit_views
from projects.city import views as city_views
from projects.compare import views as compare_views
from projects.estimate import views as estimate_views
from projects.fit import views as fit_views
from projects.follow import views as following
from projects.listing import views as list_views
from projects.replicability import views as replicability_views
from projects.voices import views as voices

app_name = "projects"
urlpatterns = [
    path("", views.home, name="home"),
    path("progetti/", list_views.card_list, name="card-list"),
    path("progetti/<str:slug>/", views.card_detail, name="card-detail"),
    path("progetti/<str:slug>/scheda.json", views.card_json, name="card-json"),
    path("progetti/<str:slug>/scheda.pdf", views.card_pdf, name="card-pdf"),
    path("progetti/<str:slug>/kit.zip", kit_views.card_kit, name="card-kit"),
    path("progetti/<str:slug>/riusa/", kit_views.card_reuse, name="card-reuse"),
    path("progetti/<str:slug>/segnala/", voices.report_card, name="card-report"),
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
    path("confronta/citta/", city_views.city_compare, name="city-compare"),
    path("segnalazioni/<uuid:token>/", voices.report_status, name="report-status"),
    path("accessibilita/segnala/", voices.report_page, name="page-report"),
    path("valutazione/", voices.rate, name="page-rate"),
    path("citta/<str:slug>/adatti/", fit_views.city_suited, name="city-suited"),
    path("segui/", following.follow, name="follow"),
    path("segui/scrivi/", following.asked, name="follow-asked"),
    path("segui/<uuid:key>/", following.manage, name="follow-manage"),
    path("segui/<uuid:key>/basta/", following.stop, name="follow-stop"),
    path("aree/", views.area_list, name="area-list"),
    path("aree/<slug:slug>/", views.area_detail, name="area-detail"),
    path("replicabilita/", replicability_views.ranking, name="ranking"),
    path("cerca/", list_views.search, name="search"),
    path("cerca/suggerimenti", list_views.suggestions, name="suggestions"),
    path("mappa/", list_views.map_page, name="map"),
    path("mappa/punti.geojson", list_views.points, name="points"),
    path("mappa/confini/<str:key>.geojson", list_views.boundaries, name="boundaries"),
    path("feed/progetti.atom", feeds.CardFeed(), name="card-feed"),
]
