from django.urls import path

from feedback import views

PUBLIC = [
    path("progetti/<str:slug>/segnala/", views.report_card, name="card-report"),
    path("segnalazioni/<uuid:token>/", views.report_status, name="report-status"),
    path("accessibilita/segnala/", views.report_page, name="page-report"),
    path("valutazione/", views.rate, name="page-rate"),
]
DESK = [
    path("segnalazioni/", views.report_list, name="report-list"),
    path("segnalazioni/<int:pk>/", views.report_detail, name="report-detail"),
    path("valutazioni/", views.rating_list, name="rating-list"),
]
