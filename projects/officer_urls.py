from django.urls import path

from projects.adoption import views as adoption_views
from projects.city import office as city_office
from projects.officer import documents, home, session, status, steps
from projects.replicability import assess_views

app_name = "officer"
urlpatterns = [
    path("", home.home, name="home"),
    path("sessione/", session.session_state, name="session"),
    path("codici/", steps.check_code, name="code-check"),
    path("cestino/", home.thrown_away, name="bin"),
    path("conferma/<str:token>/", status.confirm_by_link, name="confirm-by-link"),
    path("progetti/", home.home, name="project-list"),
    path("progetti/nuovo/", home.create, name="project-create"),
    path("progetti/<str:code>/", status.status, name="project-status"),
    path("progetti/<str:code>/anteprima/", status.preview, name="project-preview"),
    path("progetti/<str:code>/duplica/", home.duplicate, name="project-duplicate"),
    path("progetti/<str:code>/elimina/", home.delete, name="project-delete"),
    path("progetti/<str:code>/ripristina/", home.restore, name="project-restore"),
    path("progetti/<str:code>/valutazione/", status.rate, name="project-rate"),
    path("progetti/<str:code>/documenti/aggiungi/", documents.add_document, name="document-add"),
    path("progetti/<str:code>/documenti/<int:pk>/togli/", documents.remove_document, name="document-remove"),
    path("progetti/<str:code>/commenti/<int:pk>/", status.answer, name="comment-answer"),
    path("progetti/<str:code>/azioni/<slug:verb>/", status.move, name="project-move"),
    path("progetti/<str:code>/replicabilita/", assess_views.assess, name="assess"),
    path("progetti/<str:code>/<slug:slug>/bozza/", steps.autosave, name="step-autosave"),
    path("progetti/<str:code>/<slug:slug>/", steps.edit_step, name="project-step"),
    path("riuso/", adoption_views.home, name="adoption-list"),
    path("riuso/chiedi/<str:code>/", adoption_views.ask, name="adoption-ask"),
    path("riuso/pratiche/nuova/", adoption_views.add_practice, name="practice-add"),
    path("riuso/pratiche/<int:pk>/togli/", adoption_views.remove_practice, name="practice-remove"),
    path("riuso/<int:pk>/", adoption_views.detail, name="adoption"),
    path("citta/", city_office.towns, name="city-list"),
    path("citta/<slug:slug>/", city_office.edit, name="city-edit"),
]
