from django.contrib import admin
from import_export.admin import ExportMixin

from municipalities.admin import PublicAdmin
from protocols.models import Adhesion, Protocol


@admin.register(Protocol)
class ProtocolAdmin(PublicAdmin):
    list_display = ("title", "promoter", "signed_year", "is_open", "published_at")
    search_fields = ("title", "promoter")
    prepopulated_fields = {"slug": ("title",)}


@admin.register(Adhesion)
class AdhesionAdmin(ExportMixin, admin.ModelAdmin):
    """Requests as they came. Who accepts or declines one does it at the desk, with its consequences."""

    list_display = ("__str__", "protocol", "kind", "status", "created_at", "decided_at")
    list_filter = ("status", "kind", "protocol")
    list_select_related = ("protocol", "municipality")
    search_fields = ("body_name", "municipality__name", "protocol_number")

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False
