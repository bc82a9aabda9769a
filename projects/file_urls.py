from django.urls import path

from projects import files

urlpatterns = [
    path("<int:pk>/", files.document_file, name="document-file"),
    path("prove/<int:pk>/", files.evidence_file, name="evidence-file"),
]
