from django.urls import path

from suitability import views
from suitability.compare import views as compare
from suitability.estimate import views as estimate

PUBLIC = [
    path("progetti/<str:slug>/adatto/", views.card_fit, name="card-fit"),
    path("progetti/<str:slug>/stima/", estimate.card_estimate, name="card-estimate"),
    path("adatti/", views.suited_list, name="suited-list"),
    path("citta/<str:slug>/adatti/", views.city_suited, name="city-suited"),
    path("confronta/", compare.compare, name="compare"),
]
