from django.urls import path

from projects import assess_views, officer

app_name = "officer"
urlpatterns = [
    path("", officer.home, name="home"),
    path("progetti/", officer.home, name="project-list"),
    path("progetti/nuovo/", officer.create, name="project-create"),
    path("progetti/<str:code>/", officer.status, name="project-status"),
    path("progetti/<str:code>/anteprima/", officer.preview, name="project-preview"),
    path("progetti/<str:code>/documenti/aggiungi/", officer.add_document, name="document-add"),
    path("progetti/<str:code>/documenti/<int:pk>/togli/", officer.remove_document, name="document-remove"),
    path("progetti/<str:code>/commenti/<int:pk>/", officer.answer, name="comment-answer"),
    path("progetti/<str:code>/azioni/<slug:verb>/", officer.move, name="project-move"),
    path("progetti/<str:code>/replicabilita/", assess_views.assess, name="assess"),
    path("progetti/<str:code>/<slug:slug>/", officer.edit_step, name="project-step"),
]
