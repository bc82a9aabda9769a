from django.contrib import admin

from cards.models import Edition


class ReadOnlyAdmin(admin.ModelAdmin):
    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(Edition)
class CardAdmin(ReadOnlyAdmin):
    list_display = ("code", "title", "edition", "is_current", "published_at", "withdrawn_at")
    list_filter = ("is_current", "primary_area", "stage")
    search_fields = ("code", "title")
