"""Projects and cards for the staff to look up and take away. The workflow moves at the desk alone."""

from django.contrib import admin
from import_export.admin import ExportMixin
from import_export.resources import ModelResource

from projects.models import Card, Project


class ReadOnlyAdmin(admin.ModelAdmin):
    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


class ProjectResource(ModelResource):
    """The working copies, without the people who worked on them."""

    class Meta:
        model = Project
        exclude = ("nonce", "created_by", "updated_by", "contact_email", "contact_is_public")


@admin.register(Project)
class ProjectAdmin(ExportMixin, ReadOnlyAdmin):
    resource_classes = [ProjectResource]
    list_display = ("code", "title", "owner", "status", "stage", "origin", "updated_at")
    list_filter = ("status", "primary_area", "stage", "origin")
    list_select_related = ("owner",)
    search_fields = ("code", "title", "owner__name", "identifiers__value")

    def get_export_queryset(self, request):
        return super().get_export_queryset(request).prefetch_related("other_municipalities")


@admin.register(Card)
class CardAdmin(ReadOnlyAdmin):
    list_display = ("code", "title", "edition", "is_current", "published_at", "withdrawn_at")
    list_filter = ("is_current", "primary_area", "stage")
    search_fields = ("code", "title")
