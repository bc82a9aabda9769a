from django.urls import path

from opendata import desk

app_name = "exports"
urlpatterns = [
    path("", desk.exports, name="list"),
    path("<int:pk>/", desk.export_file, name="file"),
]
