from django.urls import path

from projects import files

urlpatterns = [
    path("<int:pk>/", files.document_file, name="document-file"),
    path("dimostrativi/<int:pk>/", files.demonstration_file, name="demonstration-file"),
    path("prove/<int:pk>/", files.evidence_file, name="evidence-file"),
]
