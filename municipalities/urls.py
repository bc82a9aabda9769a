from django.urls import path

from municipalities import views

app_name = "municipalities"
urlpatterns = [
    path("", views.protocol_list, name="protocol-list"),
    path("adesione/<str:token>/", views.adhesion_confirm, name="adhesion-confirm"),
    path("<slug:slug>/", views.protocol_detail, name="protocol-detail"),
    path("<slug:slug>/aderisci/", views.adhesion_request, name="adhesion-request"),
    path("<slug:slug>/aderisci/inviata/", views.adhesion_sent, name="adhesion-sent"),
]
