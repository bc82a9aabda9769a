from django.urls import path

from opendata import views

app_name = "opendata"
urlpatterns = [
    path("", views.home, name="home"),
    path("api/", views.api, name="api"),
]
