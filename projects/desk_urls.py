from django.urls import path

from projects import adoption_views, assess_views, city_office, desk, voices

app_name = "desk"
urlpatterns = [
    path("", desk.queue, name="home"),
    path("schede/", desk.queue, name="project-list"),
    path("schede/<str:code>/", desk.review, name="project-review"),
    path("schede/<str:code>/prendi/", desk.take, name="project-take"),
    path("schede/<str:code>/rilascia/", desk.release, name="project-release"),
    path("schede/<str:code>/commenta/", desk.comment, name="project-comment"),
    path("schede/<str:code>/commenti/<int:pk>/togli/", desk.remove_comment, name="comment-remove"),
    path("schede/<str:code>/integrazioni/", desk.request_changes, name="project-request-changes"),
    path("schede/<str:code>/pubblica/", desk.publish, name="project-publish"),
    path("schede/<str:code>/non-pubblicare/", desk.archive, name="project-archive"),
    path("riuso/", adoption_views.all_of_them, name="adoption-list"),
    path("riuso/passi/<int:pk>/nascondi/", adoption_views.hide, name="adoption-hide"),
    path("replicabilita/", assess_views.queue, name="assessment-queue"),
    path("replicabilita/<str:code>/", assess_views.assess_as_staff, name="assess"),
    path("replicabilita/conferma/<int:pk>/", assess_views.second, name="assessment-second"),
    path("schede/<str:code>/ritira/", desk.withdraw, name="project-withdraw"),
    path("segnalazioni/", voices.report_list, name="report-list"),
    path("segnalazioni/<int:pk>/", voices.report_detail, name="report-detail"),
    path("valutazioni/", voices.rating_list, name="rating-list"),
    path("citta/", city_office.desk_list, name="city-list"),
    path("citta/<slug:slug>/", city_office.desk_hide, name="city-hide"),
]
