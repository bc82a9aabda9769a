from django.urls import path

from municipalities import views

PUBLIC = [path("comuni/suggerimenti", views.suggestions, name="municipality-suggestions")]
