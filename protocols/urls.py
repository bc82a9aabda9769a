from django.urls import path

from protocols import desk, views

app_name = "protocols"
urlpatterns = [
    path("", views.protocol_list, name="protocol-list"),
    path("adesione/<str:token>/", views.adhesion_confirm, name="adhesion-confirm"),
    path("<slug:slug>/", views.protocol_detail, name="protocol-detail"),
    path("<slug:slug>/aderisci/", views.adhesion_request, name="adhesion-request"),
    path("<slug:slug>/aderisci/inviata/", views.adhesion_sent, name="adhesion-sent"),
]
DESK = [
    path("adesioni/", desk.adhesion_list, name="adhesion-list"),
    path("adesioni/<int:pk>/", desk.adhesion_detail, name="adhesion-detail"),
    path("adesioni/<int:pk>/invito/", desk.adhesion_resend, name="adhesion-resend"),
    path("adesioni/<int:pk>/documento/", desk.adhesion_document, name="adhesion-document"),
]
