from django.urls import path

from reuse import files
from reuse.adoption import desk as adoption
from reuse.kit import views as kit
from reuse.replicability import desk as assessments
from reuse.replicability import views

PUBLIC = [
    path("progetti/<str:slug>/kit.zip", kit.card_kit, name="card-kit"),
    path("progetti/<str:slug>/riusa/", kit.card_reuse, name="card-reuse"),
    path("replicabilita/", views.ranking, name="ranking"),
]
# Files have one address, whatever the language of the page.
FILES = [
    path("documenti/dimostrativi/<int:pk>/", files.demonstration_file, name="demonstration-file"),
    path("documenti/prove/<int:pk>/", files.evidence_file, name="evidence-file"),
]
OFFICE = [
    path("progetti/<str:code>/replicabilita/", assessments.assess, name="assess"),
    path("prove/<int:pk>/ritira/", assessments.withdraw_evidence, name="evidence-withdraw"),
    path("riuso/", adoption.office_list, name="adoption-list"),
    path("riuso/chiedi/<str:code>/", adoption.ask, name="adoption-ask"),
    path("riuso/pratiche/nuova/", adoption.add_practice, name="practice-add"),
    path("riuso/pratiche/<int:pk>/togli/", adoption.remove_practice, name="practice-remove"),
    path("riuso/<int:pk>/", adoption.detail, name="adoption"),
]
DESK = [
    path("riuso/", adoption.desk_list, name="adoption-list"),
    path("riuso/passi/<int:pk>/nascondi/", adoption.hide, name="adoption-hide"),
    path("replicabilita/", assessments.queue, name="assessment-queue"),
    path("replicabilita/<str:code>/", assessments.assess_as_staff, name="assess"),
    path("replicabilita/conferma/<int:pk>/", assessments.second, name="assessment-second"),
]
