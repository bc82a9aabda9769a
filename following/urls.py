from django.urls import path

from following import views

PUBLIC = [
    path("segui/", views.follow, name="follow"),
    path("segui/scrivi/", views.requested, name="follow-asked"),
    path("segui/<uuid:key>/", views.manage, name="follow-manage"),
    path("segui/<uuid:key>/basta/", views.stop, name="follow-stop"),
]
