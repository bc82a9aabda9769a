from django.urls import path

from imports import office, views

PUBLIC = [path("interventi/", views.imported_list, name="imported-list")]
OFFICE = [
    path("da-file/", office.workbook_new, name="workbook"),
    path("da-file/modello.xlsx", office.workbook_template, name="workbook-template"),
    path("da-file/<int:pk>/", office.workbook_check, name="workbook-check"),
    path("da-file/<int:pk>/errori/", office.workbook_errors, name="workbook-errors"),
    path("da-file/<int:pk>/conferma/", office.workbook_apply, name="workbook-apply"),
]
