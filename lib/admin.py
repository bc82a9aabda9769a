"""The audit log for the staff: read, never written."""

from django.contrib import admin

from lib.audit import Entry


@admin.register(Entry)
class EntryAdmin(admin.ModelAdmin):
    list_display = ("at", "verb", "kind", "code", "title", "by", "person", "body")
    list_filter = ("verb", "kind")
    list_select_related = ("by", "person")
    search_fields = ("code", "title")

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False
