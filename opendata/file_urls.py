"""Files have one address, whatever the language of the page."""

from django.urls import path

from opendata import views

urlpatterns = [
    path("catalogo.ttl", views.catalogue_file, {"suffix": "ttl"}, name="data-catalogue-ttl"),
    path("catalogo.rdf", views.catalogue_file, {"suffix": "rdf"}, name="data-catalogue-rdf"),
    path("catalogo.jsonld", views.catalogue_file, {"suffix": "jsonld"}, name="data-catalogue-jsonld"),
    path("nazionale/<str:name>", views.export_file, name="data-file"),
]
