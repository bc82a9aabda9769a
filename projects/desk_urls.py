from django.urls import path

from projects.adoption import views as adoption_views
from projects.city import office as city_office
from projects.desk import bulk, dashboard, queue, register, review
from projects.replicability import assess_views
from projects.voices import views as voices

app_name = "desk"
urlpatterns = [
    path("", queue.queue, name="home"),
    path("schede/", queue.queue, name="project-list"),
    path("schede/azioni/", bulk.choose, name="bulk"),
    path("schede/azioni/conferma/", bulk.apply, name="bulk-apply"),
    path("cruscotto/", dashboard.dashboard, name="dashboard"),
    path("cruscotto/<slug:key>.csv", dashboard.table_file, name="dashboard-file"),
    path("registro/", register.register, name="register"),
    path("schede/<str:code>/", review.review, name="project-review"),
    path("schede/<str:code>/prendi/", review.take, name="project-take"),
    path("schede/<str:code>/rilascia/", review.release, name="project-release"),
    path("schede/<str:code>/prendi-il-posto/", review.take_over, name="project-take-over"),
    path("schede/<str:code>/commenti/", review.comments, name="project-comments"),
    path("schede/<str:code>/commenta/", review.comment, name="project-comment"),
    path("schede/<str:code>/commenti/<int:pk>/togli/", review.remove_comment, name="comment-remove"),
    path("schede/<str:code>/integrazioni/", review.request_changes, name="project-request-changes"),
    path("schede/<str:code>/pubblica/", review.publish, name="project-publish"),
    path("schede/<str:code>/non-pubblicare/", review.archive, name="project-archive"),
    path("riuso/", adoption_views.all_of_them, name="adoption-list"),
    path("riuso/passi/<int:pk>/nascondi/", adoption_views.hide, name="adoption-hide"),
    path("replicabilita/", assess_views.queue, name="assessment-queue"),
    path("replicabilita/<str:code>/", assess_views.assess_as_staff, name="assess"),
    path("replicabilita/conferma/<int:pk>/", assess_views.second, name="assessment-second"),
    path("schede/<str:code>/ritira/", review.withdraw, name="project-withdraw"),
    path("segnalazioni/", voices.report_list, name="report-list"),
    path("segnalazioni/<int:pk>/", voices.report_detail, name="report-detail"),
    path("valutazioni/", voices.rating_list, name="rating-list"),
    path("citta/", city_office.desk_list, name="city-list"),
    path("citta/<slug:slug>/", city_office.desk_hide, name="city-hide"),
]
