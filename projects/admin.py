"""Projects for the staff to look up and export, read-only: the workflow is run at the desk."""

from django.contrib import admin
from import_export.admin import ExportMixin
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import DateTimeWidget

from cards.admin import ReadOnlyAdmin
from projects.models import Project


class ProjectResource(ModelResource):
    """Export of the working copies, without the people who worked on them."""

    id = Field("pk")
    code = Field("code")
    owner = Field("owner_id")
    slug = Field("slug")
    confirmed_at = Field("record__confirmed_at", widget=DateTimeWidget())

    class Meta:
        model = Project
        export_order = ("id", "code", "owner", "slug")
        exclude = (
            "record",
            "idempotency_key",
            "created_by",
            "updated_by",
            "contact_email",
            "contact_is_public",
        )


@admin.register(Project)
class ProjectAdmin(ExportMixin, ReadOnlyAdmin):
    resource_classes = [ProjectResource]
    list_display = ("code", "title", "owner", "status", "stage", "origin", "updated_at")
    list_filter = ("status", "primary_area", "stage", "origin")
    list_select_related = ("record__owner",)
    search_fields = ("record__code", "title", "record__owner__name", "identifiers__value")

    def get_export_queryset(self, request):
        return super().get_export_queryset(request).prefetch_related("other_municipalities")
