from django.urls import path

from feedback import views

PUBLIC = [
    path("progetti/<str:slug>/segnala/", views.report_card, name="card-report"),
    path("progetti/<str:slug>/chiedi/", views.ask_body, name="card-question"),
    path("segnalazioni/<uuid:token>/", views.report_status, name="report-status"),
    path("accessibilita/segnala/", views.report_page, name="page-report"),
    path("valutazione/", views.rate, name="page-rate"),
]
OFFICE = [
    path("domande/", views.question_list, name="question-list"),
    path("domande/<int:pk>/", views.question_detail, name="question-detail"),
]
DESK = [
    path("segnalazioni/", views.report_list, name="report-list"),
    path("segnalazioni/<int:pk>/", views.report_detail, name="report-detail"),
    path("valutazioni/", views.rating_list, name="rating-list"),
]
