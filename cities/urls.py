from django.urls import path

from cities import feeds, office, views

PUBLIC = [
    path("citta/", views.city_list, name="city-list"),
    path("citta/<str:slug>/", views.city_detail, name="city-detail"),
    path("citta/<str:slug>/feed.atom", feeds.CityFeed(), name="city-feed"),
    path("confronta/citta/", views.city_compare, name="city-compare"),
]
OFFICE = [
    path("citta/", office.municipalities, name="city-list"),
    path("citta/<slug:slug>/", office.edit, name="city-edit"),
]
DESK = [
    path("citta/", office.desk_list, name="city-list"),
    path("citta/<slug:slug>/", office.desk_hide, name="city-hide"),
]
