from django.urls import path

from opendata import desk, views

app_name = "opendata"
urlpatterns = [
    path("", views.home, name="home"),
    path("api/", views.api, name="api"),
    path("<slug:slug>/", views.dataset, name="dataset"),
]
# Files have one address, whatever the language of the page.
FILES = [
    path("dati/catalogo.ttl", views.catalogue_file, {"suffix": "ttl"}, name="data-catalogue-ttl"),
    path("dati/catalogo.rdf", views.catalogue_file, {"suffix": "rdf"}, name="data-catalogue-rdf"),
    path("dati/catalogo.jsonld", views.catalogue_file, {"suffix": "jsonld"}, name="data-catalogue-jsonld"),
    path("dati/nazionale/<str:name>", views.export_file, name="data-file"),
]
DESK = [
    path("esportazioni/", desk.exports, name="export-list"),
    path("esportazioni/<int:pk>/", desk.export_file, name="export-file"),
]
